"""News as they are shown: a bulletin with the lines that concern one reader, whichever conference it is from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.news import queries
from barcamp.news.models import Bulletin, BulletinKind, News
from barcamp.news.words import ChangeKind, told
from barcamp.wall.models import Note
from barcamp.web.words import _

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One change: what it is about, and the rest of the sentence. A note that nobody may see now has no `note_id`."""

    note_id: int | None
    title: str
    words: str
    kind: ChangeKind


@dataclass(frozen=True, slots=True)
class Item:
    """A bulletin for one reader. An announcement has a `title` and a `text`, changes have `lines`."""

    id: int
    kind: BulletinKind
    slug: str
    camp: str
    zone: str
    told_at: datetime
    is_unread: bool
    title: str
    text: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of somebody's inbox. `newest` is the bulletin up to which "mark all as read" counts."""

    items: Sequence[Item]
    number: int
    is_last: bool
    unread: int

    @property
    def newest(self) -> int:
        return max((item.id for item in self.items), default=0)


def page(db: Session, person_id: int, number: int, *, locale: str) -> Page:
    """The pages are numbered from 1, the newest news first; one that is not there is empty."""
    rows = queries.inbox(db, person_id, limit=PER_PAGE + 1, offset=PER_PAGE * (number - 1))
    items = of_news(db, rows[:PER_PAGE], locale=locale)
    return Page(items, number, len(rows) <= PER_PAGE, queries.count_unread(db, person_id))


def of_news(db: Session, rows: Sequence[News], *, locale: str) -> list[Item]:
    """The news of one reader, each with its bulletin loaded. Two SELECTs however many there are, none for none."""
    camps = _camps(db, {news.bulletin.conference_id for news in rows})
    titles = _titles(db, {note_id for news in rows for note_id in news.note_ids})
    return [
        _item(news.bulletin, camps[news.bulletin.conference_id], news.note_ids, titles, news.read_at is None, locale)
        for news in rows
    ]


def of_bulletins(db: Session, camp: Conference, bulletins: Iterable[Bulletin], *, locale: str) -> list[Item]:
    """Whole bulletins of one conference, as organizers and guests see them."""
    kept = list(bulletins)
    titles = _titles(db, {int(note_id) for one in kept for note_id in one.changes})
    return [_item(one, camp, [int(note_id) for note_id in one.changes], titles, False, locale) for one in kept]


def _item(
    bulletin: Bulletin, camp: Conference, note_ids: Collection[int], titles: Mapping[int, str], is_unread: bool,
    locale: str,
) -> Item:  # fmt: skip
    lines = [
        Line(
            one.note_id if one.note_id in titles else None,
            titles.get(one.note_id, _("A session")),
            one.change(camp.zone, locale, with_day=camp.ends_on > camp.starts_on),
            one.kind,
        )
        for one in told(bulletin.changes)
        if one.note_id in note_ids
    ]
    return Item(
        bulletin.id, bulletin.kind, camp.slug, camp.name, camp.zone, bulletin.told_at, is_unread, bulletin.title,
        bulletin.text, lines,
    )  # fmt: skip


def _camps(db: Session, conference_ids: Collection[int]) -> dict[int, Conference]:
    if not conference_ids:
        return {}
    return {one.id: one for one in db.scalars(select(Conference).where(Conference.id.in_(conference_ids)))}


def _titles(db: Session, note_ids: Collection[int]) -> dict[int, str]:
    """What these notes are called today; those that an organizer has hidden since are not named any more."""
    if not note_ids:
        return {}
    rows = db.execute(select(Note.id, Note.title).where(Note.id.in_(note_ids), Note.hidden_at.is_(None)))
    return {row.id: row.title for row in rows}


def unread_up_to(db: Session, person_id: int, bulletin_id: int) -> list[int]:
    """The unread bulletins that somebody had when this one was the newest."""
    query = select(News.bulletin_id).where(
        News.person_id == person_id, News.read_at.is_(None), News.bulletin_id <= bulletin_id
    )
    return list(db.scalars(query))
