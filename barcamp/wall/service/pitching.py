"""The pitch round: who is in the queue, whose turn it is, and how it goes on.

A turn is moved on by whoever saw whose turn it was: two organizers who press Next at the same moment move on once.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.wall import queries
from barcamp.wall.errors import NoteIsOff, NothingToPitch, PitchIsOver, PitchMovedOn
from barcamp.wall.models import Note, Pitch, PitchRound
from barcamp.wall.queries import Pitched

Step = Literal["next", "back", "later", "to"]
SECONDS = (0, 30, 60, 90)  # 0: as long as it takes


def queue_all(
    db: Session, conference: Conference, actor: Person, *, presented_before: Collection[int], now: datetime
) -> int:
    """Queue every note on the wall that is not, and return how many those were.

    Whoever presents here for the first time comes first, the others after them, both in the order of posting.
    `presented_before` holds the ids of the people who have presented at this site.
    """
    log.hold(db, conference)

    def is_first_time(note: Pitched) -> bool:
        return bool(note.presenter_ids) and note.presenter_ids.isdisjoint(presented_before)

    loose = sorted(queries.pitch_queue(db, conference, fresh=True).loose, key=lambda note: not is_first_time(note))
    _append(db, conference, [note.note_id for note in loose])
    if loose:
        _tell(db, conference, actor, "pitch-queued", now, notes=len(loose))
    return len(loose)


def queue_note(db: Session, conference: Conference, note: Note, actor: Person, *, now: datetime) -> None:
    """Put one note at the end of the queue; one that is there stays where it is."""
    log.hold(db, conference)
    if not note.is_on_the_wall:
        raise NoteIsOff
    if db.get(Pitch, note.id) is None:
        _append(db, conference, [note.id])
        _tell_of(db, conference, actor, "pitch-queued", note, now)


def unqueue_note(db: Session, conference: Conference, note: Note, actor: Person, *, now: datetime) -> None:
    """Take a note out of the queue. Whose turn it is stays until the next one's."""
    log.hold(db, conference)
    going_on = queries.find_pitch_round(db, conference, fresh=True)
    if (going_on is None or going_on.note_id != note.id) and db.get(Pitch, note.id) is not None:
        db.execute(delete(Pitch).where(Pitch.note_id == note.id))
        _tell_of(db, conference, actor, "pitch-unqueued", note, now)


def move_note(
    db: Session, conference: Conference, note: Note, actor: Person, way: Literal["up", "down"], *, now: datetime
) -> None:
    """Let a note that waits change places with the one before it (up) or after it (down)."""
    log.hold(db, conference)
    waiting = [one.note_id for one in queries.pitch_queue(db, conference, fresh=True).waiting]
    if note.id not in waiting:
        return
    here = waiting.index(note.id)
    there = here + (-1 if way == "up" else 1)
    if 0 <= there < len(waiting):
        waiting[here], waiting[there] = waiting[there], waiting[here]
        _reorder(db, conference, waiting)
        _tell_of(db, conference, actor, "pitch-moved", note, now)


def shuffle(db: Session, conference: Conference, actor: Person, *, seed: int | str, now: datetime) -> None:
    """Put those who wait into an order by chance."""
    log.hold(db, conference)
    waiting = [one.note_id for one in queries.pitch_queue(db, conference, fresh=True).waiting]
    if len(waiting) > 1:
        random.Random(seed).shuffle(waiting)  # noqa: S311 - an order, not a secret
        _reorder(db, conference, waiting)
        _tell(db, conference, actor, "pitch-shuffled", now)


def open_round(
    db: Session, conference: Conference, actor: Person, seconds: int, *, again: bool = False, now: datetime
) -> None:
    """Start the round with the first who waits. `again` makes everybody wait once more first. Twice is once."""
    log.hold(db, conference)
    if queries.find_pitch_round(db, conference, fresh=True) is not None:
        return
    if again:
        db.execute(update(Pitch).where(Pitch.conference_id == conference.id).values(done_at=None))
    first = queries.pitch_queue(db, conference, fresh=True).next
    if first is None:
        raise NothingToPitch
    db.add(
        PitchRound(conference_id=conference.id, note_id=first.note_id, seconds=seconds, opened_at=now, turn_at=now)
    )  # fmt: skip
    log.write(
        db, conference, actor, "pitch-opened", f"note:{first.note_id}",
        after={"title": first.title, "seconds": seconds}, now=now,
    )  # fmt: skip


def turn(
    db: Session,
    conference: Conference,
    actor: Person,
    step: Step,
    *,
    seen: int | None,
    to: int | None = None,
    now: datetime,
) -> None:
    """Go on from the note whose turn the actor saw (None: nobody's): to the next, back to the last, to the next with
    this one put last ("later"), or "to" a note of the queue.

    Raises PitchMovedOn when it is not that note's turn any more, PitchIsOver when there is no round.
    """
    log.hold(db, conference)
    queue = queries.pitch_queue(db, conference, fresh=True)
    going_on = queue.round
    if going_on is None:
        raise PitchIsOver
    if going_on.note_id != seen:
        raise PitchMovedOn("" if queue.now is None else queue.now.title)

    following = _following(queue, step, to)
    if step == "later" and seen is not None:
        _append(db, conference, [seen], again=True)
    elif step in ("next", "to"):
        _mark(db, seen, now)
    going_on.turn_at = now
    if following is None:
        going_on.note_id = None
        _tell(db, conference, actor, "pitch-turn", now)
    else:
        going_on.note_id = following.note_id
        _mark(db, following.note_id, None)
        subject = f"note:{following.note_id}"
        log.write(db, conference, actor, "pitch-turn", subject, after={"title": following.title}, now=now)


def close_round(db: Session, conference: Conference, actor: Person, *, now: datetime) -> None:
    """End the round. Who is on the stage has had their turn; who still waits does so until the next round."""
    log.hold(db, conference)
    going_on = queries.find_pitch_round(db, conference, fresh=True)
    if going_on is None:
        return
    _mark(db, going_on.note_id, now)
    db.delete(going_on)
    _tell(db, conference, actor, "pitch-closed", now)


def _following(queue: queries.PitchQueue, step: Step, to: int | None) -> Pitched | None:
    """Whose turn is next; None when everybody has had theirs."""
    if step == "back":
        return queue.done[-1] if queue.done else queue.now
    if step == "to":
        found = next((one for one in (*queue.waiting, *queue.done) if one.note_id == to), None)
        if found is None:
            raise NoteIsOff
        return found
    return queue.next or (queue.now if step == "later" else None)


def _mark(db: Session, note_id: int | None, done_at: datetime | None) -> None:
    db.execute(update(Pitch).where(Pitch.note_id == note_id).values(done_at=done_at))


def _append(db: Session, conference: Conference, note_ids: Iterable[int], *, again: bool = False) -> None:
    """Put notes at the end of the queue; `again`: they are in it already."""
    last = db.execute(
        select(func.coalesce(func.max(Pitch.position), 0)).where(Pitch.conference_id == conference.id)
    ).scalar_one()
    for position, note_id in enumerate(note_ids, last + 1):
        if again:
            db.execute(update(Pitch).where(Pitch.note_id == note_id).values(position=position))
        else:
            db.add(Pitch(note_id=note_id, conference_id=conference.id, position=position))
    db.flush()


def _reorder(db: Session, conference: Conference, waiting: Sequence[int]) -> None:
    """Give those who wait their own places in this order. No two ever hold the same place, not even in between."""
    mine = Pitch.conference_id == conference.id
    kept = dict(db.execute(select(Pitch.note_id, Pitch.position).where(mine)).all())
    places = sorted(kept[note_id] for note_id in waiting)
    db.execute(update(Pitch).where(mine, Pitch.note_id.in_(list(waiting))).values(position=-1 - Pitch.position))
    table = Pitch.__table__
    db.connection().execute(
        update(Pitch).where(table.c.note_id == bindparam("moved")).values(position=bindparam("place")),
        [{"moved": note_id, "place": place} for note_id, place in zip(waiting, places, strict=True)],
    )
    db.expire_all()


def _tell(db: Session, conference: Conference, actor: Person, kind: str, now: datetime, **facts: int) -> None:
    log.write(db, conference, actor, kind, f"round:{conference.id}", after=facts or None, now=now)


def _tell_of(db: Session, conference: Conference, actor: Person, kind: str, note: Note, now: datetime) -> None:
    log.write(db, conference, actor, kind, f"note:{note.id}", after={"title": note.title}, now=now)
