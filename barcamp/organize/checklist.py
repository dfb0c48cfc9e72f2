"""What has to be there before a camp can be held, in the order one does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from barcamp.conferences.models import Conference
from barcamp.organize.queries import Figures
from barcamp.web.words import _, ngettext


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `endpoint` is the page where it is done."""

    name: str
    words: str
    is_done: bool
    endpoint: str


def steps(conference: Conference, figures: Figures, now: datetime) -> list[Step]:
    """The steps, each with what is there or what is missing."""
    return [
        _details(conference), _rooms(figures), _slots(figures), _phases(conference),
        _announce(conference, figures, now), _board(figures), _publish(figures),
    ]  # fmt: skip


def _details(conference: Conference) -> Step:
    missing = [
        words
        for value, words in (
            (conference.venue, _("the venue")),
            (conference.address, _("the address")),
            (conference.about, _("a few words about it")),
        )
        if not value
    ]
    words = (
        _("Still missing: {what}.").format(what=", ".join(missing)) if missing else _("Name, place and text are there.")
    )
    return Step(_("Details"), words, not missing, "conferences.edit")


def _rooms(figures: Figures) -> Step:
    if not figures.rooms:
        return Step(_("Rooms"), _("Add the rooms with their seats."), False, "venue.rooms")
    words = ngettext("{n} room, {seats} seats.", "{n} rooms, {seats} seats.", figures.rooms)
    return Step(_("Rooms"), words.format(n=figures.rooms, seats=figures.seats), True, "venue.rooms")


def _slots(figures: Figures) -> Step:
    if not figures.slots:
        return Step(_("Slots"), _("Make the day’s grid in one go, with its breaks and meals."), False, "venue.slots")
    words = ngettext("{n} slot for sessions.", "{n} slots for sessions.", figures.slots)
    return Step(_("Slots"), words.format(n=figures.slots), True, "venue.slots")


def _phases(conference: Conference) -> Step:
    said = [conference.registration_opens_at, conference.wall_opens_at, conference.stars_close_at]
    if not any(said):
        words = _("Say when registration, the wall and stars open and close. Until then all are open.")
        return Step(_("Phases"), words, False, "conferences.edit")
    return Step(_("Phases"), _("The dates are set."), True, "conferences.edit")


def _announce(conference: Conference, figures: Figures, now: datetime) -> Step:
    ready = bool(conference.listed and figures.rooms and figures.slots)
    if figures.coming:
        words = ngettext("{n} person is coming.", "{n} people are coming.", figures.coming).format(n=figures.coming)
    elif not conference.listed:
        words = _("It is not listed on the front page; whoever has the address can see it.")
    elif conference.registration.state(now) == "before":
        words = _("Pass the address on. Registration opens later.")
    else:
        words = _("Pass the address on: people can register.")
    return Step(_("Announce"), words, ready or figures.coming > 0, "conferences.show")


def _board(figures: Figures) -> Step:
    if not figures.placed:
        words = _("Once notes are up, have them arranged by popularity; then move what you like by hand.")
        return Step(_("Board"), words, False, "board.show")
    words = ngettext("{placed} of {n} note has a place.", "{placed} of {n} notes have a place.", figures.notes)
    return Step(_("Board"), words.format(placed=figures.placed, n=figures.notes), True, "board.show")


def _publish(figures: Figures) -> Step:
    if figures.version is None:
        return Step(_("Publish"), _("See what everybody would get, then publish it."), False, "schedule.publishing")
    words = _("Version {number} is out. What you change on the board waits until you publish again.")
    return Step(_("Publish"), words.format(number=figures.version), True, "schedule.publishing")
