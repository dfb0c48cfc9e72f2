"""The site as it is served, spoken to by hand: borders of messages, sizes, methods, and what it says of itself."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.servers import site
from tests.servers.site import Site

SECONDS = 30.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site.start(tmp_path_factory.mktemp("wire"), demo="0", jobs="0", workers="1") as started:
        yield started


def say(served: Site, *pieces: bytes) -> bytes:
    """Everything that is answered until the other side closes, or there is nothing more to come."""
    with closing(socket.create_connection(("127.0.0.1", served.port), timeout=SECONDS)) as connection:
        heard = b""
        with suppress(OSError):  # refused before all of it was read
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while more := connection.recv(65_536):
                heard += more
        return heard


def statuses(heard: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", heard)]


def request(line: str = "GET /healthz HTTP/1.1", *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join((line, "Host: camp.example", *headers, "", "")).encode("latin-1") + body


SMUGGLED = request("GET /readyz HTTP/1.1")
CHUNKED = b"0\r\n\r\n" + SMUGGLED

#: Messages whose borders two servers could see differently. Each is refused, and nothing behind it is answered.
UNCLEAR = {
    "length and chunks": request(
        "POST /sign-in HTTP/1.1", "Content-Length: 4", "Transfer-Encoding: chunked", body=CHUNKED
    ),
    "two lengths": request(
        "POST /sign-in HTTP/1.1", "Content-Length: 0", f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED
    ),
    "a length with a sign": request("POST /sign-in HTTP/1.1", "Content-Length: +5", body=b"12345" + SMUGGLED),
    "a length in two": request("POST /sign-in HTTP/1.1", "Content-Length: 0, 5", body=SMUGGLED),
    "a space before the colon": request("POST /sign-in HTTP/1.1", "Content-Length : 5", body=b"12345" + SMUGGLED),
    "an unknown coding": request("POST /sign-in HTTP/1.1", "Transfer-Encoding: xchunked", body=CHUNKED),
    "chunks not last": request("POST /sign-in HTTP/1.1", "Transfer-Encoding: chunked, identity", body=CHUNKED),
    "a coding that hides": request("POST /sign-in HTTP/1.1", "Transfer-Encoding: \x0bchunked", body=CHUNKED),
    "a folded line": request("POST /sign-in HTTP/1.1", "Transfer-Encoding:\r\n chunked", body=CHUNKED),
    "a size that is none": request(
        "POST /sign-in HTTP/1.1", "Transfer-Encoding: chunked", body=b"0x1\r\na\r\n" + CHUNKED
    ),
    "chunks before 1.1": request("POST /sign-in HTTP/1.0", "Transfer-Encoding: chunked", body=CHUNKED),
    "a bare line feed": b"GET /healthz HTTP/1.1\nHost: camp.example\n\n" + SMUGGLED,
    "a NUL in a header": request("GET /healthz HTTP/1.1", "X: a\x00b") + SMUGGLED,
    "no version": b"GET /healthz\r\n\r\n" + SMUGGLED,
}


@pytest.mark.parametrize("message", UNCLEAR)
def test_a_message_without_clear_borders_is_refused_and_nothing_follows(served: Site, message: str) -> None:
    heard = statuses(say(served, UNCLEAR[message]))
    assert len(heard) <= 1 and all(400 <= status < 600 for status in heard), heard


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\na=b",
        b"-1\r\na",
        b'3;a="\n"\r\na=b\r\n0\r\n\r\n',
        b"0\r\nHost: evil.example\r\n\r\n",
        b"0\r\nbad\r\n\r\n",
    ],
    ids=["no size", "less than nothing", "an odd extension", "a header that must not trail", "no header"],
)
def test_a_body_that_breaks_while_it_is_read_is_the_senders_fault(served: Site, body: bytes) -> None:
    heard = say(served, request("POST /sign-in HTTP/1.1", "Transfer-Encoding: chunked", body=body + SMUGGLED))
    assert statuses(heard) == [400], heard
    assert "Traceback" not in Path(served.log).read_text()


def test_two_clear_messages_are_two(served: Site) -> None:
    """So that the test above can fail."""
    assert statuses(say(served, request() + SMUGGLED)) == [200, 200]


@pytest.mark.parametrize(
    "sent",
    [
        request(f"GET /{'a' * 9_000} HTTP/1.1"),
        request("GET /healthz HTTP/1.1", "X: " + "a" * 20_000),
        request("GET /healthz HTTP/1.1", *(f"X{number}: 1" for number in range(200))),
        request("POST /sign-in HTTP/1.1", "Content-Length: 3000000", "Content-Type: text/plain", body=b"x" * 3_000_000),
        request("POST /sign-in HTTP/1.1", f"Content-Length: {10**15}"),
    ],
    ids=["address", "header", "headers", "body", "length"],
)  # fmt: skip
def test_what_is_too_large_is_refused(served: Site, sent: bytes) -> None:
    heard = statuses(say(served, sent))
    assert heard in ([], [400], [413], [414], [431]), heard
    assert statuses(say(served, request())) == [200]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK", "DEBUG", "PROPFIND"])
def test_other_methods_are_not_taken(served: Site, method: str) -> None:
    heard = say(served, request(f"{method} / HTTP/1.1", "X-Secret: zq"))
    assert statuses(heard)[0] in (400, 405, 501) and b"zq" not in heard


@pytest.mark.parametrize(
    "sent",
    [
        request("GET /nothing HTTP/1.1", "Accept: text/html"),
        request("G\x00T / HTTP/1.1"),
        request("GET /x HTTP/9.9"),
        b"\r\n",
    ],
    ids=["ours", "a method", "a version", "nothing"],
)
def test_no_answer_says_which_versions_serve(served: Site, sent: bytes) -> None:
    heard = say(served, sent)
    assert re.findall(rb"(?i)gunicorn/|werkzeug|python|flask|traceback|\.py\b|/work|/home", heard) == []


def test_the_log_has_one_line_for_each_line_however_it_was_asked(served: Site) -> None:
    for path in ("/a%0d%0aFAKED: zq", "/a%1b[31mzq", "/sign-in/link/zq%0aFAKED"):
        say(served, request(f"GET {path} HTTP/1.1", "User-Agent: zq\x1b[31m", "Referer: zq%0aFAKED"))
    said = Path(served.log).read_bytes()
    assert b"\x1b" not in said and not re.search(rb"(?m)^FAKED", said)


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config", "/static/../barcamp/db.py", "/static/%2e%2e/app.py", "/instance/secret_key",
        "/static/..%2f..%2fetc/passwd", "/static//etc/passwd", "/static/",
    ],
)  # fmt: skip
def test_no_file_but_those_of_static_is_given(served: Site, path: str) -> None:
    assert statuses(say(served, request(f"GET {path} HTTP/1.1")))[0] in (308, 400, 404)
