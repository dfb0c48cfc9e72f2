"""The pitch round: which notes are queued, whose turn it is, and what is not queued yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.wall.models import ON_THE_WALL, CoHost, CoPresenter, Note, Pitch, PitchRound
from barcamp.wall.queries.written import START_OF_TEXT


@dataclass(frozen=True, slots=True)
class Pitched:
    """A note on the wall as a hall sees it, and its place in the pitch round: `position` is None while it has none."""

    note_id: int
    title: str
    text: str  # the start of the description, Markdown
    presenters: tuple[str, ...]  # names, the author first
    presenter_ids: frozenset[int]
    seeks_host: bool
    asked_by: str
    stars: int
    posted_at: datetime
    position: int | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class PitchQueue:
    """All notes on the wall, by where they stand in the round: `now` has its turn, `waiting` come in this order,
    `done` have had theirs (the last one last), `loose` are not queued (in the order of posting).
    """

    round: PitchRound | None
    now: Pitched | None
    waiting: tuple[Pitched, ...]
    done: tuple[Pitched, ...]
    loose: tuple[Pitched, ...]

    @property
    def next(self) -> Pitched | None:
        return self.waiting[0] if self.waiting else None

    @property
    def size(self) -> int:
        return len(self.waiting) + len(self.done) + (self.now is not None)


def find_pitch_round(db: Session, conference: Conference, *, fresh: bool = False) -> PitchRound | None:
    """The pitch round that is on. `fresh` reads again what this session has read before."""
    return db.get(PitchRound, conference.id, populate_existing=fresh)


def find_pitched_id(db: Session, conference: Conference) -> int | None:
    """The note whose turn it is right now, if it is on the wall."""
    return db.execute(_PITCHED, {"conference_id": conference.id}).scalar_one_or_none()


_PITCHED = (
    select(Note.id)
    .join(PitchRound, PitchRound.note_id == Note.id)
    .where(PitchRound.conference_id == bindparam("conference_id"), ON_THE_WALL)
)


def pitch_queue(db: Session, conference: Conference, *, fresh: bool = False) -> PitchQueue:
    """Where every note on the wall stands in the round. What is off the wall is left out, and comes back with it."""
    going_on, notes = find_pitch_round(db, conference, fresh=fresh), notes_on_the_wall(db, conference)
    current = None if going_on is None else going_on.note_id
    queued = sorted((one for one in notes if one.position is not None), key=lambda one: one.position or 0)
    others = [one for one in queued if one.note_id != current]
    done = [(one.done_at, one.position or 0, one) for one in others if one.done_at is not None]
    return PitchQueue(
        round=going_on,
        now=next((one for one in notes if one.note_id == current), None),
        waiting=tuple(one for one in others if one.done_at is None),
        done=tuple(one for _at, _position, one in sorted(done, key=lambda entry: entry[:2])),
        loose=tuple(one for one in notes if one.position is None and one.note_id != current),
    )


def notes_on_the_wall(db: Session, conference: Conference) -> list[Pitched]:
    """The notes on the wall in the order of posting. Three queries for any number."""
    asker = aliased(Person)
    on_the_wall = (Note.conference_id == conference.id, ON_THE_WALL)
    rows = db.execute(
        select(
            Note.id, Note.title, func.substr(Note.description, 1, START_OF_TEXT).label("text"), Note.author_id,
            func.coalesce(Person.name, "").label("author"), Note.seeks_host, Note.star_count, Note.posted_at,
            func.coalesce(asker.name, "").label("asked_by"), Pitch.position, Pitch.done_at,
        )
        .outerjoin(Person, Person.id == Note.author_id)
        .outerjoin(asker, asker.id == Note.asked_by_id)
        .outerjoin(Pitch, Pitch.note_id == Note.id)
        .where(*on_the_wall)
        .order_by(Note.posted_at, Note.id)
    ).all()  # fmt: skip
    names, people = defaultdict(list), defaultdict(set)
    for row in rows:
        if row.author_id is not None:
            names[row.id].append(row.author)
            people[row.id].add(row.author_id)
    ids = select(Note.id).where(*on_the_wall)
    for note_id, person_id, name in db.execute(
        select(CoHost.note_id, CoHost.person_id, Person.name)
        .join(Person, Person.id == CoHost.person_id)
        .where(CoHost.note_id.in_(ids))
        .order_by(CoHost.note_id, CoHost.joined_at, CoHost.person_id)
    ):
        names[note_id].append(name)
        people[note_id].add(person_id)
    for note_id, name in db.execute(
        select(CoPresenter.note_id, CoPresenter.name)
        .where(CoPresenter.note_id.in_(ids))
        .order_by(CoPresenter.note_id, CoPresenter.position)
    ):
        names[note_id].append(name)
    return [
        Pitched(
            note_id=row.id, title=row.title, text=row.text, presenters=tuple(name for name in names[row.id] if name),
            presenter_ids=frozenset(people[row.id]), seeks_host=row.seeks_host, asked_by=row.asked_by,
            stars=row.star_count, posted_at=row.posted_at, position=row.position, done_at=row.done_at,
        )
        for row in rows
    ]  # fmt: skip
