"""Offering one's own note to be merged into another: that one's host decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.wall import queries
from barcamp.wall.errors import OfferIsGone
from barcamp.wall.models import MergeOffer, Note
from barcamp.wall.service.merging import hold_both, merge, refuse_merging
from barcamp.wall.service.phases import log_word, refuse_when_over


def offer(db: Session, conference: Conference, note: Note, into: Note, actor: Person, *, now: datetime) -> None:
    """A host would like their note to become part of another; that one's host decides. One offer a note."""
    refuse_when_over(conference, now)
    note, into = hold_both(db, conference, note, into)
    refuse_merging(note, into)
    there = queries.find_offer(db, note)
    if there is not None and there.into_id == into.id:
        return
    if there is not None:
        db.delete(there)
        db.flush()
    db.add(MergeOffer(note_id=note.id, into_id=into.id, offered_by_id=actor.id, offered_at=now))
    log.write(
        db, conference, actor, "merge-offered", f"note:{note.id}", after={"title": note.title, "into": into.id}, now=now
    )
    db.flush()


def accept_offer(db: Session, conference: Conference, note: Note, into: Note, actor: Person, *, now: datetime) -> None:
    """Merge as it was offered."""
    log.hold(db, conference)
    there = queries.find_offer(db, note)
    if there is None or there.into_id != into.id:
        raise OfferIsGone
    merge(db, conference, note, into, actor, now=now)


def take_offer_back(db: Session, conference: Conference, note: Note, actor: Person, *, now: datetime) -> None:
    """The host has thought again."""
    _end_offer(db, conference, note, actor, "merge-offer-withdrawn", now)


def decline_offer(db: Session, conference: Conference, note: Note, into: Note, actor: Person, *, now: datetime) -> None:
    """The host of the other note would rather stay alone."""
    _end_offer(db, conference, note, actor, "merge-offer-declined", now, into_id=into.id)


def _end_offer(
    db: Session, conference: Conference, note: Note, actor: Person, kind: str, now: datetime, into_id: int | None = None
) -> None:
    log.hold(db, conference)
    there = queries.find_offer(db, note)
    if there is None or into_id not in (None, there.into_id):
        return
    db.delete(there)
    log_word(db, conference, actor, kind, note, now)
    db.flush()
