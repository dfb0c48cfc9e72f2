"""What of the news stands on every page: the number in the header, and a few lines on the pages of the conference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.news import inbox
from barcamp.news.inbox import Item
from barcamp.news.models import Bulletin, News, NewsChoice

#: Lines at the most, and bulletins they are of.
MOST = 3
#: How long a guest sees what organizers have said to everybody.
GUESTS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Banner:
    """`unread` is over all conferences; `items` are this one's, their lines cut to `MOST` in all; `more` is how many
    there are beyond. `can_be_read`: there is somebody whose inbox it is.
    """

    unread: int = 0
    items: Sequence[Item] = ()
    more: int = 0
    can_be_read: bool = False


def for_person(db: Session, person_id: int, conference: Conference | None, *, locale: str) -> Banner:
    """What somebody has not read, unless they want nothing on pages. One SELECT for most; four where something is
    here.
    """
    # no conference has the id 0: on pages of none, nothing is here
    asked = {"person_id": person_id, "conference_id": 0 if conference is None else conference.id}
    if not remembered(("unread", person_id), lambda beside: _has_unread(beside, person_id), own=True):
        return Banner()
    rows = db.execute(_UNREAD, asked).all()
    if not rows:  # read in another tab meanwhile
        return Banner()
    unread, unread_here = rows[0][1], int(rows[0][2])
    news = [row[0] for row in rows if row[3]]
    items, cut = _cut(inbox.of_news(db, news, locale=locale))
    return Banner(unread, items, cut + unread_here - len(news), can_be_read=True)


def _has_unread(db: Session, person_id: int) -> bool:
    return db.execute(_HAS_UNREAD, {"person_id": person_id}).first() is not None


_NEWS, _CHOICE = News.__table__, NewsChoice.__table__
_HAS_UNREAD = (  # of the tables, not of their classes: what most pages ask in vain costs half as much
    select(_NEWS.c.bulletin_id)
    .outerjoin(_CHOICE, _CHOICE.c.person_id == _NEWS.c.person_id)
    .where(
        _NEWS.c.person_id == bindparam("person_id"),
        _NEWS.c.read_at.is_(None),
        or_(_CHOICE.c.on_pages.is_(None), _CHOICE.c.on_pages),
    )
    .limit(1)
)
_HERE = case((Bulletin.conference_id == bindparam("conference_id"), 1), else_=0)
_UNREAD = (
    select(News, func.count().over(), func.sum(_HERE).over(), _HERE)
    .select_from(News)
    .join(News.bulletin)
    .outerjoin(NewsChoice, NewsChoice.person_id == News.person_id)
    .where(
        News.person_id == bindparam("person_id"),
        News.read_at.is_(None),
        or_(NewsChoice.on_pages.is_(None), NewsChoice.on_pages),
    )
    .options(contains_eager(News.bulletin))
    .order_by(_HERE.desc(), News.bulletin_id.desc())
    .limit(MOST)
)


def for_guest(db: Session, conference: Conference, *, now: datetime, locale: str) -> Banner:
    """The newest of what organizers have said to everybody, for a while."""
    about = {"conference_id": conference.id}
    newest = remembered(("said to everybody", conference.id), lambda beside: beside.scalars(_NEWEST, about).first())
    if newest is None or newest.told_at <= now - GUESTS:
        return Banner()
    return Banner(items=inbox.of_bulletins(db, conference, [newest], locale=locale))


_NEWEST = (
    select(Bulletin)
    .where(
        Bulletin.conference_id == bindparam("conference_id"),
        Bulletin.kind == "announcement",
        Bulletin.audience == "everybody",
    )
    .order_by(Bulletin.id.desc())
    .limit(1)
)


def _cut(items: Sequence[Item]) -> tuple[list[Item], int]:
    """The items with `MOST` lines in all, an announcement being one, and how many lines that leaves out."""
    kept: list[Item] = []
    left, out = MOST, 0
    for item in items:
        size = max(1, len(item.lines))
        if left > 0:
            kept.append(replace(item, lines=item.lines[:left]))
        out += max(0, size - max(0, left))
        left -= min(size, max(0, left))
    return kept, out
