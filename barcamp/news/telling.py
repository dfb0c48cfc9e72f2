"""Telling people what has changed, once, when it has been quiet for a while.

Each conference is told in a transaction of its own: inboxes, letters and notifications are written, and what was
untold is forgotten, in one commit. A worker that dies has told nobody, or everybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp import db as database
from barcamp.conferences.each import at_each
from barcamp.conferences.models import Conference
from barcamp.core import ical
from barcamp.core.times import day_of
from barcamp.db import Store
from barcamp.log import service as log
from barcamp.mail import letters
from barcamp.mail.links import Links
from barcamp.news import queries, readers
from barcamp.news.messages import Message, hand_out
from barcamp.news.models import Bulletin
from barcamp.news.readers import Reader
from barcamp.news.words import Told, clash_line, first_line, subject, told
from barcamp.schedule import untold
from barcamp.schedule.affected import concerned
from barcamp.schedule.models import Entry, Untold


def tell_due(store: Store, *, now: datetime) -> int:
    """Tell the changes of every conference whose quiet time is over. Returns how many conferences had some to tell."""
    with store.reading() as reading:
        due = queries.find_due(reading, now)
    return at_each(store, due, lambda db, conference: _tell_due(db, conference, now), "told")


def find_next_due(store: Store) -> datetime | None:
    """When there is something to tell next, if nothing else happens."""
    with store.reading() as reading:
        return queries.find_next_due(reading)


def _tell_due(db: Session, conference: Conference, now: datetime) -> bool:
    if not queries.is_due(conference.news_due_at, now):
        return False
    return tell(db, conference, now=now) is not None


def tell(db: Session, conference: Conference, *, now: datetime) -> Bulletin | None:
    """Tell what is untold, each person what is in their day. None where nobody has any of it in theirs.

    The conference must be held. A constant number of SELECTs, however many people and changes there are.
    """
    on = _on(db, conference)
    entries = {}
    changes = {}
    for one, entry in _waiting(db, conference):
        entries[one.note_id] = entry
        block = on.get(entry.block_id or 0)
        place = untold.place(entry, None if block is None else block.starts_at)
        if untold.is_news(one.was, place):
            changes[str(one.note_id)] = {"was": one.was, "now": place}
    untold.forget(db, conference, entries)
    if not changes:
        return None
    news = _News(conference, told(changes), entries, on, Links(database.base_url(db)), now)
    changed = concerned([one.note_id for one in news.changes]).subquery()
    ids = select(changed.c.person_id)
    days = _days(db, conference, news, ids)
    people = readers.read(db, ids)
    if not people:
        return None
    bulletin = Bulletin(
        conference_id=conference.id, kind="changes", audience="everybody", changes=changes, told_at=now,
        readers=len(people),
    )  # fmt: skip
    hand_out(db, bulletin, [news.message(one, days[one.id]) for one in people], ids, now=now)
    log.write(
        db, conference, None, "news-told", f"news:{bulletin.id}",
        after={"sessions": len(changes), "people": len(people)}, now=now,
    )  # fmt: skip
    db.flush()
    return bulletin


@dataclass(frozen=True)
class _News:
    """What there is to tell at a conference. `entries` are of the changed sessions, `on` is all that takes place."""

    conference: Conference
    changes: Sequence[Told]
    entries: Mapping[int, Entry]
    on: Mapping[int, Any]
    links: Links
    now: datetime

    def message(self, reader: Reader, day: frozenset[int]) -> Message:
        """What this reader is told, who has these notes in their day."""
        mine = [one for one in self.changes if one.note_id in day]
        words = [self._words[one.note_id] for one in mine]
        title = subject(mine, words, self.conference.name)

        def letter() -> letters.Row | None:
            return letters.news(
                reader, self.conference, title, first_line(mine, self.conference.name),
                [self._line(one.note_id, day) for one in mine],
                zone=self.conference.zone, calendar=self._calendar(mine), links=self.links, now=self.now,
            )  # fmt: skip

        path = f"/{self.conference.slug}/me"
        return Message(reader, [one.note_id for one in mine], title, "\n".join(words), path, letter)

    def _line(self, note_id: int, day: frozenset[int]) -> str:
        """A change, and what else the reader has at that time now."""
        beside = [self.on[other] for other in self._beside[note_id] if other in day]
        lines = [self._words[note_id]]
        if beside:
            lines.append(clash_line([(one.title, one.room) for one in beside]))
        return "\n".join(lines)

    @cached_property
    def _words(self) -> dict[int, str]:
        zone = self.conference.zone
        days = {day_of(one.starts_at, zone) for one in self.on.values()}
        with_day = len(days | {day_of(one.starts_at, zone) for one in self.changes}) > 1
        return {one.note_id: one.words(zone, with_day=with_day) for one in self.changes}

    @cached_property
    def _beside(self) -> dict[int, list[int]]:
        """For each changed session what else takes place while it does, in the order of the day."""
        found: dict[int, list[int]] = {one.note_id: [] for one in self.changes}
        for note_id, others in found.items():
            here = self.on.get(note_id)
            if here is not None:
                others.extend(
                    other for other, there in self.on.items()
                    if other != note_id and here.starts_at < there.ends_at and there.starts_at < here.ends_at
                )  # fmt: skip
        return found

    def _calendar(self, mine: Sequence[Told]) -> bytes:
        return ical.joined(self._head, [self._fragments[one.note_id] for one in mine])

    @cached_property
    def _head(self) -> bytes:
        return ical.letter_head(
            ical.Feed(
                name=self.conference.name, description=self.conference.tagline,
                url=self.links.agenda(self.conference.slug), source_url=None, zone=self.conference.zone,
                changed_at=self.now,
            )
        )  # fmt: skip

    @cached_property
    def _fragments(self) -> dict[int, bytes]:
        return {one.note_id: ical.as_busy(self.entries[one.note_id].fragment) for one in self.changes}


def _waiting(db: Session, conference: Conference) -> Sequence[Any]:
    """What is untold beside how it is now. Hidden ones wait: their words were taken down, and they may come back."""
    return db.execute(
        select(Untold, Entry)
        .join(Entry, Entry.note_id == Untold.note_id)
        .where(Untold.conference_id == conference.id, Entry.state != "hidden")
        .order_by(Untold.note_id)
    ).all()


def _on(db: Session, conference: Conference) -> dict[int, Any]:
    rows = db.execute(
        select(Entry.note_id, Entry.title, Entry.room, Entry.starts_at, Entry.ends_at)
        .where(Entry.conference_id == conference.id, Entry.state == "on")
        .order_by(Entry.starts_at, Entry.room, Entry.note_id)
    )
    return {row.note_id: row for row in rows}


def _days(db: Session, conference: Conference, news: _News, ids: Any) -> Mapping[int, frozenset[int]]:
    """The notes that each of these people has in their day: those that take place, and those that have changed."""
    scheduled = select(Entry.note_id).where(Entry.conference_id == conference.id)
    pairs = concerned(scheduled).subquery()
    found = defaultdict(set)
    for note_id, person_id in db.execute(select(pairs).where(pairs.c.person_id.in_(ids))):
        found[person_id].add(note_id)
    return {person_id: frozenset(note_ids) for person_id, note_ids in found.items()}
