"""What speakers do about their calendars: have one read, choose what in it is a talk, have it read no more."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from barcamp import fetch
from barcamp.core.slugs import fold
from barcamp.db import wake
from barcamp.people import queries as people
from barcamp.speakers import service, talk_queries, talks
from barcamp.speakers.errors import TooManySources
from barcamp.speakers.following import Report, content_of, iso, proposed_item
from barcamp.speakers.models import Talk, TalkSource
from barcamp.speakers.talks import TalkContent

MOST_SOURCES = 5


def add_source(db: Session, person_id: int, url: str, *, now: datetime) -> TalkSource:
    """Have a calendar read from now on; the one that is there, where its address is known.

    Raises:
        TooManySources, fetch.BadAddress: it will not be read.
    """
    address = fetch.checked(url)
    people.hold_person(db, person_id)
    there = talk_queries.sources(db, person_id)
    for source in there:
        if source.url == address:
            return source
    if len(there) >= MOST_SOURCES:
        raise TooManySources(MOST_SOURCES)
    source = TalkSource(person_id=person_id, url=address, added_at=now, due_at=now)
    db.add(source)
    db.flush()
    wake(db, "sources")
    return source


def read_again(db: Session, source: TalkSource, *, now: datetime) -> bool:
    """Have it read now rather than later; not again within a minute, nor while it is being read."""
    people.hold_person(db, source.person_id)
    db.refresh(source)
    if source.state == "waiting" or (source.fetched_at is not None and source.fetched_at > now - timedelta(minutes=1)):
        return False
    source.due_at = now
    wake(db, "sources")
    return True


def remove_source(db: Session, source: TalkSource) -> None:
    """Read it no more. The talks that it brought stay, as if they had been typed."""
    people.hold_person(db, source.person_id)
    for talk in talk_queries.talks_of_source(db, source.id):
        talk.source_id = talk.source_uid = None
        talk.edited = []
    db.flush()
    db.delete(source)
    db.flush()


def choose(
    db: Session, source: TalkSource, wanted: Sequence[str], unwanted: Sequence[str], conference: str, *, now: datetime
) -> list[Talk]:
    """Of what is proposed, these (by UID) are talks at `conference` and follow the calendar from now on; the unwanted
    are not proposed again. One that was typed by hand before is the same talk. What is no longer proposed is passed
    over.

    Raises:
        TooManyTalks: they would be too many; none is taken.
    """
    people.hold_person(db, source.person_id)
    db.refresh(source)
    report: Report = deepcopy(source.report or {})
    proposed: dict[str, Any] = {one["uid"]: one for one in report.get("proposed") or ()}
    followed, page = report.get("followed") or {}, talks.speaker_address(db, source.person_id)
    there = talk_queries.all_talks(db, source.person_id)
    typed = {_same(TalkContent.of(talk)): talk for talk in there if talk.source_id is None}
    made, taken = list[Talk](), list[Talk]()
    for uid in dict.fromkeys(wanted):
        if uid not in proposed:
            continue
        item = proposed_item(proposed.pop(uid))
        content = content_of(item, conference)
        talk = typed.pop(_same(content), None)
        if talk is None:
            talk = talks.new_talk(source.person_id, content, page=page, now=now)
            made.append(talk)
        else:  # there already, typed by hand: what was typed stays
            talk.edited = talks.changed_fields(TalkContent.of(talk), content)
        talk.source_id, talk.source_uid = source.id, uid
        followed[uid] = {"sequence": item.sequence, "modified": iso(item.modified_at), "missed": 0}
        taken.append(talk)
    talks.refuse_too_many(db, source.person_id, len(made))
    left_out = [uid for uid in unwanted if proposed.pop(uid, None) is not None]
    report |= {
        "proposed": list(proposed.values()), "followed": followed,
        "listed": [*(report.get("listed") or ()), *(talk.source_uid for talk in taken)],
        "left_out": [*(report.get("left_out") or ()), *left_out],
    }  # fmt: skip
    source.report = report
    db.add_all(made)
    db.flush()
    if made:
        service.touch(db, source.person_id, now=now)
    return taken


def _same(content: TalkContent) -> tuple[str, date]:
    return fold(content.title), content.starts_on
