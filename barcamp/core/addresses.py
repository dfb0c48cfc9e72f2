"""Web addresses that people type or that come from elsewhere: which of them may become a link."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

#: Of an address that people type, and of one that a file brings along.
LONGEST_ADDRESS = 500
LONGEST_FOUND = 2_000

_ASCII = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", re.IGNORECASE)
_ODD = re.compile(r"[\s\x00-\x20\x7f-\x9f\\\"<>^`{|}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def is_web_address(text: str) -> bool:
    """Whether it is a whole http or https address: with a host, without a name and password, and with no character
    that could end a line or a quote. A link to anything else may run something.
    """
    return len(text) <= LONGEST_ADDRESS and not _ODD.search(text) and _has_a_host(text)


def plain_address(text: str) -> str:
    """The address if it is a whole one in the letters of RFC 3986 alone, as feeds take it, else ""."""
    text = text.strip()
    return text if len(text) <= LONGEST_FOUND and _ASCII.fullmatch(text) and _has_a_host(text) else ""


def ascii_address(url: str) -> str | None:
    """The same address in ASCII, as calendars take it (RFC 3986); None where it is no web address."""
    if not is_web_address(url):
        return None
    parts = urlsplit(url)
    try:
        host = parts.netloc.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    path, query, anchor = (quote(part, safe="/%:=&?~+!$,;'@()*") for part in (parts.path, parts.query, parts.fragment))
    plain = urlunsplit((parts.scheme, host, path, query, anchor))
    return plain if re.fullmatch(r"https?://[!-~]+", plain) else None


def _has_a_host(url: str) -> bool:
    """Of the web, with a host and without a name and password."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
