"""A fair look: what somebody has not looked at yet, what they said, and how late each note went up.

As with stars, what one person said is for that person's own pages only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, case, exists, func, literal, or_, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.popularity import late_factor, shuffle_key, surely_seen, weighted_factor
from barcamp.wall.models import ON_THE_WALL, CoHost, Look, LookKind, Note, Star


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said to a note, and when they looked. `kind` is None where it holds no longer: the star that they
    gave has been taken back.
    """

    note_id: int
    kind: LookKind | None
    at: datetime | None


def unseen(db: Session, conference: Conference, person_id: int, *, sees_counts: bool) -> list[int]:
    """The notes the quick look has left for this person, the least seen first.

    Never their own, none that is off the wall, none they looked at or starred. Equals come in an order of the person's
    own, so that three hundred people who begin at once do not all look at the same note. For whom counts are hidden,
    stars do not enter into it: an order by them says what they say.
    """
    rows = db.execute(select(Note.id, Note.look_count, Note.star_count).where(*_unseen(conference, person_id)))
    seed = f"look/{conference.id}/{person_id}"
    places = [
        (surely_seen(looks, stars if sees_counts else 0), shuffle_key(seed, note_id), note_id)
        for note_id, looks, stars in rows
    ]
    return [note_id for _seen, _turn, note_id in sorted(places)]


def count_looks(db: Session, conference: Conference, person_id: int) -> int:
    """How many of the notes on the wall this person has answered in the quick look."""
    return db.execute(
        select(func.count())
        .select_from(Look)
        .join(Note, Note.id == Look.note_id)
        .where(Look.person_id == person_id, Note.conference_id == conference.id, ON_THE_WALL)
    ).scalar_one()


def said(db: Session, note_id: int, person_id: int) -> Said:
    """What this person said to a note: in the quick look, or by a star."""
    row = db.execute(
        select(Look.kind, Look.at, Star.person_id.label("starrer"))
        .select_from(Note)
        .outerjoin(Look, and_(Look.note_id == Note.id, Look.person_id == person_id))
        .outerjoin(Star, and_(Star.note_id == Note.id, Star.person_id == person_id))
        .where(Note.id == note_id)
    ).one()
    if row.starrer is not None:
        return Said(note_id, "want", row.at)
    return Said(note_id, None if row.kind == "want" else row.kind, row.at)


def last_look(db: Session, conference: Conference, person_id: int, before: Said | None = None) -> int | None:
    """The note on the wall this person looked at last, or last before another one."""
    conditions = [Look.person_id == person_id, Note.conference_id == conference.id, ON_THE_WALL]
    if before is not None and before.at is not None:
        conditions.append(tuple_(Look.at, Look.note_id) < tuple_(literal(before.at, Look.at.type), before.note_id))
    return db.scalars(
        select(Look.note_id)
        .join(Note, Note.id == Look.note_id)
        .where(*conditions)
        .order_by(Look.at.desc(), Look.note_id.desc())
        .limit(1)
    ).first()


def said_maybe_to(person_id: int) -> ColumnElement[bool]:
    """The condition that this person said maybe to a note, and has not starred it since."""
    return and_(
        exists().where(Look.note_id == Note.id, Look.person_id == person_id, Look.kind == "maybe"),
        ~exists().where(Star.note_id == Note.id, Star.person_id == person_id),
    )


def has_maybes(db: Session, conference: Conference, person_id: int) -> bool:
    """Whether a note on the wall waits for this person to make up their mind."""
    return db.execute(
        select(Note.id).where(Note.conference_id == conference.id, ON_THE_WALL, said_maybe_to(person_id)).limit(1)
    ).first() is not None  # fmt: skip


def late_factors(db: Session, conference: Conference) -> dict[int, float]:
    """For each note on the wall what its stars are multiplied by to stand beside those of notes that were up from the
    start (core/popularity.py). Two statements; five thousand stars take about ten milliseconds.

    A star that came with a merged note is corrected for when that one went up. Times are only compared, as the database
    has them: to make an instant of each would be most of the work.
    """
    notes = db.execute(
        select(
            Note.id,
            type_coerce(Note.posted_at, Text).label("posted_at"),
            case((ON_THE_WALL, True), else_=False).label("stands"),
        ).where(Note.conference_id == conference.id, or_(ON_THE_WALL, Note.merged_at.is_not(None)))
    ).all()
    given = db.execute(
        select(Star.note_id, func.coalesce(Star.from_note_id, Star.note_id), type_coerce(Star.at, Text))
        .join(Note, Note.id == Star.note_id)
        .where(Note.conference_id == conference.id, ON_THE_WALL)
    ).all()
    times = sorted(at for _note, _given_to, at in given)
    standing = sum(note.stands for note in notes)
    alone = {
        note.id: late_factor(len(times), len(times) - bisect_left(times, note.posted_at), max(1, standing))
        for note in notes
    }
    together: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for (note_id, given_to), stars in Counter((note_id, given_to) for note_id, given_to, _at in given).items():
        together[note_id].append((stars, alone.get(given_to, alone[note_id])))
    return {note.id: weighted_factor(together[note.id], alone[note.id]) for note in notes if note.stands}


def _unseen(conference: Conference, person_id: int) -> list[ColumnElement[bool]]:
    """What the quick look may show somebody. Written without `presented_by`, whose NOT is NULL for an erased author."""
    return [
        Note.conference_id == conference.id,
        ON_THE_WALL,
        func.coalesce(Note.author_id, 0) != person_id,
        ~and_(Note.seeks_host, func.coalesce(Note.asked_by_id, 0) == person_id),
        ~exists().where(CoHost.note_id == Note.id, CoHost.person_id == person_id),
        ~exists().where(Look.note_id == Note.id, Look.person_id == person_id),
        ~exists().where(Star.note_id == Note.id, Star.person_id == person_id),
    ]
