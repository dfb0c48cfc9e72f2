"""What pages show of a venue, read once for all who look: nobody changes these rows, which are of no session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.venue import queries
from barcamp.venue.models import Slot


def slots(conference: Conference) -> Sequence[Slot]:
    """The slots by time: talks, breaks and meals."""
    return remembered(("slots", conference.id), lambda db: queries.slots(db, conference), rows=len)


def talk_slots(conference: Conference) -> list[Slot]:
    return [slot for slot in slots(conference) if slot.is_for_talks]


def pauses(conference: Conference) -> list[Slot]:
    """The breaks and meals."""
    return [slot for slot in slots(conference) if not slot.is_for_talks]


def room_names(conference: Conference) -> Mapping[int, str]:
    """By id, in the venue's order."""
    about = conference.id
    return remembered(("rooms", about), lambda db: {room.id: room.name for room in queries.room_lines(db, about)})
