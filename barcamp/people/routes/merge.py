"""Bringing along what a walk-in did, when the same person signs in: every package's rows move to the account at once.

Never joins two people who both have an address. Who shares something with themselves afterwards keeps one of it: the
account's own. Nothing here can be taken back, so the pages say before what comes along.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from barcamp.feeds.models import FeedToken
from barcamp.log import service as log
from barcamp.log.models import Change
from barcamp.mail.models import Letter
from barcamp.news import browsers
from barcamp.news.models import Bulletin, News, NewsChoice
from barcamp.news.queries import find_choice
from barcamp.people import queries, service
from barcamp.people.errors import LinkGone
from barcamp.people.routes import counted, presenting
from barcamp.speakers import service as speakers
from barcamp.wall.models import CoHost, Comment, Invitation, Look, MergeOffer, Note, Report, Star, presented_by
from barcamp.web.words import _, ngettext

#: What simply changes hands. What can be there twice is dealt with one by one.
MOVED = (
    Note.author_id, Note.asked_by_id, Comment.author_id, Invitation.made_by_id, MergeOffer.offered_by_id,
    FeedToken.person_id, Change.actor_id, Letter.person_id, Bulletin.author_id,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brought:
    """How many notes (wishes among them) and stars somebody has, for the words about their coming along."""

    notes: int = 0
    stars: int = 0

    def __bool__(self) -> bool:
        return bool(self.notes or self.stars)

    @property
    def named(self) -> str:
        """ "3 notes and 12 stars"; "" for none of either."""
        notes = ngettext("{n} note", "{n} notes", self.notes).format(n=self.notes)
        stars = ngettext("{n} star", "{n} stars", self.stars).format(n=self.stars)
        if self.notes and self.stars:
            return _("{notes} and {stars}").format(notes=notes, stars=stars)
        return notes if self.notes else stars if self.stars else ""

    @property
    def words(self) -> str:
        """The line after it; "" where nothing came along."""
        return _("What you did here came along: {what}.").format(what=self.named) if self else ""


def what_comes_along(db: Session, person_id: int) -> Brought:
    notes = select(func.count(Note.id)).where(or_(Note.author_id == person_id, Note.asked_by_id == person_id))
    stars = select(func.count()).select_from(Star).where(Star.person_id == person_id)
    return Brought(*db.execute(select(notes.scalar_subquery(), stars.scalar_subquery())).one())


def bring_along(db: Session, walk_in_id: int, person_id: int, *, now: datetime) -> Brought:
    """Give a walk-in's everything to a person with an address, and forget the walk-in. Doing it twice does it once.

    The transaction must hold nothing yet: it waits for whatever either of them is still doing.

    Raises:
        LinkGone: the person has been erased at this moment.
    """
    walk_in, person = queries.hold_for_erasing(db, walk_in_id), queries.hold_for_erasing(db, person_id)
    if person is None or person.is_walk_in:
        raise LinkGone
    if walk_in is None or not walk_in.is_walk_in:
        return Brought()
    conferences = presenting.conferences_used_by(db, walk_in_id)
    for conference in conferences:
        log.hold(db, conference)
    presenting.hold_notes(db, walk_in_id)

    brought = what_comes_along(db, walk_in_id)
    for column in MOVED:
        table: Any = column.class_
        db.execute(update(table).where(column == walk_in_id).values({column: person_id}))
    _move_cohosting(db, walk_in_id, person_id)
    _move_stars(db, walk_in_id, person_id)
    _move_looks(db, walk_in_id, person_id)
    _move_reports(db, walk_in_id, person_id)
    _move_news(db, walk_in_id, person_id)
    speakers.hand_over(db, walk_in_id, person_id, now=now)
    service.erase(db, walk_in, now=now)
    presenting.tell(db, conferences, person, "person-merged", f"person:{person_id}", now=now)
    return brought


def _move_cohosting(db: Session, walk_in_id: int, person_id: int) -> None:
    """Nobody is their own co-host, nor one twice. Who came by themselves stays, should a merge of notes be undone."""
    both, theirs = (walk_in_id, person_id), aliased(CoHost)
    written = select(Note.id).where(Note.author_id == person_id)
    db.execute(delete(CoHost).where(CoHost.person_id.in_(both), CoHost.note_id.in_(written)))
    _forget_merge(db, CoHost, walk_in_id, person_id)
    doubled = select(theirs.note_id).where(theirs.person_id == person_id)
    db.execute(delete(CoHost).where(CoHost.person_id == walk_in_id, CoHost.note_id.in_(doubled)))
    db.execute(update(CoHost).where(CoHost.person_id == walk_in_id).values(person_id=person_id))


def _move_stars(db: Session, walk_in_id: int, person_id: int) -> None:
    """The union of both; none on a note that is now one's own."""
    own, theirs = select(Note.id).where(presented_by(person_id)), aliased(Star)
    counted.take(db, Star, Star.person_id.in_((walk_in_id, person_id)), Star.note_id.in_(own))
    _forget_merge(db, Star, walk_in_id, person_id)
    doubled = select(theirs.note_id).where(theirs.person_id == person_id)
    counted.take(db, Star, Star.person_id == walk_in_id, Star.note_id.in_(doubled))
    db.execute(update(Star).where(Star.person_id == walk_in_id).values(person_id=person_id))


def _move_looks(db: Session, walk_in_id: int, person_id: int) -> None:
    """One a note, the account's own first; none on a note that is now one's own."""
    own, theirs = select(Note.id).where(presented_by(person_id)), aliased(Look)
    counted.take(db, Look, Look.person_id.in_((walk_in_id, person_id)), Look.note_id.in_(own))
    doubled = select(theirs.note_id).where(theirs.person_id == person_id)
    counted.take(db, Look, Look.person_id == walk_in_id, Look.note_id.in_(doubled))
    db.execute(update(Look).where(Look.person_id == walk_in_id).values(person_id=person_id))


def _move_reports(db: Session, walk_in_id: int, person_id: int) -> None:
    theirs = aliased(Report)
    doubled = exists().where(
        theirs.reporter_id == person_id,
        theirs.note_id == Report.note_id,
        theirs.comment_id.is_not_distinct_from(Report.comment_id),
    )
    db.execute(
        delete(Report).where(Report.reporter_id == walk_in_id, doubled).execution_options(synchronize_session=False)
    )
    db.execute(update(Report).where(Report.reporter_id == walk_in_id).values(reporter_id=person_id))


def _move_news(db: Session, walk_in_id: int, person_id: int) -> None:
    """Nobody is told twice of the same; how the account wants to hear holds. A walk-in's browser goes on hearing."""
    for told in db.scalars(select(News).where(News.person_id == walk_in_id).with_for_update()).all():
        theirs = db.get(News, (told.bulletin_id, person_id))
        if theirs is not None:
            theirs.note_ids = sorted({*theirs.note_ids, *told.note_ids})
    db.flush()
    theirs_too = aliased(News)
    doubled = select(theirs_too.bulletin_id).where(theirs_too.person_id == person_id)
    db.execute(delete(News).where(News.person_id == walk_in_id, News.bulletin_id.in_(doubled)))
    db.execute(update(News).where(News.person_id == walk_in_id).values(person_id=person_id))
    if find_choice(db, person_id) is None:
        db.execute(update(NewsChoice).where(NewsChoice.person_id == walk_in_id).values(person_id=person_id))
    db.execute(delete(NewsChoice).where(NewsChoice.person_id == walk_in_id))
    browsers.bring_along(db, walk_in_id, person_id)


def _forget_merge(db: Session, table: type[CoHost] | type[Star], walk_in_id: int, person_id: int) -> None:
    """What the walk-in did by hand, and the account has by a merge of two notes, is done by hand from now on."""
    by_hand = aliased(table)
    notes = select(by_hand.note_id).where(by_hand.person_id == walk_in_id, by_hand.from_note_id.is_(None))
    db.execute(
        update(table)
        .where(table.person_id == person_id, table.note_id.in_(notes))
        .values(from_note_id=None)
        .execution_options(synchronize_session=False)
    )
