"""Order on the wall: reporting, hiding with a reason, letting held notes up, and what an organizer changed."""

from __future__ import annotations

from dataclasses import dataclass

from barcamp.conferences.models import Conference
from barcamp.wall.cards import Viewer
from barcamp.wall.models import Note


@dataclass(frozen=True, slots=True)
class Panel:
    """What the asking person may do about a note that may not belong here, and what organizers changed on it."""


def panel(conference: Conference, note: Note, looking: Viewer) -> Panel | None:
    """What templates/wall/_order.html shows of a note, or None where there is nothing to show."""
    return None
