"""What is asked of the world, and what is not: real servers of this machine, which only these tests may reach."""

from __future__ import annotations

import contextlib
import gzip
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typing_extensions import override

from barcamp import fetch
from barcamp.fetch import Answer, BadAddress, CannotFetch, Fetched, Network, asking, checked, is_public

BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
MEGABYTE = 1_000_000


class Site(ThreadingHTTPServer):
    """Answers by path, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.heard: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def network(self) -> Network:
        return Network(also=frozenset({("127.0.0.1", self.port)}), names={"camp.example": ("127.0.0.1",)})

    def url(self, path: str, host: str = "camp.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asks breaks off; that is what is tested."""


class Page(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.heard.append((self.path, dict(self.headers), b""))
        getattr(self, f"page_{self.path.split('?')[0].strip('/').replace('/', '_')}")()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), body))
        getattr(self, f"page_{self.path.strip('/')}")()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page_plain(self) -> None:
        if self.headers["If-None-Match"] == '"1"':
            return self.answer(304, ETag='"1"')
        return self.answer(200, BODY, ETag='"1"', Last_Modified="Sat, 21 Nov 2026 18:00:00 GMT", Set_Cookie="a=1")

    def page_packed(self) -> None:
        half = len(BODY) // 2
        self.answer(200, gzip.compress(BODY[:half]) + gzip.compress(BODY[half:]), Content_Encoding="gzip")

    def page_bomb(self) -> None:
        self.answer(200, gzip.compress(bytes(100 * MEGABYTE)), Content_Encoding="gzip")

    def page_cut_gzip(self) -> None:
        self.answer(200, gzip.compress(BODY)[:-9], Content_Encoding="gzip")

    def page_brotli(self) -> None:
        self.answer(200, b"x", Content_Encoding="br")

    def page_cut(self) -> None:
        self.answer(200, BODY, Content_Length=str(len(BODY) + 1))

    def page_large(self) -> None:
        self.answer(200, bytes(5 * MEGABYTE + 1))

    def page_endless(self) -> None:
        self.answer(200, b"", Content_Length="")
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(bytes(MEGABYTE))

    def page_slow(self) -> None:
        self.answer(200, b"", Content_Length="10000")
        with contextlib.suppress(OSError):
            for _byte in range(200):
                self.wfile.write(b"x")
                time.sleep(0.05)

    def page_slow_head(self) -> None:
        with contextlib.suppress(OSError):
            for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200:
                self.wfile.write(bytes([letter]))
                time.sleep(0.05)

    def page_away(self) -> None:
        self.answer(302, Location=self.path.partition("?")[2], Set_Cookie="a=1")

    def page_round(self) -> None:
        self.answer(301, Location="/round", Set_Cookie="a=1")

    def page_busy(self) -> None:
        self.answer(429, b"no", Retry_After="120")

    def page_later(self) -> None:
        self.send_response_only(503)
        for name, value in (
            ("Date", "Sat, 21 Nov 2026 18:00:00 GMT"),
            ("Retry-After", "Sat, 21 Nov 2026 18:01:30 GMT"),
        ):
            self.send_header(name, value)
        self.end_headers()

    def page_junk(self) -> None:
        self.wfile.write(b"\x00\xff\r\n\r\n")

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: it would be on the screen of the tests."""


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def site(served: Site) -> Site:
    served.heard.clear()
    return served


# ---- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("webcal://camp.example/a.ics", "https://camp.example/a.ics"),
        ("  HTTPS://Camp.Example.:443/a b".replace(" b", "%20b"), "https://camp.example/a%20b"),
        ("http://camp.example", "http://camp.example/"),
        ("http://camp.example:443/", "http://camp.example:443/"),
        ("https://Bücher.example/ü?q=ß#teil", "https://xn--bcher-kva.example/%C3%BC?q=%C3%9F"),
        ("http://[2001:4860:4860::8888]/", "http://[2001:4860:4860::8888]/"),
    ],
)
def test_an_address_as_it_is_asked(address: str, asked: str) -> None:
    assert checked(address) == asked


@pytest.mark.parametrize(
    "address",
    [
        "", "camp.example", "ftp://camp.example/", "file:///etc/passwd", "javascript:alert(1)", "https://", "https:///a",
        "https://a b.example/", "https://camp.example/\r\nX-Evil: 1", "https://camp.example\t/", "https://camp.example:22/",
        "https://camp.example:70000/", "https://me:secret@camp.example/", "https://me@camp.example/",
        "https://camp.example\\@evil.example/", "http://[::1", "https://" + "a" * 64 + ".example/",
        "https://x/" + "a" * 2000,
        "https://camp.example/\x00", "gopher://camp.example/", "https://<b>.example/",
    ],
)  # fmt: skip
def test_an_address_that_is_never_asked(address: str) -> None:
    with pytest.raises(BadAddress):
        checked(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("::ffff:93.184.215.14", True),
        ("64:ff9b::5db8:d70e", True), ("2002:5db8:d70e::1", True),
        ("127.0.0.1", False), ("0.0.0.0", False), ("10.0.0.1", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("198.18.0.1", False), ("192.0.0.8", False),
        ("192.0.2.1", False), ("192.88.99.1", False), ("224.0.0.1", False), ("240.0.0.1", False),
        ("255.255.255.255", False), ("::", False), ("::1", False), ("fe80::1", False), ("fe80::1%eth0", False),
        ("fec0::1", False), ("fc00::1", False), ("fd12::1", False), ("ff02::1", False), ("2001:db8::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:10.0.0.1", False), ("::127.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::a00:1", False), ("2002:7f00:1::1", False), ("2002:a00:1::1", False), ("2001:0:1::1", False),
        ("3fff::1", False), ("localhost", False), ("", False),
    ],
)  # fmt: skip
def test_which_addresses_are_of_the_public_internet(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"])
def test_this_machine_is_not_asked(host: str) -> None:
    with pytest.raises(CannotFetch):
        fetch.get(f"http://{host}/")


def test_one_private_address_among_public_ones_is_enough() -> None:
    network = Network(names={"camp.example": ("93.184.215.14", "10.0.0.1")})
    with pytest.raises(BadAddress):
        fetch.get("https://camp.example/", network=network)


def test_a_port_of_this_machine_opens_no_other(site: Site) -> None:
    with pytest.raises(BadAddress):
        fetch.get("http://camp.example/", network=site.network)


# ---- getting ---------------------------------------------------------------------------------------------------------


def test_a_page_with_its_validators(site: Site) -> None:
    got = fetch.get(site.url("/plain"), network=site.network)
    assert got == Fetched(200, BODY, '"1"', "Sat, 21 Nov 2026 18:00:00 GMT", None, site.url("/plain"))
    again = fetch.get(site.url("/plain"), etag=got.etag, last_modified=got.last_modified, network=site.network)
    assert again == Fetched(304, b"", '"1"', None, None, site.url("/plain"))
    assert [headers["Host"] for _path, headers, _body in site.heard] == [f"camp.example:{site.port}"] * 2
    assert site.heard[1][1]["If-Modified-Since"] == "Sat, 21 Nov 2026 18:00:00 GMT"


def test_gzip_of_several_members(site: Site) -> None:
    assert fetch.get(site.url("/packed"), network=site.network).body == BODY


@pytest.mark.parametrize("page", ["bomb", "cut_gzip", "brotli", "cut", "large", "endless", "junk"])
def test_a_body_that_is_not_whole_or_too_large_is_none(site: Site, page: str) -> None:
    with pytest.raises(CannotFetch):
        fetch.get(site.url(f"/{page}"), network=site.network)


@pytest.mark.parametrize("page", ["slow", "slow_head"])
def test_however_slowly_it_drips_the_time_is_over_at_some_time(
    site: Site, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.6)
    began = time.monotonic()
    with pytest.raises(CannotFetch) as refused:
        fetch.get(site.url(f"/{page}"), network=site.network)
    assert "in time" in str(refused.value)
    assert time.monotonic() - began < 3.0


def test_redirects_are_followed_three_times_without_cookies(site: Site) -> None:
    there = "/away?/away?/away?/plain"
    got = fetch.get(site.url(there), network=site.network)
    assert (got.status, got.url) == (200, site.url("/plain"))
    assert [("Cookie" in headers) for _path, headers, _body in site.heard] == [False] * 4
    with pytest.raises(CannotFetch):
        fetch.get(site.url("/away?" + there), network=site.network)
    with pytest.raises(CannotFetch):
        fetch.get(site.url("/round"), network=site.network)


@pytest.mark.parametrize(
    "there",
    ["http://127.0.0.1/", "http://169.254.169.254/latest", "file:///etc/passwd", "//u:p@camp.example/", "http://["],
)
def test_a_redirect_leads_nowhere_else_either(site: Site, there: str) -> None:
    with pytest.raises(BadAddress):
        fetch.get(site.url(f"/away?{there}"), network=site.network)


def test_when_to_come_again(site: Site) -> None:
    assert fetch.get(site.url("/busy"), network=site.network) == Fetched(429, b"", None, None, 120, site.url("/busy"))
    assert fetch.get(site.url("/later"), network=site.network).retry_after == 90


def test_proxies_of_the_environment_are_not_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert fetch.get(site.url("/plain"), network=site.network).status == 200


def test_nobody_there(site: Site) -> None:
    network = Network(also=frozenset({("127.0.0.1", 9)}), names={"camp.example": ("127.0.0.1",)})
    with pytest.raises(CannotFetch):
        fetch.get("http://camp.example:9/", network=network)
    with pytest.raises(CannotFetch):
        fetch.get("http://camp.invalid/")


# ---- posting ---------------------------------------------------------------------------------------------------------


def test_a_post(site: Site) -> None:
    assert fetch.post(site.url("/busy"), b"\x00\xff", {"TTL": "60"}, network=site.network) == Answer(429, 120)
    path, headers, body = site.heard[0]
    assert (path, headers["TTL"], headers["Content-Length"], body) == ("/busy", "60", "2", b"\x00\xff")
    assert fetch.post(site.url("/round"), b"x", {}, network=site.network) == Answer(301, None)
    assert len(site.heard) == 2


# ---- certificates ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A site with a certificate of its own for camp.example, and that certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camp.example")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=4000))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("camp.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    file.write_bytes(private + pem.encode())
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield site, pem
    site.shutdown()
    site.server_close()


def test_a_certificate_that_is_trusted(safe: tuple[Site, str]) -> None:
    site, pem = safe
    network = Network(site.network.also, site.network.names, authority=pem)
    assert fetch.get(site.url("/plain", scheme="https"), network=network).body == BODY


def test_a_certificate_of_nobody_or_of_another_name(safe: tuple[Site, str]) -> None:
    site, pem = safe
    with pytest.raises(CannotFetch, match="certificate"):
        fetch.get(site.url("/plain", scheme="https"), network=site.network)
    other = Network(site.network.also, {"other.example": ("127.0.0.1",)}, authority=pem)
    with pytest.raises(CannotFetch, match="certificate"):
        fetch.get(site.url("/plain", "other.example", "https"), network=other)


def test_under_gevent(site: Site) -> None:
    code = f"""
from gevent import monkey; monkey.patch_all()
from barcamp import fetch
network = fetch.Network(also=frozenset({{("127.0.0.1", {site.port})}}))
print(fetch.get("http://127.0.0.1:{site.port}/plain", network=network).status)
"""
    folder = Path(fetch.__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.returncode) == ("200", 0), done.stderr
