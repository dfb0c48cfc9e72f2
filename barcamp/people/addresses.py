"""E-mail addresses: what counts as one, how it is kept, and by which key it is found again.

Only mail that arrives proves an address, so this refuses what can never work and no more (RFC 5321 limits, RFC 6531
letters of every script).
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 254
LONGEST_LOCAL = 64

_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+")
_LABEL = re.compile(r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?")


def is_address(text: str) -> bool:
    """One @, something before it, a domain with a dot (or localhost) after it; no spaces; 254 characters at most."""
    local, at, domain = text.partition("@")
    if not at or len(text) > LONGEST or len(local) > LONGEST_LOCAL:
        return False
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return False
    if "." not in domain and domain.casefold() != "localhost":
        return False
    return all(_LABEL.fullmatch(label) for label in domain.split(".")) and _ascii_domain(domain) is not None


def key(address: str) -> str:
    """What two spellings of one address have in common: letter case, Unicode forms, and the domain in ASCII."""
    local, _at, domain = unicodedata.normalize("NFKC", address).partition("@")
    return f"{unicodedata.normalize('NFKC', local.casefold())}@{_ascii_domain(domain) or domain.casefold()}"


def _ascii_domain(domain: str) -> str | None:
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
