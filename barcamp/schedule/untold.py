"""What has changed in public and nobody has been told of: gathered here for a quiet time, told by news/telling.py.

entries.py says here what each session was before it wrote it. What people know stays in `Untold.was` until they are
told, so moved twice is one change, and there and back is none. `Conference.news_due_at` is the end of the quiet time.
Both are written in the transaction of the change, while the conference is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import DAY_TURNS_AT, day_of
from barcamp.db import wake
from barcamp.schedule.models import Entry, Untold

#: Who starts within this time is told at once.
SOON = timedelta(minutes=30)
#: Whatever else changes meanwhile, nothing stays untold for longer than so many quiet times.
MOST_QUIET_TIMES = 5

Place = Mapping[str, Any]

_TIME = ("starts_at", "ends_at")
_OF_A_BLOCK = ("block_id", "block_starts_at")


def places(public: Collection[Entry], only: Collection[int] | None = None) -> dict[int, dict[str, Any]]:
    """The places of all that is public by its note's id, or `only` of these."""
    starts = {entry.note_id: entry.starts_at for entry in public}
    return {
        entry.note_id: place(entry, starts.get(entry.block_id or 0))
        for entry in public
        if only is None or entry.note_id in only
    }


def place(entry: Entry, block_starts_at: datetime | None) -> dict[str, Any]:
    """A session's place as `Untold.was` keeps it, and `Bulletin.changes` tells it."""
    return {
        "state": entry.state,
        "starts_at": entry.starts_at.isoformat(),
        "ends_at": entry.ends_at.isoformat(),
        "room": entry.room,
        "title": entry.title,
        "room_id": entry.room_id,
        "block_id": entry.block_id,
        "block_starts_at": None if block_starts_at is None else block_starts_at.isoformat(),
    }


def is_news(was: Place | None, now: Place) -> bool:
    """Whether somebody who knows a session to be at `was` (None: nowhere) must hear that it is `now`.

    A new title, and a new name of the same room, are none. Nor are some minutes earlier or later in the same block of
    lightning talks. A session that was off and is off is none.
    """
    if was is None or was["state"] != "on" or now["state"] != "on":
        was_on = was is not None and was["state"] == "on"
        return bool(was_on != (now["state"] == "on"))
    in_the_same_block = now["block_id"] is not None and all(was[name] == now[name] for name in _OF_A_BLOCK)
    same_time = in_the_same_block or all(was[name] == now[name] for name in _TIME)
    return not (same_time and _same_room(was, now))


def gather(
    db: Session,
    conference: Conference,
    before: Mapping[int, Place],
    public: Collection[Entry],
    written: Collection[int],
    *,
    now: datetime,
) -> None:
    """Keep what nobody knows yet of the sessions that were `written` (by note), of all that is public now. `before` are
    their places before this transaction's change.
    """
    after = places(public, written)
    changed = [note_id for note_id, place_now in after.items() if is_news(before.get(note_id), place_now)]
    if not changed or is_over(conference, now):
        return
    kept = {one.note_id: one for one in db.scalars(select(Untold).where(Untold.conference_id == conference.id))}
    for note_id in changed:
        if note_id not in kept:
            was = before.get(note_id)
            kept[note_id] = Untold(
                note_id=note_id, conference_id=conference.id, was=None if was is None else dict(was), since=now
            )
            db.add(kept[note_id])
        elif not is_news(kept[note_id].was, after[note_id]):
            db.delete(kept.pop(note_id))
    db.flush()
    after = places(public, kept)
    waiting = [(one.since, one.was, after[one.note_id]) for one in kept.values() if one.note_id in after]
    _set_due(db, conference, [one for one in waiting if one[2]["state"] != "hidden"], now=now)


def _set_due(
    db: Session, conference: Conference, waiting: Sequence[tuple[datetime, Place | None, Place]], *, now: datetime
) -> None:
    """The quiet time begins anew; it ends early before something begins, and when the oldest has waited long enough."""
    due_at = None
    if waiting:
        quiet = timedelta(minutes=conference.news_quiet_minutes)
        oldest = min(since for since, _was, _now in waiting)
        starts = [start for _since, *places in waiting if (start := _starts_next(places, now))]
        due_at = min(now + quiet, oldest + MOST_QUIET_TIMES * quiet, *(start - SOON for start in starts))
        due_at = max(now, due_at)
        wake(db, "news")
    # by the row: `conference` may be from before it was held
    db.execute(update(Conference).where(Conference.id == conference.id).values(news_due_at=due_at))


def forget(db: Session, conference: Conference, note_ids: Iterable[int]) -> None:
    """These have been told. What is hidden stays, should it come back elsewhere."""
    db.execute(delete(Untold).where(Untold.conference_id == conference.id, Untold.note_id.in_(list(note_ids))))
    db.execute(update(Conference).where(Conference.id == conference.id).values(news_due_at=None))


def is_over(conference: Conference, now: datetime) -> bool:
    """Whether the last day has passed: who tidies up the schedule afterwards wakes nobody."""
    return day_of(now, conference.zone, turns_at=DAY_TURNS_AT) > conference.ends_on


def _same_room(was: Place, now: Place) -> bool:
    """A room that was removed, and made again under its name, is the same one to people."""
    return was["room"] == now["room"] or (was["room_id"] is not None and was["room_id"] == now["room_id"])


def _starts_next(known_and_now: Iterable[Place | None], now: datetime) -> datetime | None:
    """The first start, as people know it or as it is, of what is not over yet."""
    on = [one for one in known_and_now if one is not None and one["state"] == "on"]
    starts = [
        datetime.fromisoformat(one["starts_at"]) for one in on if datetime.fromisoformat(one["ends_at"]) > now
    ]  # fmt: skip
    return min(starts, default=None)
