"""When the wall takes notes and stars, and how a note is held still while it changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Phase
from barcamp.core.times import opens_in_words, zone_name
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.wall import queries
from barcamp.wall.errors import ConferenceIsOver, NoteIsOff, StarsAreClosed, WallIsClosed
from barcamp.wall.models import Note


def refuse_when_closed(conference: Conference, now: datetime) -> None:
    """Raise WallIsClosed unless notes can be posted now."""
    if conference.wall_is_open(now):
        return
    state, when = _opening(conference, conference.wall, now)
    if state == "opens":
        raise WallIsClosed(N_("The wall opens {when} ({zone})."), when=when, zone=zone_name(conference.zone))
    raise WallIsClosed(
        N_("The wall closed {when} ({zone}), so it takes no more notes."), when=when, zone=zone_name(conference.zone)
    )


def refuse_when_over(conference: Conference, now: datetime) -> None:
    """Raise ConferenceIsOver after the night of the conference's last day."""
    if conference.is_over(now):
        raise ConferenceIsOver


def refuse_stars_when_closed(conference: Conference, now: datetime) -> None:
    """Raise StarsAreClosed unless stars can be given and taken back now."""
    if conference.stars_are_open(now):
        return
    state, when = _opening(conference, conference.star_phase(now), now)
    if state == "opens":
        raise StarsAreClosed(N_("Stars open {when} ({zone})."), when=when, zone=zone_name(conference.zone))
    raise StarsAreClosed(
        N_("Stars closed {when} ({zone}), so they stay as they are."), when=when, zone=zone_name(conference.zone)
    )


def hold_note(db: Session, conference: Conference, note: Note) -> Note:
    """The same note, read again now that nobody else can change it."""
    log.hold(db, conference)
    fresh = queries.find_whole_note(db, conference, note.id, fresh=True)
    if fresh is None:
        raise NoteIsOff
    return fresh


def log_word(
    db: Session, conference: Conference, actor: Person, kind: str, note: Note, now: datetime, **more: str
) -> None:
    """One line about a note whose words stay as they are."""
    log.write(db, conference, actor, kind, f"note:{note.id}", after={"title": note.title, **more}, now=now)


def _opening(conference: Conference, phase: Phase, now: datetime) -> tuple[str, Callable[[str], str]]:
    """How a phase stands, and when that began or ends, in the words of a locale yet to be known."""
    told = partial(opens_in_words, phase.opens_at, phase.closes_at, now, conference.zone)
    return told().state, lambda locale: told(locale).when
