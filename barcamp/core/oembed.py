"""oEmbed (oembed.com, 1.0): what a page answers whose address somebody pastes into a blog."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from html import escape
from xml.etree import ElementTree as ET

from barcamp.core.slugs import clean_line

WIDTH, HEIGHT = 640, 720
SMALLEST, LARGEST = 200, 4000


@dataclass(frozen=True, slots=True)
class Rich:
    """A page in a frame. The names are those of oEmbed."""

    type: str
    version: str
    title: str
    provider_name: str
    provider_url: str
    cache_age: int
    width: int
    height: int
    html: str


def rich(title: str, address: str, *, provider: tuple[str, str], width: int, height: int) -> Rich:
    """`provider` is the site's name and address."""
    title = clean_line(title)
    return Rich(
        "rich", "1.0", title, *provider, 3600, width, height, iframe(title, address, width=width, height=height)
    )


def iframe(title: str, address: str, *, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The HTML by which a page shows another: no script of ours runs on it, and links open outside of the frame."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(clean_line(title))}" width="{width}" height="{height}"'
        ' style="max-width: 100%; border: 0" loading="lazy"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )


def size(wanted: str | None, usual: int) -> int:
    """The usual size, or what the asker has room for, where that is less."""
    if wanted is None or not (wanted.isascii() and wanted.isdigit()) or len(wanted) > len(str(LARGEST)):
        return usual
    return max(SMALLEST, min(usual, int(wanted)))


def as_json(answer: Rich) -> bytes:
    return json.dumps(asdict(answer), ensure_ascii=False).encode()


def as_xml(answer: Rich) -> bytes:
    root = ET.Element("oembed")
    for name, value in asdict(answer).items():
        ET.SubElement(root, name).text = str(value)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body
