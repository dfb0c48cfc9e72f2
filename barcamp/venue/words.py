"""The venue's own words, for every page that shows equipment or slots."""

from __future__ import annotations

from babel.support import LazyProxy

from barcamp.venue.models import Slot
from barcamp.web.words import lazy

EQUIPMENT_WORDS: dict[str, LazyProxy] = {
    "projector": lazy("Projector"),
    "sound": lazy("Sound"),
    "whiteboard": lazy("Whiteboard"),
    "video": lazy("Video link"),
    "kitchen": lazy("Kitchen"),
}

SLOT_WORDS: dict[str, LazyProxy] = {
    "talks": lazy("Sessions"),
    "break": lazy("Break"),
    "meal": lazy("Meal"),
}


def slot_name(slot: Slot) -> str:
    """What a slot is called on a page: "Lunch", or the name of its kind."""
    return slot.name or str(SLOT_WORDS[slot.kind])
