"""A short thread of questions and answers under a note."""

from __future__ import annotations

from dataclasses import dataclass

from barcamp.conferences.models import Conference
from barcamp.wall.cards import Viewer
from barcamp.wall.models import Note


@dataclass(frozen=True, slots=True)
class Panel:
    """The thread under a note, and whether the asking person may add to it."""


def panel(conference: Conference, note: Note, looking: Viewer) -> Panel | None:
    """What templates/wall/_comments.html shows of a note, or None where there is nothing to show."""
    return None
