"""Atom: valid by RFC 4287, whatever the texts are, and the same bytes for the same feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barcamp.core import atom
from barcamp.core.slugs import clean_line

ATOM = "{http://www.w3.org/2005/Atom}"
NOW = datetime(2026, 11, 21, 18, 0, 30, 5, tzinfo=UTC)
UID = "00000000-0000-4000-8000-000000000007"
ENTRY = atom.Entry("urn:x:1", "Moved", "https://camp.example/camp/schedule", NOW, NOW, ("Haiku, from A to B",))
FEED = atom.Feed(
    "urn:x:0", "Changes", "https://camp.example/camp/", "https://camp.example/camp/changes.atom", "Otter", NOW, (ENTRY,)
)


def test_all_that_the_rfc_asks_for_is_there() -> None:
    root = ET.fromstring(atom.write(FEED))
    assert [(child.tag.removeprefix(ATOM), child.text) for child in root if child.tag != f"{ATOM}entry"] == [
        ("id", "urn:x:0"), ("title", "Changes"), ("link", None), ("link", None), ("updated", "2026-11-21T18:00:30Z"),
        ("author", "\n  "), ("generator", "BarCamp"),
    ]  # fmt: skip
    assert [(link.get("rel"), link.get("href")) for link in root.findall(f"{ATOM}link")] == [
        ("alternate", FEED.url), ("self", FEED.feed_url),
    ]  # fmt: skip
    (entry,) = root.findall(f"{ATOM}entry")
    assert {child.tag.removeprefix(ATOM): child.text for child in entry} == {
        "id": "urn:x:1", "title": "Moved", "link": None, "published": "2026-11-21T18:00:30Z",
        "updated": "2026-11-21T18:00:30Z", "content": "<ul><li>Haiku, from A to B</li></ul>",
    }  # fmt: skip


@given(st.text(), st.text())
def test_any_text_is_only_text(title: str, line: str) -> None:
    entry = replace(ENTRY, title=title, lines=(line,))
    root = ET.fromstring(atom.write(replace(FEED, title=title, entries=(entry,))))
    assert root.findtext(f"{ATOM}title") == (clean_line(title) or "(untitled)")
    content = root.findtext(f"{ATOM}entry/{ATOM}content") or ""
    read = ET.fromstring(f"<x>{content}</x>")
    assert [item.text for item in read.iter("li")] == ([clean_line(line)] if clean_line(line) else [])


def test_an_id_is_for_life() -> None:
    assert atom.urn(UID) == f"urn:uuid:{UID}"
    assert atom.urn(UID, "version", 2) == "urn:uuid:" + atom.urn(UID, "version", 2).removeprefix("urn:uuid:")
    assert len({atom.urn(UID), atom.urn(UID, "version", 2), atom.urn(UID, "version", 3)}) == 3
    assert atom.urn(UID, "version", 2) == atom.urn(UID, "version", 2)


@pytest.mark.parametrize(
    "broken",
    [replace(FEED, url="javascript:alert(1)"), replace(FEED, updated_at=datetime.fromisoformat("2026-11-21T10:00")),
     replace(FEED, entries=(replace(ENTRY, url="https://x.example/\n"),))],
)  # fmt: skip
def test_what_cannot_stand_in_a_feed_is_refused(broken: atom.Feed) -> None:
    with pytest.raises(ValueError, match="feed"):
        atom.write(broken)
