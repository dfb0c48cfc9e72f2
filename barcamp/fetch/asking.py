"""One question and its answer, within one deadline: `get` and `post`."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from typing_extensions import override

from barcamp.errors import N_
from barcamp.fetch.addresses import PORT_OF, PUBLIC, BadAddress, CannotFetch, Network, checked, may_reach
from barcamp.fetch.bodies import retry_after, validator, whole_body

#: Seconds for everything together: names, redirects, headers and body.
SECONDS = 10.0
MOST_REDIRECTS = 3
#: How we name ourselves to servers.
AGENT = "BarCamp/1 (schedule reader)"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server said. `body` is there with status 200 only. `retry_after` is in seconds, None where not said.

    `etag` and `last_modified` are as the server wrote them, to be sent back; `url` is where the last redirect led.
    """

    status: int
    body: bytes
    etag: str | None
    last_modified: str | None
    retry_after: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to a POST; its body is nobody's business. `retry_after` is in seconds."""

    status: int
    retry_after: int | None


def get(url: str, *, etag: str | None = None, last_modified: str | None = None, network: Network = PUBLIC) -> Fetched:
    """Ask for an address; with the validators of last time, the answer may be a 304.

    Raises:
        BadAddress: not http(s), odd port, with a password in it, or not on the public internet.
        CannotFetch: no answer in time, too large, broken off, too many redirects.
    """
    deadline = time.monotonic() + SECONDS
    headers = {"Accept": "*/*", "Accept-Encoding": "gzip"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    url = checked(url, network=network)
    for _hop in range(MOST_REDIRECTS + 1):
        with _asked("GET", url, None, headers, network, deadline) as response:
            place = response.headers["Location"]
            if response.status not in _REDIRECTS or not place:
                return Fetched(
                    response.status,
                    whole_body(response) if response.status == 200 else b"",
                    validator(response, "ETag"),
                    validator(response, "Last-Modified"),
                    retry_after(response),
                    url,
                )
        url = checked(_joined(url, place), network=network)
    raise CannotFetch(N_("This address leads on to other addresses too many times."))


def post(url: str, body: bytes, headers: Mapping[str, str], *, network: Network = PUBLIC) -> Answer:
    """Send bytes to an address. Redirects are not followed: their status is the answer.

    Raises:
        BadAddress, CannotFetch: as with `get`.
    """
    deadline = time.monotonic() + SECONDS
    with _asked("POST", checked(url, network=network), body, headers, network, deadline) as response:
        return Answer(response.status, retry_after(response))


# ---- one request -----------------------------------------------------------------------------------------------------


class _Reader(io.RawIOBase):
    """What a socket receives, until one deadline for all of it."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock, self.deadline = sock, deadline

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int:
        self.sock.settimeout(_left(self.deadline))
        return self.sock.recv_into(buffer)


class _Wire:
    """As much of a socket as http.client asks for, with one deadline; whoever opened the socket closes it."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock, self.deadline = sock, deadline

    def sendall(self, content: Any) -> None:
        self.sock.settimeout(_left(self.deadline))
        self.sock.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.sock, self.deadline))

    def close(self) -> None:
        """http.client closes its socket before the body is read."""


@contextlib.contextmanager
def _asked(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], network: Network, deadline: float
) -> Iterator[http.client.HTTPResponse]:
    """One request and its answer, whose body is still to be read. What goes wrong on the way is told in words."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or PORT_OF[parts.scheme]
    connection = http.client.HTTPConnection(host, port)
    connection.default_port = PORT_OF[parts.scheme]
    with contextlib.ExitStack() as opened:
        try:
            sock = opened.enter_context(_connected(host, port, network, deadline))
            if parts.scheme == "https":
                sock.settimeout(_left(deadline))
                sock = opened.enter_context(_tls(network).wrap_socket(sock, server_hostname=host))
            connection.sock = _Wire(sock, deadline)
            target = urlunsplit(("", "", parts.path, parts.query, ""))
            connection.request(method, target, body, {"User-Agent": AGENT, "Connection": "close", **headers})
            yield opened.enter_context(connection.getresponse())
        except TimeoutError:
            raise CannotFetch(N_("{host} did not answer in time."), host=host) from None
        except ssl.SSLError:
            raise CannotFetch(N_("{host} has no valid certificate, so nobody knows who it is."), host=host) from None
        except (http.client.HTTPException, OSError, zlib.error):
            raise CannotFetch(N_("{host} could not be reached, or broke off."), host=host) from None


def _connected(host: str, port: int, network: Network, deadline: float) -> socket.socket:
    """A connection to one of the host's addresses, all of which were looked at first."""
    addresses = _looked_up(host, port, network, deadline)
    if not all(may_reach(address, port, network) for address in addresses):
        raise BadAddress(N_("{host} is not on the public internet, so it is not asked."), host=host)
    for tries_left in range(len(addresses), 0, -1):
        address = addresses[-tries_left]
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            # several addresses share the time, so that a dead one leaves some for the next
            sock.settimeout(_left(deadline) / tries_left)
            sock.connect((address, port))
            return sock
        except BaseException as problem:
            sock.close()
            if tries_left == 1 or not isinstance(problem, OSError):
                raise
    raise CannotFetch(N_("There is no server of the name {host}."), host=host)


def _looked_up(host: str, port: int, network: Network, deadline: float) -> list[str]:
    """The addresses of a name. The system's resolver knows no deadline, so it is asked from a thread of its own."""
    if host in network.names:
        return list(network.names[host])
    found: list[str] = []

    def look() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            for *_kind, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                found.append(str(where[0]))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(_left(deadline))
    if looking.is_alive():
        raise TimeoutError
    if not found:
        raise CannotFetch(N_("There is no server of the name {host}."), host=host)
    return list(dict.fromkeys(found))


def _tls(network: Network) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if network.authority is not None:
        context.load_verify_locations(cadata=network.authority)
    return context


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _joined(url: str, place: str) -> str:
    try:
        return urljoin(url, place.encode("latin-1", "replace").decode("utf-8", "replace"))
    except ValueError:
        raise BadAddress(N_("This address leads on to something that is not an address.")) from None
