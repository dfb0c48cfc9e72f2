"""Two notes become one, and can become two again."""

from __future__ import annotations

from dataclasses import dataclass

from barcamp.conferences.models import Conference
from barcamp.wall.cards import Viewer
from barcamp.wall.models import Note


@dataclass(frozen=True, slots=True)
class Panel:
    """What a note was merged from or into, and what the asking person may do about that."""


def panel(conference: Conference, note: Note, looking: Viewer) -> Panel | None:
    """What templates/wall/_merging.html shows of a note, or None where there is nothing to show."""
    return None
