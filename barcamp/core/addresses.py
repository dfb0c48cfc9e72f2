"""Web addresses that people type or that come from elsewhere: which of them may become a link."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

LONGEST_ADDRESS = 500

_ODD = re.compile(r"[\s\x00-\x20\x7f-\x9f\\\"<>^`{|}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def is_web_address(text: str) -> bool:
    """Whether it is a whole http or https address: with a host, without a name and password, and with no character
    that could end a line or a quote. A link to anything else may run something.
    """
    if len(text) > LONGEST_ADDRESS or _ODD.search(text):
        return False
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


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
