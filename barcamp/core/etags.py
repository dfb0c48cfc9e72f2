"""Names for values: the same name for the same values, and in practice another one for any others."""

from __future__ import annotations

import hashlib


def etag_of(*what: object) -> str:
    """A strong validator made of what an answer depends on, so that nobody has to make the answer to tell.

    By `repr`: of numbers, texts, times, and of tuples and dataclasses of these; never of rows.
    """
    return hashlib.sha256(repr(what).encode(errors="replace")).hexdigest()[:32]
