"""Every change of the wall: posting, editing, withdrawing and hiding notes, and the stars on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Phase
from barcamp.core.slugs import fold
from barcamp.core.times import opens_in_words
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.venue.day import camp_day
from barcamp.wall import queries
from barcamp.wall.errors import (
    ConferenceIsOver,
    NoteChanged,
    NoteIsOff,
    OwnNote,
    StarsAreClosed,
    TooManyNotes,
    WallIsClosed,
)
from barcamp.wall.models import CoPresenter, Format, Note, NoteTag, Star

MOST_NOTES = 20
SAME_FORM = timedelta(minutes=10)  # the same words from the same person so soon are one form sent twice


@dataclass(frozen=True, slots=True)
class NoteContent:
    """What a presenter says on a note, cleaned: tags in order of the alphabet, needs in the order of EQUIPMENT.

    `length` is in slots, 1 to 4. The wish and `away` (ascending) are ids of rooms and talk slots of the conference.
    """

    title: str
    description: str = ""
    format: Format = "talk"
    length: int = 1
    tags: tuple[str, ...] = ()
    copresenters: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    step_free: bool = False
    wanted_room_id: int | None = None
    wanted_slot_id: int | None = None
    away: tuple[int, ...] = ()

    @classmethod
    def of(cls, note: Note) -> NoteContent:
        """What a whole note (`queries.find_whole_note`) says now."""
        return cls(
            title=note.title,
            description=note.description,
            format=note.format,
            length=note.length,
            tags=tuple(sorted(tag.tag for tag in note.tags)),
            copresenters=tuple(person.name for person in note.copresenters),
            needs=tuple(note.needs),
            step_free=note.step_free,
            wanted_room_id=note.wanted_room_id,
            wanted_slot_id=note.wanted_slot_id,
            away=tuple(sorted(slot.id for slot in note.away)),
        )

    @property
    def search(self) -> str:
        """The folded text a search looks into. Not the author's name: that is theirs to change, and to have erased."""
        return fold(" ".join((self.title, *self.tags, *self.copresenters, self.description)))


def post_note(
    db: Session,
    conference: Conference,
    author: Person,
    content: NoteContent,
    *,
    most: int | None = MOST_NOTES,
    now: datetime,
) -> Note:
    """Pin a new note on the wall. A form that arrives twice makes one note, and gives it back both times.

    `most` is how many notes the author may have here; None for who types in what others wrote on paper.
    """
    refuse_when_closed(conference, now)
    log.hold(db, conference)
    for earlier in queries.notes_titled(db, conference, author.id, content.title, since=now - SAME_FORM):
        if NoteContent.of(earlier) == content:
            return earlier
    if most is not None and queries.count_notes(db, conference, author.id) >= most:
        raise TooManyNotes(most)

    note = Note(uid=str(uuid4()), conference_id=conference.id, author_id=author.id, posted_at=now)
    _write_on(db, conference, note, content)
    db.add(note)
    db.flush()
    log.write(db, conference, author, "note-posted", f"note:{note.id}", after={"title": note.title}, now=now)
    return note


def edit_note(
    db: Session, conference: Conference, note: Note, editor: Person, content: NoteContent, *, seen: str, now: datetime
) -> Note:
    """Change what a note says, by its author or an organizer. `seen` is the `Note.edition` the editor started from."""
    refuse_when_over(conference, now)
    note = _hold(db, conference, note)
    old = NoteContent.of(note)
    if content == old:
        return note
    if seen != note.edition:
        raise NoteChanged

    _write_on(db, conference, note, content)
    note.edited_at = max(now, note.written_at + timedelta(microseconds=1))  # an edition is never written twice
    before, after = _differences(old, content)
    log.write(db, conference, editor, "note-edited", f"note:{note.id}", before=before, after=after, now=now)
    return note


def withdraw(db: Session, conference: Conference, note: Note, author: Person, *, now: datetime) -> None:
    """Take one's own note off the wall. Its page says so, and it can be brought back."""
    refuse_when_over(conference, now)
    note = _hold(db, conference, note)
    if note.withdrawn_at is None:
        note.withdrawn_at = now
        _log_word(db, conference, author, "note-withdrawn", note, now)


def restore(db: Session, conference: Conference, note: Note, author: Person, *, now: datetime) -> None:
    """Bring back a note that was withdrawn."""
    refuse_when_over(conference, now)
    note = _hold(db, conference, note)
    if note.withdrawn_at is not None:
        note.withdrawn_at = None
        _log_word(db, conference, author, "note-restored", note, now)


def hide(db: Session, conference: Conference, note: Note, organizer: Person, reason: str, *, now: datetime) -> None:
    """Take a note from everybody's sight but its author's and the organizers'; both read the reason."""
    note = _hold(db, conference, note)
    if note.hidden_at is None or note.hidden_reason != reason:
        note.hidden_at = note.hidden_at or now
        note.hidden_reason = reason
        _log_word(db, conference, organizer, "note-hidden", note, now, reason=reason)


def show_again(db: Session, conference: Conference, note: Note, organizer: Person, *, now: datetime) -> None:
    """Put a hidden note back on the wall."""
    note = _hold(db, conference, note)
    if note.hidden_at is not None:
        note.hidden_at, note.hidden_reason = None, ""
        _log_word(db, conference, organizer, "note-shown", note, now)


def refuse_when_closed(conference: Conference, now: datetime) -> None:
    """Raise WallIsClosed unless notes can be posted now."""
    if conference.wall_is_open(now):
        return
    state, when = _opening(conference, conference.wall, now)
    if state == "opens":
        raise WallIsClosed(N_("The wall opens {when} ({zone})."), when=when, zone=conference.zone)
    raise WallIsClosed(
        N_("The wall closed {when} ({zone}), so it takes no more notes."), when=when, zone=conference.zone
    )


def refuse_when_over(conference: Conference, now: datetime) -> None:
    """Raise ConferenceIsOver after the night of the conference's last day."""
    if camp_day(now, conference.zone) > conference.ends_on:
        raise ConferenceIsOver


# ---- stars: one short write each, no line in the log, no lock on the conference --------------------------------------


def star(db: Session, conference: Conference, note: Note, person: Person, *, now: datetime) -> int:
    """Give a note this person's star, once however often it is asked; return how many it has."""
    _refuse_stars_when_closed(conference, now)
    if note.author_id == person.id:
        raise OwnNote
    if not note.is_on_the_wall:
        raise NoteIsOff

    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    given = db.execute(
        insert(Star)
        .values(note_id=note.id, person_id=person.id, at=now)
        .on_conflict_do_nothing()
        .returning(Star.note_id)
    ).first()
    return _count_stars(db, note, 0 if given is None else 1)


def unstar(db: Session, conference: Conference, note: Note, person: Person, *, now: datetime) -> int:
    """Take this person's star back, if it is there; return how many the note has."""
    _refuse_stars_when_closed(conference, now)
    taken = db.execute(
        delete(Star)
        .where(Star.note_id == note.id, Star.person_id == person.id)
        .returning(Star.note_id)
        .execution_options(synchronize_session=False)
    ).first()
    return _count_stars(db, note, 0 if taken is None else -1)


def _count_stars(db: Session, note: Note, step: Literal[-1, 0, 1]) -> int:
    """Move the counter by what really happened to the rows, in the same transaction."""
    if step == 0:
        return db.execute(select(Note.star_count).where(Note.id == note.id)).scalar_one()
    return db.execute(
        update(Note)
        .where(Note.id == note.id)
        .values(star_count=Note.star_count + step)
        .returning(Note.star_count)
        .execution_options(synchronize_session=False)
    ).scalar_one()


# ---- what the functions above are made of ----------------------------------------------------------------------------


def _write_on(db: Session, conference: Conference, note: Note, content: NoteContent) -> None:
    note.title, note.description = content.title, content.description
    note.format, note.length = content.format, content.length
    note.needs, note.step_free = list(content.needs), content.step_free
    note.wanted_room_id, note.wanted_slot_id = content.wanted_room_id, content.wanted_slot_id
    note.tags = [NoteTag(tag=tag) for tag in content.tags]
    note.copresenters = [CoPresenter(position=place, name=name) for place, name in enumerate(content.copresenters)]
    note.away = list(queries.slots_by_id(db, conference, content.away))
    note.search = content.search


def _differences(old: NoteContent, new: NoteContent) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what changed, as JSON takes it: lists, not tuples."""
    before, after = asdict(old), asdict(new)
    changed = [name for name in before if before[name] != after[name]]
    return {name: _plain(before[name]) for name in changed}, {name: _plain(after[name]) for name in changed}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _log_word(
    db: Session, conference: Conference, actor: Person, kind: str, note: Note, now: datetime, **more: str
) -> None:
    log.write(db, conference, actor, kind, f"note:{note.id}", after={"title": note.title, **more}, now=now)


def _hold(db: Session, conference: Conference, note: Note) -> Note:
    """The same note, read again now that nobody else can change it."""
    log.hold(db, conference)
    fresh = queries.find_whole_note(db, conference, note.id, fresh=True)
    if fresh is None:
        raise NoteIsOff
    return fresh


def _refuse_stars_when_closed(conference: Conference, now: datetime) -> None:
    if conference.stars_are_open(now):
        return
    state, when = _opening(conference, conference.stars, now)
    if state == "opens":
        raise StarsAreClosed(N_("Stars open {when} ({zone})."), when=when, zone=conference.zone)
    raise StarsAreClosed(N_("Stars closed {when} ({zone}), so they stay as they are."), when=when, zone=conference.zone)


def _opening(conference: Conference, phase: Phase, now: datetime) -> tuple[str, Callable[[str], str]]:
    """How a phase stands, and when that began or ends, in the words of a locale yet to be known."""
    told = partial(opens_in_words, phase.opens_at, phase.closes_at, now, conference.zone)
    return told().state, lambda locale: told(locale).when
