"""Atom (RFC 4287): a feed's bytes from values, the same bytes for the same feed. No clock, no chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from barcamp.core.addresses import plain_address
from barcamp.core.ical import UNTITLED
from barcamp.core.slugs import clean_line

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
GENERATOR = "BarCamp"


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news. `id` is a URI for life; `lines` become a list, each a line of plain text. Times are aware."""

    id: str
    title: str
    url: str
    published_at: datetime
    updated_at: datetime
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """`url` is the page it is of, `feed_url` its own address; `author` is who says it, for all entries."""

    id: str
    title: str
    url: str
    feed_url: str
    author: str
    updated_at: datetime
    entries: tuple[Entry, ...] = ()
    subtitle: str = ""


def urn(uid: str, *names: object) -> str:
    """An id for life, "urn:uuid:…", for the thing with this UUID, or for one of its parts by name."""
    known = UUID(uid)
    return f"urn:uuid:{uuid5(known, ':'.join(map(str, names))) if names else known}"


def write(feed: Feed) -> bytes:
    """The feed in UTF-8. Texts may be anything, they get cleaned here.

    Raises:
        ValueError: a naive time, or an address that is not of http(s).
    """
    root = ET.Element("feed", {"xmlns": NAMESPACE})
    _put(root, "id", feed.id)
    _put(root, "title", _line(feed.title))
    if subtitle := clean_line(feed.subtitle):
        _put(root, "subtitle", subtitle)
    ET.SubElement(root, "link", rel="alternate", type="text/html", href=_url(feed.url))
    ET.SubElement(root, "link", rel="self", type="application/atom+xml", href=_url(feed.feed_url))
    _put(root, "updated", _instant(feed.updated_at))
    _put(ET.SubElement(root, "author"), "name", _line(feed.author))
    _put(root, "generator", GENERATOR)
    for entry in feed.entries:
        _put_entry(root, entry)
    ET.indent(root, " ")
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _put_entry(root: ET.Element, entry: Entry) -> None:
    element = ET.SubElement(root, "entry")
    _put(element, "id", entry.id)
    _put(element, "title", _line(entry.title))
    ET.SubElement(element, "link", rel="alternate", type="text/html", href=_url(entry.url))
    _put(element, "published", _instant(entry.published_at))
    _put(element, "updated", _instant(entry.updated_at))
    # RFC 4287 3.1.1.2: HTML as escaped text, since readers join the lines of plain text
    _put(element, "content", _html(entry.lines) or escape(_line(entry.title)), type="html")


def _html(lines: Iterable[str]) -> str:
    items = [f"<li>{escape(line)}</li>" for line in map(clean_line, lines) if line]
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _put(parent: ET.Element, name: str, words: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = words


def _line(text: str) -> str:
    return clean_line(text) or UNTITLED


def _url(url: str) -> str:
    if plain_address(url) != url:
        raise ValueError(f"Not an address for a feed: {url!r}")
    return url


def _instant(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise ValueError("A time without a zone has no place in a feed.")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
