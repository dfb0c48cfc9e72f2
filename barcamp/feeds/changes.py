"""What has changed in a conference's public schedule, newest first: by its versions, and in between by its log.

Public facts only: nothing of a note that an organizer has hidden, no stars, not who did it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.schedule.models import Entry, Version
from barcamp.schedule.versions import Step, steps

#: Versions and lines of the log in the feed.
MOST_VERSIONS = 20
MOST_LINES = 50

CANCELLING = ("note-withdrawn", "note-merged")


@dataclass(frozen=True, slots=True)
class VersionNews:
    """One version, and what is otherwise in it than in the one before; of the first, all is new."""

    number: int
    at: datetime
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A session that was called off after it was published. `revision` is the log's."""

    revision: int
    at: datetime
    note_id: int
    title: str


@dataclass(frozen=True, slots=True)
class RoomRenamed:
    revision: int
    at: datetime
    before: str
    after: str


News = VersionNews | Cancelled | RoomRenamed


def newest(db: Session, conference: Conference) -> list[News]:
    """Versions and what happened since the oldest of them, newest first. Three SELECTs."""
    versions = db.scalars(
        select(Version)
        .where(Version.conference_id == conference.id)
        .order_by(Version.number.desc())
        .limit(MOST_VERSIONS + 1)
    ).all()
    if not versions:
        return []
    titles = _titles(db, conference)
    between = _between(db, conference, versions[-1].revision, titles)
    found: list[News] = [
        _news(version, older, titles, between)
        for version, older in zip(versions, [*versions[1:], None], strict=True)
        if older is not None or version.number == 1
    ]
    return sorted([*found, *between], key=lambda one: one.at, reverse=True)


def _news(
    version: Version, older: Version | None, titles: Mapping[int, str], between: Sequence[Cancelled | RoomRenamed]
) -> VersionNews:
    """What is otherwise, under the titles of today; what was called off since the last version was told then."""
    since = 0 if older is None else older.revision
    told = {one.note_id for one in between if isinstance(one, Cancelled) and since < one.revision < version.revision}
    shown = (
        replace(step, title=titles[step.note_id])
        for step in steps(older, version)
        if step.note_id in titles and not (step.kind == "cancelled" and step.note_id in told)
    )
    return VersionNews(version.number, version.published_at, tuple(shown))


def _titles(db: Session, conference: Conference) -> dict[int, str]:
    query = select(Entry.note_id, Entry.title).where(Entry.conference_id == conference.id, Entry.state != "hidden")
    return dict(db.execute(query).all())


def _between(
    db: Session, conference: Conference, since: int, titles: Mapping[int, str]
) -> list[Cancelled | RoomRenamed]:
    lines = db.scalars(
        select(Change)
        .where(
            Change.conference_id == conference.id,
            Change.revision > since,
            Change.kind.in_((*CANCELLING, "room-changed")),
        )
        .order_by(Change.revision.desc())
        .limit(MOST_LINES)
    )
    return [one for line in lines if (one := _happening(line, titles)) is not None]


def _happening(line: Change, titles: Mapping[int, str]) -> Cancelled | RoomRenamed | None:
    if line.kind == "room-changed":
        before, after = ((said or {}).get("name", "") for said in (line.before, line.after))
        return RoomRenamed(line.revision, line.at, before, after) if before and after and before != after else None
    note_id = int(line.subject.partition(":")[2])
    return Cancelled(line.revision, line.at, note_id, titles[note_id]) if note_id in titles else None
