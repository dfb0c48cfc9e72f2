"""Pictures from strangers come out square, upright, small and without anything but what one sees."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from barcamp.core import pictures
from barcamp.core.pictures import SIDE, NotAPicture, square


def drawn(size: tuple[int, int] = (60, 40), kind: str = "PNG", mode: str = "RGB", **given: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    picture.convert(mode).save(out, kind, **given)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def colour(picture: Image.Image, x: int, y: int) -> str:
    red, green, blue = picture.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    if red > 200 and green > 200:
        return "white"
    return "red" if red > 150 and blue < 100 else "blue" if blue > 150 and red < 100 else "other"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(60, 40), (40, 60), (1, 1), (2000, 30), (1200, 1600)])
def test_each_format_comes_out_as_a_square_jpeg(kind: str, size: tuple[int, int]) -> None:
    made = opened(square(drawn(size, kind)))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (SIDE, SIDE))
    if size[0] > 1 and size[0] < 1000:
        assert (colour(made, 20, 240), colour(made, SIDE - 20, 240)) == ("red", "blue")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_a_png_is_read(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (50, 50)).save(out, "PNG")
    assert opened(square(out.getvalue())).size == (SIDE, SIDE)


def test_colours_of_print_are_read() -> None:
    assert opened(square(drawn(kind="JPEG", mode="CMYK"))).mode == "RGB"


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert square(drawn()) == square(drawn())


def test_what_can_be_seen_through_gets_paper_behind_it() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    assert colour(opened(square(out.getvalue())), 240, 240) == "white"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_comes_out(kind: str) -> None:
    """Where it was taken, by whom and with what stays with whoever took it."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = "SECRET PLACE"
    exif.get_ifd(0x8825)[1] = "N"
    extra: dict[str, Any] = {"comment": b"SECRET NOTE"} if kind == "JPEG" else {}
    content = drawn(kind=kind, exif=exif.tobytes(), icc_profile=b"SECRET PROFILE" * 20, **extra)
    assert b"SECRET" in content
    made = square(content)
    assert b"SECRET" not in made
    assert sorted(opened(made).info) == ["jfif", "jfif_density", "jfif_unit", "jfif_version"]


@pytest.mark.parametrize(("turned", "left"), [(1, "red"), (3, "blue"), (2, "blue")])
def test_it_stands_as_the_camera_says(turned: int, left: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    assert colour(opened(square(drawn((80, 80), "JPEG", exif=exif.tobytes()))), 20, 240) == left


def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), name) for name in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert colour(opened(square(out.getvalue())), 240, 240) == "red"


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def saved(kind: str) -> bytes:
    return drawn(kind=kind)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"", "no picture we can read"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture we can read"),
        (lambda: b"GIF89a", "no picture we can read"),
        (lambda: drawn(kind="PNG")[:60], "damaged"),
        (lambda: drawn((400, 400), "JPEG")[:700], "damaged"),
        (lambda: saved("BMP"), "no picture we can read"),
        (lambda: saved("TIFF"), "no picture we can read"),
        (lambda: saved("ICO"), "no picture we can read"),
        (lambda: saved("PDF"), "no picture we can read"),
        (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture we can read"),
        (bomb, "25 megapixels"),
        (lambda: b"\x89PNG" + b"x" * pictures.BIGGEST, "larger than 5 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(NotAPicture, match=words):
        square(make())


def progressive(times: int) -> bytes:
    """A JPEG whose last pass over the picture is made so many times."""
    content = drawn((200, 200), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * times + content[-2:]


def test_a_jpeg_that_goes_over_itself_again_and_again_is_refused() -> None:
    """One of 5 MB could keep a processor busy for a quarter of an hour."""
    assert colour(opened(square(progressive(1))), 20, 240) == "red"
    assert colour(opened(square(progressive(30))), 20, 240) == "red"
    with pytest.raises(NotAPicture, match="damaged"):
        square(progressive(60))
