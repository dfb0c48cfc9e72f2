"""What a projector shows when nobody tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from barcamp.conferences.models import Conference
from barcamp.venue.day import camp_day

Mode = Literal["wall", "now", "pitch"]
MODES: tuple[Mode, ...] = ("wall", "now", "pitch")


def mode_at(conference: Conference, *, pitching: bool, published: bool, now: datetime) -> Mode:
    """The pitch round while one is on; the wall until a schedule is published, and before the first day for as long as
    the wall takes notes; then what runs now and what is next. Once it is all over there is nothing to pin any more.
    """
    if pitching:
        return "pitch"
    today = camp_day(now, conference.zone)
    if today > conference.ends_on:
        return "now"
    not_begun = today < conference.starts_on
    if not published or (not_begun and conference.wall_is_open(now)):
        return "wall"
    return "now"
