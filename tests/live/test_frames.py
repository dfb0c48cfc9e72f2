"""What everybody may read, kind by kind, and how a frame looks on the wire."""

from __future__ import annotations

import pytest

from barcamp.live import frames
from barcamp.log.queries import Line
from tests import make

WHOLE = [
    ("note-posted", "note:1"), ("note-edited", "note:1"), ("note-withdrawn", "note:1"), ("room-added", "room:2"),
    ("slot-changed", "slot:2"), ("sponsor-added", "sponsor:1"), ("conference-changed", "conference:1"),
    ("published", "version:3"), ("comment-posted", "comment:4"), ("pitch-called", "pitch:1"), ("venue-copied", "slots"),
]  # fmt: skip
MASKED = [
    ("registered", "person:7"), ("registration-cancelled", "registration:7"), ("registration-promoted", "note:1"),
    ("role-given", "person:7"), ("role-taken", "conference:1"), ("presenter-renamed", "note:1"),
    ("report-made", "note:1"), ("note-held", "note:1"), ("invitation-sent", "note:1"), ("merge-offered", "note:1"),
    ("note-edited", "person:7"), ("arranged", "board"), ("placed", "note:1"), ("taken-off", "note:1"),
    ("pinned", "note:1"), ("unpinned", "note:1"), ("undone", "change:3"), ("displaced", "note:1"),
    ("whatever-comes", "thing:1"), ("note-posted", ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "subject"), WHOLE)
def test_everybody_reads_it_whole(kind: str, subject: str) -> None:
    line = Line(5, make.NOW, kind, subject)
    told = {"revision": 5, "kind": kind, "subject": subject, "ts": make.NOW.timestamp()}
    assert (frames.of_line(line, team=False), frames.of_line(line, team=True)) == (told, told)


@pytest.mark.parametrize(("kind", "subject"), MASKED)
def test_the_team_alone_reads_it_whole(kind: str, subject: str) -> None:
    line = Line(5, make.NOW, kind, subject)
    told = {"revision": 5, "ts": make.NOW.timestamp()}
    assert frames.of_line(line, team=False) == told | {"kind": "other", "subject": ""}
    assert frames.of_line(line, team=True) == told | {"kind": kind, "subject": subject}


def test_on_the_wire() -> None:
    line = Line(5, make.NOW, "note-posted", "note:1")
    assert frames.events_of([line], 700, team=False) == (
        b'id: 5\ndata: {"revision":5,"kind":"note-posted","subject":"note:1","ts":1795284000.0,"spread":700}\n\n'
    )
    assert frames.event(frames.of_counts(5, {3: 1, 12: 5}, make.NOW), 700, numbered=False) == (
        b'data: {"revision":5,"kind":"stars","subject":"notes","ts":1795284000.0,"counts":{"3":1,"12":5},"spread":700}'
        b"\n\n"
    )
