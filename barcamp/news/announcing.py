"""What organizers say to people: to whom they can, what they have said, and how many have read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.news import queries
from barcamp.news.inbox import Item, of_bulletins
from barcamp.news.models import Audience, Bulletin, News
from barcamp.schedule.models import Entry
from barcamp.venue import queries as venue

PER_PAGE = 20
#: The same words to the same people so soon are the second half of a double click.
TWICE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Told:
    """A bulletin as organizers see it. `readers` were told, `read` of them have looked; nobody sees who."""

    item: Item
    audience: str
    readers: int
    read: int


def rooms(db: Session, conference: Conference) -> list[tuple[int, str]]:
    return [(room.id, room.name) for room in venue.room_lines(db, conference.id)]


def sessions(db: Session, conference: Conference) -> list[tuple[int, str]]:
    """The sessions of the published schedule that anybody can see, in its order."""
    rows = db.execute(
        select(Entry.note_id, Entry.title)
        .where(Entry.conference_id == conference.id, Entry.state != "hidden")
        .order_by(Entry.starts_at, Entry.title, Entry.note_id)
    )
    return [(row.note_id, row.title) for row in rows]


def was_just_said(
    db: Session, conference: Conference, title: str, text: str, audience: Audience, audience_id: int | None,
    *, now: datetime,
) -> bool:  # fmt: skip
    """Whether exactly this was said a moment ago. The conference must be held."""
    same = (
        Bulletin.conference_id == conference.id, Bulletin.kind == "announcement", Bulletin.title == title,
        Bulletin.text == text, Bulletin.audience == audience, Bulletin.audience_id.is_not_distinct_from(audience_id),
        Bulletin.told_at > now - TWICE,
    )  # fmt: skip
    return db.execute(select(exists().where(*same))).scalar_one()


def said(db: Session, conference: Conference, number: int, *, locale: str) -> tuple[list[Told], bool]:
    """A page of what was told, the newest first, and whether it is the last one. Three SELECTs."""
    found = queries.bulletins(db, conference, limit=PER_PAGE + 1, offset=PER_PAGE * (number - 1))
    shown = found[:PER_PAGE]
    read = _read(db, [one.id for one in shown])
    names = _names(db, conference, shown)
    items = of_bulletins(db, conference, shown, locale=locale)
    told = [
        Told(item, names.get((one.audience, one.audience_id), ""), one.readers, read.get(one.id, 0))
        for one, item in zip(shown, items, strict=True)
    ]
    return told, len(found) <= PER_PAGE


def _read(db: Session, bulletin_ids: Collection[int]) -> Mapping[int, int]:
    rows = db.execute(
        select(News.bulletin_id, func.count(News.read_at)).where(News.bulletin_id.in_(bulletin_ids))
        .group_by(News.bulletin_id)
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def _names(db: Session, conference: Conference, bulletins: Sequence[Bulletin]) -> dict[tuple[str, int | None], str]:
    """What the rooms and sessions are called that something was said to; what is gone has no name."""
    if all(one.audience_id is None for one in bulletins):
        return {}
    found: dict[tuple[str, int | None], str] = {("room", id_): name for id_, name in rooms(db, conference)}
    return found | {("session", id_): title for id_, title in sessions(db, conference)}
