"""The token by which one press ends somebody's letters of news, without signing in (RFC 8058).

It stands in a header of each such letter. It says whose it is and proves that this site wrote it; nothing is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

#: The letters that can be stopped: those that tell of news.
KINDS = ("news", "announcement")

_TOKEN = re.compile(r"([1-9][0-9]{0,17})-([A-Za-z0-9_-]{32})", re.ASCII)


def token_of(person_id: int, secret_key: str) -> str:
    """ "17-" and 192 bits of HMAC-SHA256: the same in all letters to one person, while the site keeps its key."""
    digest = hmac.new(secret_key.encode(), b"unsubscribe:%d" % person_id, hashlib.sha256).digest()
    return f"{person_id}-{base64.urlsafe_b64encode(digest[:24]).decode()}"


def find_person_id(token: str, secret_key: str) -> int | None:
    """Whose letters end; None where this site never wrote the token."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    person_id = int(found[1])
    return person_id if hmac.compare_digest(token, token_of(person_id, secret_key)) else None
