"""What could be merged, what was, and who offers to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from barcamp.conferences.models import Conference
from barcamp.core.similar import LONGEST_START, Topic
from barcamp.core.slugs import fold
from barcamp.log.models import Change
from barcamp.wall.models import ON_THE_WALL, CoHost, MergeOffer, Note, NoteTag, Star
from barcamp.wall.queries.wall import LONGEST_SEARCH, MOST_WORDS

FURTHEST = 100  # how many merges deep anybody looks


@dataclass(frozen=True, slots=True)
class Merged:
    """A note that lives on in another one. `shown` says that everybody may read its title."""

    id: int
    title: str
    into_id: int
    at: datetime
    shown: bool


def topics(db: Session, conference: Conference, *, q: str = "") -> dict[int, Topic]:
    """What every note on the wall says, by id, in the order posted; with `q` only those that hold all its words."""
    words = fold(q)[:LONGEST_SEARCH].split()[:MOST_WORDS]
    tags: dict[int, list[str]] = {}
    for note_id, tag in db.execute(
        select(NoteTag.note_id, NoteTag.tag)
        .join(Note, Note.id == NoteTag.note_id)
        .where(Note.conference_id == conference.id, ON_THE_WALL)
        .order_by(NoteTag.note_id, NoteTag.tag)
    ):
        tags.setdefault(note_id, []).append(tag)
    rows = db.execute(
        select(Note.id, Note.title, func.substr(Note.description, 1, LONGEST_START))
        .where(
            Note.conference_id == conference.id,
            ON_THE_WALL,
            *(Note.search.contains(word, autoescape=True) for word in words),
        )
        .order_by(Note.posted_at, Note.id)
    )
    return {note_id: Topic(title, tuple(tags.get(note_id, ())), start) for note_id, title, start in rows}


def notes_by_id(db: Session, conference: Conference, ids: Sequence[int]) -> list[Note]:
    """These notes as cards need them, in the order of the ids."""
    if not ids:
        return []
    found = db.scalars(
        select(Note)
        .where(Note.id.in_(ids), Note.conference_id == conference.id)
        .options(
            joinedload(Note.author),
            joinedload(Note.asked_by),
            selectinload(Note.tags),
            selectinload(Note.copresenters),
            selectinload(Note.cohosts).joinedload(CoHost.person),
        )
    )
    return sorted(found, key=lambda note: ids.index(note.id))


def merged_notes(db: Session, conference: Conference) -> dict[int, Merged]:
    """All notes of a conference that live on in another one, by id, in the order in which they were merged."""
    rows = db.execute(
        select(Note.id, Note.title, Note.merged_into_id, Note.merged_at, Note.hidden_at, Note.held_at)
        .where(Note.conference_id == conference.id, Note.merged_at.is_not(None), Note.merged_into_id.is_not(None))
        .order_by(Note.merged_at, Note.id)
    )
    return {
        id_: Merged(id_, title, into_id or 0, at, hidden_at is held_at is None)  # type: ignore[arg-type]
        for id_, title, into_id, at, hidden_at, held_at in rows
    }


def survivor(merged: Mapping[int, Merged], note_id: int) -> int:
    """The note that this one lives on in, at the end of the chain; itself, when it is not merged."""
    for _ in range(FURTHEST):
        if note_id not in merged:
            break
        note_id = merged[note_id].into_id
    return note_id


def part_ids(merged: Mapping[int, Merged], note_id: int, *, sees_all: bool) -> list[int]:
    """The note and all that live on in it, whose threads are read together; itself first. Without those that are kept
    back, unless one `sees_all`.
    """
    shown = [part.id for part in merged.values() if part.shown or sees_all]
    return [note_id, *(one for one in shown if survivor(merged, one) == note_id)]


def mergers(db: Session, conference: Conference, note_ids: Collection[int]) -> dict[int, int | None]:
    """Who merged each of these notes last, by id."""
    if not note_ids:
        return {}
    subjects = {f"note:{note_id}": note_id for note_id in note_ids}
    rows = db.execute(
        select(Change.subject, Change.actor_id)
        .where(Change.conference_id == conference.id, Change.kind == "note-merged", Change.subject.in_(list(subjects)))
        .order_by(Change.revision)
    )
    return {subjects[subject]: actor_id for subject, actor_id in rows}


def find_offer(db: Session, note: Note) -> MergeOffer | None:
    """What this note's host has offered, if it is still to be decided."""
    return db.scalars(select(MergeOffer).where(MergeOffer.note_id == note.id)).one_or_none()


def standing_offer(db: Session, note: Note) -> Note | None:
    """The note that this one is offered to, while that is on the wall."""
    return db.scalars(
        select(Note).join(MergeOffer, MergeOffer.into_id == Note.id).where(MergeOffer.note_id == note.id, ON_THE_WALL)
    ).one_or_none()


def offers_to(db: Session, note: Note) -> list[tuple[int, str]]:
    """(id, title) of the notes on the wall that are offered to become part of this one, the first offered first."""
    rows = db.execute(
        select(Note.id, Note.title)
        .join(MergeOffer, MergeOffer.note_id == Note.id)
        .where(MergeOffer.into_id == note.id, ON_THE_WALL)
        .order_by(MergeOffer.offered_at, Note.id)
    )
    return [(id_, title) for id_, title in rows]


def count_together(db: Session, note: Note, into: Note) -> int:
    """How many people have starred one of two notes or both, without those who present either."""
    presenting = {*presenter_ids(note), *presenter_ids(into)}
    return db.execute(
        select(func.count(Star.person_id.distinct())).where(
            Star.note_id.in_((note.id, into.id)), Star.person_id.not_in(presenting)
        )
    ).scalar_one()


def presenter_ids(note: Note) -> list[int]:
    """Who presents a note and has an account, the author first; its co-hosts must be loaded."""
    author = [] if note.author_id is None else [note.author_id]
    return author + [cohost.person_id for cohost in note.cohosts]


def parts(db: Session, conference: Conference, into: Note) -> list[Note]:
    """The whole notes that were merged into this one itself, the first merged first."""
    return list(
        db.scalars(
            select(Note)
            .where(Note.conference_id == conference.id, Note.merged_into_id == into.id, Note.merged_at.is_not(None))
            .options(
                joinedload(Note.author),
                selectinload(Note.copresenters),
                selectinload(Note.cohosts).joinedload(CoHost.person),
            )
            .order_by(Note.merged_at, Note.id)
            .execution_options(populate_existing=True)
        )
    )


def origin_of(db: Session, into: Note, person_id: int, at: datetime, *, before: datetime) -> int | None:
    """The note merged into this one, earlier than `before`, that brought this person's star; None for their own."""
    theirs = aliased(Star)
    return db.scalars(
        select(Note.id)
        .join(theirs, theirs.note_id == Note.id)
        .where(Note.merged_into_id == into.id, Note.merged_at < before, theirs.person_id == person_id, theirs.at == at)
        .order_by(Note.merged_at)
        .limit(1)
    ).first()
