"""The one look-up by which a calendar hears that nothing has changed: what a feed's head says and how far it has come.

No session is read for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.slugs import slugify
from barcamp.feeds.models import FeedToken
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule.models import Entry, Publication
from barcamp.speakers.models import Speaker
from barcamp.venue.models import Room
from barcamp.wall.models import Note, Star, presented_by


class Look(NamedTuple):
    """A conference as the head of a feed shows it. Before the first version `revision` is 0."""

    conference_id: int
    slug: str
    name: str
    tagline: str
    zone: str
    revision: int
    changed_at: datetime


class RoomLook(NamedTuple):
    """A room of that conference; `id` is None where it was removed, and the rest then is what it was."""

    look: Look
    id: int | None
    key: str
    name: str


class SpeakerLook(NamedTuple):
    """A speaker's page as the head of a feed shows it. `seen` changes with everything that is published anywhere."""

    person_id: int
    slug: str
    name: str
    public: bool
    revision: int
    seen: int
    changed_at: datetime


class SiteLook(NamedTuple):
    """All conferences at once; any change of one that its line in a calendar shows changes this."""

    conferences: int
    sequences: int
    changed_at: datetime | None


class AgendaLook(NamedTuple):
    """A secret link with its conference."""

    look: Look
    link_id: int
    person_id: int
    revoked_at: datetime | None
    fetched_at: datetime | None


#: The columns of a Look, in its order.
LOOK = (
    Conference.id, Conference.slug, Conference.name, Conference.tagline, Conference.zone,
    func.coalesce(Publication.revision, 0), func.coalesce(Publication.changed_at, Conference.stamped_at),
)  # fmt: skip


def find_look(db: Session, slug: str) -> Look | None:
    row = db.execute(_looking(select(*LOOK)).where(Conference.slug == slug)).one_or_none()
    return None if row is None else Look(*row)


def find_room_look(db: Session, slug: str, key: str) -> RoomLook | None:
    """A room by its key, also one that was removed; None where there never was one, or no such conference."""
    row = db.execute(
        _looking(select(*LOOK, Room.id, Room.name))
        .outerjoin(Room, and_(Room.conference_id == Conference.id, Room.key == key))
        .where(Conference.slug == slug)
    ).one_or_none()
    if row is None:
        return None
    *columns, room_id, name = row
    look = Look(*columns)
    if room_id is not None:
        return RoomLook(look, room_id, key, name)
    was = _find_removed(db, look.conference_id, key)
    return None if was is None else RoomLook(look, None, key, was)


def _find_removed(db: Session, conference_id: int, key: str) -> str | None:
    """The name of the room that had this key last. Lines of the log from before keys stood in them have the name."""
    lines = db.scalars(
        select(Change.before)
        .where(Change.conference_id == conference_id, Change.kind == "room-removed")
        .order_by(Change.revision.desc())
    )
    for was in lines:
        name = (was or {}).get("name", "")
        if (was or {}).get("key", slugify(name, fallback="room")) == key:
            return str(name)
    return None


def _looking(columns: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return columns.select_from(Conference).outerjoin(Publication, Publication.conference_id == Conference.id)


def find_speaker_look(db: Session, slug: str) -> SpeakerLook | None:
    """A speaker's page, public or not, with how far all schedules have come.

    All, and not those with something of theirs: whoever no longer presents anything at a conference has to hear of a
    change there, too, and nothing says any more that they did.
    """
    row = db.execute(
        select(
            Speaker.person_id, Speaker.slug, Person.name, Speaker.public, Speaker.revision,
            select(func.coalesce(func.sum(Publication.revision), 0)).scalar_subquery(),
            Speaker.changed_at, select(func.max(Publication.changed_at)).scalar_subquery(),
        )
        .join(Person, Person.id == Speaker.person_id)
        .where(Speaker.slug == slug)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    person_id, slug, name, public, revision, seen, touched, published_at = row
    return SpeakerLook(person_id, slug, name, public, revision, seen, max(touched, published_at or touched))


def find_site_look(db: Session) -> SiteLook:
    """Unlisted ones count, too: a conference that leaves the list has to be heard of."""
    return SiteLook(
        *db.execute(
            select(func.count(), func.coalesce(func.sum(Conference.sequence), 0), func.max(Conference.stamped_at))
            .select_from(Conference)
        ).one()
    )  # fmt: skip


def find_agenda_look(db: Session, token_hash: bytes) -> AgendaLook | None:
    """A secret link, revoked or not."""
    link = (FeedToken.id, FeedToken.person_id, FeedToken.revoked_at, FeedToken.fetched_at)
    row = db.execute(
        _looking(select(*LOOK, *link))
        .join(FeedToken, FeedToken.conference_id == Conference.id)
        .where(FeedToken.token_hash == token_hash)
    ).one_or_none()
    return None if row is None else AgendaLook(Look(*row[:-4]), *row[-4:])


def agenda_ids(db: Session, conference_id: int, person_id: int) -> tuple[int, ...]:
    """The notes of what somebody gives or starred in the schedule, in the order of the day."""
    starred = select(Star.note_id).where(Star.person_id == person_id)
    return tuple(
        db.scalars(
            select(Entry.note_id)
            .join(Note, Note.id == Entry.note_id)
            .where(
                Entry.conference_id == conference_id,
                Entry.state != "hidden",
                or_(presented_by(person_id), Entry.note_id.in_(starred)),
            )
            .order_by(Entry.starts_at, Entry.note_id)
        )
    )
