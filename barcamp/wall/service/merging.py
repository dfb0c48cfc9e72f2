"""Two notes become one, and two again.

A merged note stays a row with all its own stars and hosts; what it brings to the surviving note is added there, marked
with where it came from, so that undoing takes away exactly that. A host of the one who had starred the other cannot
keep that star: it waits on the merged note (a Star there, marked as coming from the surviving one) until the undo.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.wall import queries
from barcamp.wall.errors import CannotMerge, NoteIsOff
from barcamp.wall.models import CoHost, CoPresenter, MergeOffer, Note, Star
from barcamp.wall.service.phases import log_word, refuse_when_over

JUST_AFTER = timedelta(microseconds=1)


def merge(db: Session, conference: Conference, note: Note, into: Note, actor: Person, *, now: datetime) -> None:
    """Make one note part of another: the hosts of both present it, and whoever starred either has starred it."""
    refuse_when_over(conference, now)
    note, into = hold_both(db, conference, note, into)
    if note.id != into.id and note.merged_into_id == into.id:
        return  # sent twice
    refuse_merging(note, into)

    earlier = queries.parts(db, conference, into)
    note.merged_into_id = into.id
    note.merged_at = max([now, *(part.merged_at + JUST_AFTER for part in earlier if part.merged_at)])
    newcomers = _bring_hosts(db, note, into)
    _bring_names(db, note, into)
    _let_stars_wait(db, note, into, newcomers)
    _bring_stars(db, note, into, presenting={*queries.presenter_ids(into), *newcomers})
    db.execute(delete(MergeOffer).where(MergeOffer.note_id == note.id))
    _count_stars(db, [note.id, into.id])
    log.write(
        db, conference, actor, "note-merged", f"note:{note.id}", after={"title": note.title, "into": into.id}, now=now
    )
    log.write(
        db, conference, actor, "note-joined", f"note:{into.id}", after={"title": into.title, "note": note.id}, now=now
    )
    db.flush()


def refuse_merging(note: Note, into: Note) -> None:
    """Raise unless these two can become one."""
    if note.id == into.id:
        raise CannotMerge(N_("A note cannot become part of itself."))
    for one in (note, into):
        if one.merged_at is not None:
            raise CannotMerge(N_("“{title}” has become part of another note already."), title=one.title)
        if not one.is_on_the_wall:
            raise NoteIsOff
    if into.seeks_host and not note.seeks_host:
        raise CannotMerge(
            N_("Nobody presents “{title}” yet. Please merge it the other way round, so that it gets a host."),
            title=into.title,
        )


def unmerge(db: Session, conference: Conference, note: Note, actor: Person, *, now: datetime) -> int | None:
    """Make a merged note stand on its own again. Returns the id of the note it was part of, None if of none.

    It comes back with its own hosts and all its own stars; the other loses what came by this merge, but for what a
    note merged later would have brought as well.
    """
    refuse_when_over(conference, now)
    log.hold(db, conference)
    fresh = queries.find_whole_note(db, conference, note.id, fresh=True)
    if fresh is None or fresh.merged_at is None or fresh.merged_into_id is None:
        return None
    whole = queries.find_whole_note(db, conference, fresh.merged_into_id, fresh=True)
    assert whole is not None
    if whole.merged_at is not None:
        raise CannotMerge(
            N_("“{title}” has become part of another note itself. Please take those two apart first."),
            title=whole.title,
        )
    note, into, merged_at = fresh, whole, fresh.merged_at
    siblings = [part for part in queries.parts(db, conference, into) if part.id != note.id]
    touched = [note.id, into.id, *(part.id for part in siblings)]
    _lock(db, touched)
    later = [part for part in siblings if part.merged_at is not None and part.merged_at > merged_at]

    left = _take_hosts(db, note, into, later)
    _take_names(db, note, into, later)
    presenting = set(db.scalars(select(CoHost.person_id).where(CoHost.note_id == into.id)))
    presenting |= set() if into.author_id is None else {into.author_id}
    gone = db.scalars(
        delete(Star)
        .where(Star.note_id == into.id, Star.from_note_id == note.id)
        .returning(Star.person_id)
        .execution_options(synchronize_session=False)
    ).all()
    _give_back_stars(db, note, into, later, presenting, merged_at)
    for part in later:
        _bring_stars(db, part, into, presenting=presenting, only={*gone, *left})
    note.merged_into_id = note.merged_at = None
    db.flush()
    _count_stars(db, touched)
    log_word(db, conference, actor, "note-unmerged", note, now)
    log_word(db, conference, actor, "note-parted", into, now)
    return into.id


# ---- hosts -----------------------------------------------------------------------------------------------------------


def _bring_hosts(db: Session, note: Note, into: Note) -> list[int]:
    """Who presents the note joins the other one, in their order; returns who was not there before."""
    there = queries.presenter_ids(into)
    newcomers = [person_id for person_id in queries.presenter_ids(note) if person_id not in there]
    _join(db, into, note, newcomers)
    return newcomers


def _take_hosts(db: Session, note: Note, into: Note, later: Sequence[Note]) -> set[int]:
    """Who came with the note leaves, unless a note merged later brings them as well; returns who has left."""
    left = set(
        db.scalars(
            delete(CoHost)
            .where(CoHost.note_id == into.id, CoHost.from_note_id == note.id)
            .returning(CoHost.person_id)
            .execution_options(synchronize_session=False)
        )
    )
    for part in later:
        staying = [person_id for person_id in queries.presenter_ids(part) if person_id in left]
        _join(db, into, part, staying)
        left -= set(staying)
    return left


def _join(db: Session, into: Note, part: Note, person_ids: Sequence[int]) -> None:
    assert part.merged_at is not None
    for place, person_id in enumerate(person_ids):
        joined_at = part.merged_at + place * JUST_AFTER
        db.execute(
            insert(CoHost).values(note_id=into.id, person_id=person_id, from_note_id=part.id, joined_at=joined_at)
        )


def _bring_names(db: Session, note: Note, into: Note, *, only: Collection[str] | None = None) -> None:
    """Co-presenters known by name alone come along, unless somebody of that name is there; `only` these names."""
    there = db.execute(select(CoPresenter.name, CoPresenter.position).where(CoPresenter.note_id == into.id)).all()
    known = {fold(name) for name, _position in there} | _names_of_accounts(db, into)
    place = max((position for _name, position in there), default=-1)
    for name in [copresenter.name for copresenter in note.copresenters]:
        if fold(name) not in known and (only is None or name in only):
            known.add(fold(name))
            place += 1
            db.execute(insert(CoPresenter).values(note_id=into.id, position=place, name=name, from_note_id=note.id))


def _take_names(db: Session, note: Note, into: Note, later: Sequence[Note]) -> None:
    """Only names that the note still has: an edit of the other may have put a new one where an old one was."""
    brought = CoPresenter.note_id == into.id, CoPresenter.from_note_id == note.id
    own = [copresenter.name for copresenter in note.copresenters]
    taken = db.scalars(
        delete(CoPresenter)
        .where(*brought, CoPresenter.name.in_(own))
        .returning(CoPresenter.name)
        .execution_options(synchronize_session=False)
    ).all()
    db.execute(
        update(CoPresenter).where(*brought).values(from_note_id=None).execution_options(synchronize_session=False)
    )
    for part in later:
        _bring_names(db, part, into, only=taken)


def _names_of_accounts(db: Session, note: Note) -> set[str]:
    """The folded names of those who present a note and have an account, as it is now."""
    cohosts = select(CoHost.person_id).where(CoHost.note_id == note.id)
    names = db.scalars(select(Person.name).where(or_(Person.id == note.author_id, Person.id.in_(cohosts))))
    return {fold(name) for name in names}


# ---- stars -----------------------------------------------------------------------------------------------------------


def _bring_stars(
    db: Session, note: Note, into: Note, *, presenting: Collection[int], only: Collection[int] | None = None
) -> None:
    """Whoever starred the note has starred the other, as early; not twice, and not who presents it. `only` of these."""
    there = select(Star.person_id).where(Star.note_id == into.id)
    wanted: list[ColumnElement[bool]] = [
        Star.note_id == note.id, _is_given(into), Star.person_id.not_in(there), Star.person_id.not_in(presenting),
    ]  # fmt: skip
    if only is not None:
        wanted.append(Star.person_id.in_(only))
    db.execute(
        insert(Star).from_select(
            ["note_id", "person_id", "at", "from_note_id"],
            select(literal(into.id), Star.person_id, Star.at, literal(note.id)).where(*wanted),
        )
    )


def _is_given(into: Note) -> ColumnElement[bool]:
    """A star that was given, not one that waits for its person to leave the surviving note."""
    return or_(Star.from_note_id.is_(None), Star.from_note_id != into.id)


def _let_stars_wait(db: Session, note: Note, into: Note, newcomers: Collection[int]) -> None:
    """New hosts cannot star what they present: their stars are kept on the merged note."""
    db.execute(
        insert(Star).from_select(
            ["note_id", "person_id", "at", "from_note_id"],
            select(literal(note.id), Star.person_id, Star.at, literal(into.id)).where(
                Star.note_id == into.id, Star.person_id.in_(newcomers)
            ),
        )
    )
    db.execute(
        delete(Star)
        .where(Star.note_id == into.id, Star.person_id.in_(newcomers))
        .execution_options(synchronize_session=False)
    )


def _give_back_stars(
    db: Session, note: Note, into: Note, later: Sequence[Note], presenting: Collection[int], merged_at: datetime
) -> None:
    """Stars that waited go back; those of who presents both still wait on with the note that brings them now."""
    waited = db.execute(
        delete(Star)
        .where(Star.note_id == note.id, Star.from_note_id == into.id)
        .returning(Star.person_id, Star.at)
        .execution_options(synchronize_session=False)
    ).all()
    for person_id, at in waited:
        if person_id not in presenting:
            origin = queries.origin_of(db, into, person_id, at, before=merged_at)
            _put_back(db, into.id, person_id, at, origin)
            continue
        bringing = [part for part in later if person_id in queries.presenter_ids(part)]
        if bringing and person_id != into.author_id:
            _put_back(db, bringing[0].id, person_id, at, into.id)


def _put_back(db: Session, note_id: int, person_id: int, at: datetime, from_note_id: int | None) -> None:
    """Who left before the undo may have a star there again: one they gave stays, one that a merge brought gives way."""
    there = Star.note_id == note_id, Star.person_id == person_id
    if db.execute(select(Star.at).where(*there, Star.from_note_id.is_(None))).first() is None:
        db.execute(delete(Star).where(*there).execution_options(synchronize_session=False))
        db.execute(insert(Star).values(note_id=note_id, person_id=person_id, at=at, from_note_id=from_note_id))


def _count_stars(db: Session, note_ids: Collection[int]) -> None:
    counted = select(func.count()).select_from(Star).where(Star.note_id == Note.id).scalar_subquery()
    db.execute(
        update(Note)
        .where(Note.id.in_(note_ids))
        .values(star_count=counted)
        .execution_options(synchronize_session=False)
    )


# ---- holding ---------------------------------------------------------------------------------------------------------


def hold_both(db: Session, conference: Conference, note: Note, into: Note) -> tuple[Note, Note]:
    """Both notes, read again now that nobody can change or star them."""
    log.hold(db, conference)
    _lock(db, [note.id, into.id])
    one, other = (queries.find_whole_note(db, conference, id_, fresh=True) for id_ in (note.id, into.id))
    if one is None or other is None:
        raise NoteIsOff
    return one, other


def _lock(db: Session, note_ids: Collection[int]) -> None:
    """A star is a row that points to its note, so this lock (PostgreSQL: FOR UPDATE) keeps new ones out; by id, so
    that nobody waits for each other.
    """
    db.execute(select(Note.id).where(Note.id.in_(note_ids)).order_by(Note.id).with_for_update()).all()
