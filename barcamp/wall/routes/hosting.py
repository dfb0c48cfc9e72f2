"""Who presents a note: asking for a host, taking up, inviting a co-host, leaving."""

from __future__ import annotations

from dataclasses import dataclass

from barcamp.conferences.models import Conference
from barcamp.wall.cards import Viewer
from barcamp.wall.models import Note


@dataclass(frozen=True, slots=True)
class Panel:
    """What the asking person may do about who presents a note."""


def panel(conference: Conference, note: Note, looking: Viewer) -> Panel | None:
    """What templates/wall/_hosting.html shows of a note, or None where there is nothing to show."""
    return None
