"""A conference in words: its dates, and its phases with when they open and close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel import Locale

from barcamp.conferences.models import Conference, Phase
from barcamp.core.times import Opening, opens_in_words
from barcamp.errors import N_
from barcamp.web.pages import day
from barcamp.web.words import _, locale

# for each phase: its name, what to say before, while and after; {when} is "Saturday 10:00"
_WORDS = {
    "registration": (
        N_("Registration"), N_("Opens {when}"), N_("Open until {when}"), N_("Closed since {when}"), N_("Open"),
    ),
    "wall": (
        N_("The wall"), N_("Opens {when}"), N_("Open for notes until {when}"), N_("Closed since {when}"),
        N_("Open for notes"),
    ),
    "stars": (
        N_("Stars"), N_("Open {when}"), N_("Star what you want to hear until {when}"), N_("Closed since {when}"),
        N_("Star what you want to hear"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhaseWords:
    """One phase for a page."""

    name: str
    words: str
    is_open: bool


def dates(conference: Conference) -> str:
    """ "Saturday, November 21, 2026", or two days with a dash between."""
    if conference.starts_on == conference.ends_on:
        return day(conference.starts_on)
    return f"{day(conference.starts_on)} – {day(conference.ends_on)}"


def phases(conference: Conference, now: datetime, *, published: bool) -> list[PhaseWords]:
    """The phases in the order of the day, the schedule last."""
    found = [
        _phase(name, phase, conference.zone, now)
        for name, phase in (
            ("registration", conference.registration), ("wall", conference.wall), ("stars", conference.stars),
        )
    ]  # fmt: skip
    return [*found, _schedule(conference, now, published=published)]


def _phase(name: str, phase: Phase, zone: str, now: datetime) -> PhaseWords:
    title, before, until, after, always = _WORDS[name]
    opening = opens_in_words(phase.opens_at, phase.closes_at, now, zone, _babel())
    words = {"opens": before, "open": until if opening.when else always, "closed": after}[opening.state]
    return PhaseWords(_(title), _(words).format(when=_with_zone(opening)), opening.state == "open")


def _schedule(conference: Conference, now: datetime, *, published: bool) -> PhaseWords:
    if published:
        return PhaseWords(_("The schedule"), _("Published"), True)
    expected = conference.schedule_expected_at
    if expected is None or expected <= now:
        return PhaseWords(_("The schedule"), _("Not published yet"), False)
    opening = opens_in_words(expected, None, now, conference.zone, _babel())
    return PhaseWords(_("The schedule"), _("Expected {when}").format(when=_with_zone(opening)), False)


def _with_zone(opening: Opening) -> str:
    return f"{opening.when} {opening.zone}" if opening.when else ""


def _babel() -> str:
    found: Locale = locale()
    return str(found)
