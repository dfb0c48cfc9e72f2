"""What people and organizers do about news: having read it, choosing how to hear, and saying something to all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from barcamp import db as database
from barcamp.conferences.models import Conference
from barcamp.core.slugs import clean_line, clean_text
from barcamp.log import service as log
from barcamp.mail import letters
from barcamp.mail.links import Links
from barcamp.news import queries, readers
from barcamp.news.errors import NothingSaid, TooManyAnnouncements
from barcamp.news.messages import Message, hand_out
from barcamp.news.models import Audience, Bulletin, News, NewsChoice
from barcamp.people.models import Person
from barcamp.people.queries import hold_person

#: Announcements of one conference within an hour.
MOST_AN_HOUR = 10
HOUR = timedelta(hours=1)
LONGEST_TITLE = 100
LONGEST_TEXT = 1500


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people would hear, and how many of them by letter."""

    people: int
    letters: int


def mark_read(db: Session, person_id: int, bulletin_ids: Sequence[int] | None, *, now: datetime) -> None:
    """Somebody has read these of their news, or all of them. What was read before keeps its time."""
    theirs = update(News).where(News.person_id == person_id, News.read_at.is_(None))
    if bulletin_ids is not None:
        theirs = theirs.where(News.bulletin_id.in_(bulletin_ids))
    db.execute(theirs.values(read_at=now))


def choose(db: Session, person: Person, by_mail: bool, by_push: bool, on_pages: bool, *, now: datetime) -> None:
    """How somebody wants to hear from now on. Two at once stand in a line; an erased person chooses nothing."""
    if hold_person(db, person.id) is None:
        return
    choice = queries.find_choice(db, person.id)
    if choice is None:
        choice = NewsChoice(person_id=person.id)
        db.add(choice)
    choice.by_mail, choice.by_push, choice.on_pages, choice.changed_at = by_mail, by_push, on_pages, now
    db.flush()


def set_quiet(db: Session, conference: Conference, actor: Person, minutes: int, *, now: datetime) -> None:
    """How long it has to be quiet before people are told. What waits already keeps its time."""
    before, conference.news_quiet_minutes = conference.news_quiet_minutes, minutes
    if before != minutes:
        log.write(
            db, conference, actor, "conference-changed", f"conference:{conference.id}",
            before={"news_quiet_minutes": before}, after={"news_quiet_minutes": minutes}, now=now,
        )  # fmt: skip


def announce(
    db: Session,
    conference: Conference,
    author: Person,
    title: str,
    text: str,
    audience: Audience,
    audience_id: int | None = None,
    *,
    now: datetime,
) -> Bulletin:
    """Tell everybody, who still has a session in a room today, or who starred or presents a session (see
    readers.audience).

    Raises:
        NothingSaid: not a word of it can be read.
        NoSuchAudience: the room or session is none of the conference's.
        TooManyAnnouncements: there were enough within the hour.
    """
    title, text = clean_line(title)[:LONGEST_TITLE], clean_text(text)[:LONGEST_TEXT]
    if not title and not text:
        raise NothingSaid
    log.hold(db, conference)
    _refuse_too_many(db, conference, now)
    ids = readers.audience(db, conference, audience, audience_id, now=now)
    people = readers.read(db, ids)
    bulletin = Bulletin(
        conference_id=conference.id, kind="announcement", author_id=author.id, audience=audience,
        audience_id=None if audience == "everybody" else audience_id, title=title, text=text, told_at=now,
        readers=len(people),
    )  # fmt: skip
    hand_out(db, bulletin, [_message(db, conference, one, title, text, now) for one in people], ids, now=now)
    log.write(
        db, conference, author, "announced", f"news:{bulletin.id}",
        after={"audience": audience, "people": len(people)}, now=now,
    )  # fmt: skip
    db.flush()
    return bulletin


def reach(
    db: Session, conference: Conference, audience: Audience, audience_id: int | None = None, *, now: datetime
) -> Reach:
    """Who would hear of an announcement now. Raises NoSuchAudience."""
    return Reach(*readers.count(db, conference, audience, audience_id, now=now))


def _message(
    db: Session, conference: Conference, reader: readers.Reader, title: str, text: str, now: datetime
) -> Message:
    links = Links(database.base_url(db))
    return Message(
        reader, (), title or conference.name, text, f"/{conference.slug}/",
        lambda: letters.announcement(reader, conference, title, text, links=links, now=now),
    )  # fmt: skip


def _refuse_too_many(db: Session, conference: Conference, now: datetime) -> None:
    # what was said later than now was said by a clock that was set back since
    said = [at for at in queries.announced_since(db, conference, now - HOUR) if at <= now]
    if len(said) >= MOST_AN_HOUR:
        free_at = said[-MOST_AN_HOUR] + HOUR
        raise TooManyAnnouncements(MOST_AN_HOUR, max(1, int((free_at - now).total_seconds())))
