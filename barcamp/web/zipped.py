"""The coding gzip (RFC 9110, 8.4.1.3): what is kept for everybody is zipped once, what is for one reader as it goes."""

from __future__ import annotations

import gzip
import zlib
from functools import lru_cache

from flask import Flask, Response, request
from werkzeug.http import parse_accept_header

#: What is given to many. A third less computing than 6, for a twentieth more bytes.
WELL = 5
#: What is given to one, or has just changed and may do so again: half the time, for a sixth more bytes.
QUICKLY = 1
#: What is shorter gzip makes no smaller.
SMALL = 200
#: What is shorter goes in one packet as it is.
ONE_PACKET = 1400
KINDS = ("text/", "application/json", "application/xml", "application/atom+xml", "application/calendar+json",
         "application/javascript", "application/manifest+json", "image/svg+xml")  # fmt: skip
#: Behind the ETag of what is zipped, well or quickly, which are other representations (RFC 9110, 8.8.3.3).
TAG, QUICK_TAG = "-gz", "-gz1"
#: In the environ of a request whose answer is kept for everybody by whoever asks (barcamp/front), and zipped there.
IS_KEPT = "barcamp.is_kept"
#: Of `Sec-Fetch-Site`: who asks is a page of ours, or a person that typed the address.
OF_OURS = ("same-origin", "none")
_GZIP = 31  # zlib's name for this coding, in its largest window


def install(app: Flask, *, https: bool) -> None:
    def zip_for_one(response: Response) -> Response:
        if _can_be_zipped(response):
            response.vary.add("Accept-Encoding")
            if takes(request.headers.get("Accept-Encoding", "")) and (not https or _is_of_ours()):
                _zip(response)
        return response

    app.after_request(zip_for_one)


def _can_be_zipped(response: Response) -> bool:
    return (
        IS_KEPT not in request.environ
        and not response.direct_passthrough
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
        and response.headers.get("Content-Type", "").startswith(KINDS)
        and (response.calculate_content_length() or 0) > ONE_PACKET
    )


def _is_of_ours() -> bool:
    """Who can make a browser ask for pages with words of theirs in them, and sees how long the answers are, would guess
    a form token letter by letter (BREACH, 2013). Pages that others ask for go as they are; without https there is
    nothing to guess, they would read it.
    """
    return request.headers.get("Sec-Fetch-Site") in OF_OURS


def _zip(response: Response) -> None:
    response.set_data(squeeze(response.get_data(), QUICKLY))
    response.headers["Content-Encoding"] = "gzip"
    etag, _is_weak = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)  # it names both codings now, which are not the same bytes


def squeeze(plain: bytes, level: int = WELL) -> bytes:
    """Equal bytes for equal bytes, at any time."""
    return gzip.compress(plain, level, mtime=0)


def unsqueeze(zipped: bytes) -> bytes:
    """Of our own alone. 0.2 ms for the largest page."""
    return zlib.decompress(zipped, _GZIP, length(zipped) or 1)


def length(zipped: bytes) -> int:
    """Bytes that it is when unsqueezed, as its end says (RFC 1952, 2.3.1)."""
    return int.from_bytes(zipped[-4:], "little")


@lru_cache(maxsize=256)
def takes(accept_encoding: str) -> bool:
    return parse_accept_header(accept_encoding).quality("gzip") > 0
