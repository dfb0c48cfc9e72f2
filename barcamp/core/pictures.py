"""A picture from a stranger, drawn anew: square, small, upright, and with nothing in it but what one sees.

Only four formats are opened, only the first frame is read, and a picture that would be huge when unpacked is refused by
its head, before a pixel of it is. What comes out is a JPEG made of pixels alone: no place, no camera, no thumbnail.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING

from barcamp.errors import N_

if TYPE_CHECKING:  # imported where it is used, in a process of its own: pages never draw
    from PIL import Image

#: Bytes that are taken.
BIGGEST = 5 * 1024 * 1024
#: Pixels that are unpacked: a phone's best photograph is, and it takes under 150 MB for a moment.
MOST_PIXELS = 25_000_000
SIDE = 480
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MEDIA_TYPE = "image/jpeg"
#: Times that a progressive JPEG may go over itself; programs write about ten. Thousands fit into one of 5 MB, and each
#: takes as long as all pixels do.
MOST_SCANS = 50
DAMAGED = N_("That picture is damaged. Please save it anew and send it again.")
TOO_MANY_PIXELS = N_("That picture has more than 25 megapixels. Please make it smaller.")
_PAPER = (255, 254, 250)
_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd7\xff])")
_SCAN, _END = b"\xda", b"\xd9"


class NotAPicture(ValueError):
    """This cannot be shown; `words` say why to people, marked with `N_`."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def square(content: bytes) -> bytes:
    """The middle of a picture as a JPEG of SIDE by SIDE pixels; the same bytes for the same picture.

    A smaller one is made larger. What can be seen through gets white paper behind it.

    Raises:
        NotAPicture: too many bytes or pixels, another format, or damaged.
    """
    from PIL import Image, UnidentifiedImageError

    if len(content) > BIGGEST:
        raise NotAPicture(N_("That picture is larger than 5 MB. Please make it smaller."))
    if content.startswith(b"\xff\xd8") and _count_scans(content) > MOST_SCANS:
        raise NotAPicture(DAMAGED)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of doubtful metadata, which is thrown away
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                return _drawn_anew(picture)
    except NotAPicture:
        raise
    except Image.DecompressionBombError as problem:  # from far beyond our own limit, Pillow's own comes first
        raise NotAPicture(TOO_MANY_PIXELS) from problem
    except UnidentifiedImageError as problem:
        raise NotAPicture(N_("That is no picture we can read. Please send a PNG, JPEG, WebP or GIF.")) from problem
    except Exception as problem:  # readers of pictures raise whatever the damage brings about
        raise NotAPicture(DAMAGED) from problem


def _count_scans(jpeg: bytes) -> int:
    """By the markers of its segments (ITU-T T.81, B.1.1), as decoders walk along them."""
    count, at = 0, 2
    while (marker := _MARKER.search(jpeg, at)) is not None and marker[1] != _END:
        count += marker[1] == _SCAN
        at = marker.end() + int.from_bytes(jpeg[marker.end() : marker.end() + 2], "big")
    return count


def _drawn_anew(picture: Image.Image) -> bytes:
    from PIL import Image, ImageOps

    if picture.width * picture.height > MOST_PIXELS:
        raise NotAPicture(TOO_MANY_PIXELS)
    if picture.format == "JPEG":
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # unpacks an eighth of a large one, and no less than we need
    picture.seek(0)
    ImageOps.exif_transpose(picture, in_place=True)
    whole = picture if picture.mode in ("RGB", "RGBA", "L", "LA") else picture.convert("RGBA")
    seen = ImageOps.fit(whole, (SIDE, SIDE), Image.Resampling.LANCZOS).convert("RGBA")
    clean = Image.new("RGB", (SIDE, SIDE), _PAPER)
    clean.paste(seen, mask=seen.getchannel("A"))
    drawn = io.BytesIO()
    clean.save(drawn, "JPEG", quality=85, optimize=True)
    return drawn.getvalue()
