"""Imports that there are, and the conference as far as one touches it: a constant number of SELECTs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.imports.found import Found, FoundTalk, from_json
from barcamp.imports.models import Import
from barcamp.imports.placing import Spot
from barcamp.imports.plan import uid_here
from barcamp.imports.values import Here, NoteHere
from barcamp.schedule import draft as drafts
from barcamp.schedule.draft import Draft
from barcamp.venue import queries as venue
from barcamp.wall.models import CoHost, Note
from barcamp.wall.service.content import NoteContent

#: How many imports pages list, and how many that were taken are looked at for what they had brought.
SHOWN = 20
_UNDER_WAY = ("waiting", "running")
#: A reader that was not heard of for so long has ended: reading takes a minute and a half at the very most.
SILENT = timedelta(minutes=3)
_BATCH = 500


def find_import(db: Session, conference: Conference, import_id: int, *, whole: bool = False) -> Import | None:
    """An import of this conference; `whole` loads what was found, too."""
    query = select(Import).where(Import.id == import_id, Import.conference_id == conference.id)
    if whole:
        query = query.options(undefer(Import.found)).execution_options(populate_existing=True)
    return db.scalars(query).one_or_none()


def imports(db: Session, conference: Conference) -> Sequence[Import]:
    """The last ones, newest first."""
    return db.scalars(
        select(Import).where(Import.conference_id == conference.id).order_by(Import.id.desc()).limit(SHOWN)
    ).all()


def count_under_way(db: Session, conference: Conference) -> int:
    query = select(func.count()).where(Import.conference_id == conference.id, Import.state.in_(_UNDER_WAY))
    return db.execute(query).scalar_one()


def is_free(now: datetime) -> ColumnElement[bool]:
    """The condition that it may be read: it waits, or its reader has been silent for too long. One who was heard of
    much later than now was heard of by a clock that was set back since.
    """
    is_silent = or_(Import.beat_at < now - SILENT, Import.beat_at > now + SILENT)
    return or_(Import.state == "waiting", and_(Import.state == "running", is_silent))


def find_waiting(db: Session, *, now: datetime) -> int | None:
    """The id of the next import to read."""
    return db.scalars(select(Import.id).where(is_free(now)).order_by(Import.id).limit(1)).one_or_none()


def find_for_reading(db: Session, import_id: int) -> tuple[Import, Conference]:
    """An import with its source, and its conference."""
    row = db.scalars(select(Import).where(Import.id == import_id).options(undefer(Import.source))).one()
    return row, db.get_one(Conference, row.conference_id)


def read_here(db: Session, conference: Conference, found: Found, *, now: datetime) -> Here:
    """All that a plan for this needs to know."""
    earlier = _earlier(db, conference)
    before: dict[str, FoundTalk] = {}
    for one in earlier:
        for talk in one.talks:
            before.setdefault(talk.uid, talk)
    sources = {talk.uid for talk in found.talks} | before.keys()
    draft = drafts.read(db, conference, stars=False, now=now)
    taken = _taken_elsewhere(db, conference, sources)
    wanted = {uid_here(uid, conference, taken) for uid in sources}
    return Here(
        conference=conference,
        rooms=tuple(venue.rooms(db, conference)),
        slots=tuple(venue.slots(db, conference)),
        draft=draft,
        notes={note.uid: _note_here(note, draft) for note in _notes(db, conference, wanted)},
        taken_uids=taken,
        before=before,
        rooms_before=frozenset(fold(room.name[:60].rstrip()) for one in earlier for room in one.rooms),
        pauses_before=frozenset(pause.starts_at for one in earlier for pause in one.pauses),
    )


def notes_by_id(db: Session, conference: Conference, ids: Iterable[int]) -> dict[int, Note]:
    """Notes with all that an import may change, fresh."""
    wanted = sorted(ids)
    found: dict[int, Note] = {}
    for start in range(0, len(wanted), _BATCH):
        query = _whole().where(Note.conference_id == conference.id, Note.id.in_(wanted[start : start + _BATCH]))
        found |= {note.id: note for note in db.scalars(query.execution_options(populate_existing=True))}
    return found


def _earlier(db: Session, conference: Conference) -> list[Found]:
    """What was taken before, the newest first."""
    rows = db.scalars(
        select(Import.found)
        .where(Import.conference_id == conference.id, Import.state == "taken", Import.found.is_not(None))
        .order_by(Import.ended_at.desc(), Import.id.desc())
        .limit(SHOWN)
    )
    return [from_json(row) for row in rows if row is not None]


def _taken_elsewhere(db: Session, conference: Conference, uids: Iterable[str]) -> frozenset[str]:
    """Those of these uids, as notes have them, that are notes of other conferences."""
    wanted = sorted({uid.lower() for uid in uids})
    found: set[str] = set()
    for start in range(0, len(wanted), _BATCH):
        query = select(Note.uid).where(
            Note.uid.in_(wanted[start : start + _BATCH]), Note.conference_id != conference.id
        )  # fmt: skip
        found |= set(db.scalars(query))
    return frozenset(found)


def _notes(db: Session, conference: Conference, uids: Iterable[str]) -> list[Note]:
    wanted = sorted(uids)
    found: list[Note] = []
    for start in range(0, len(wanted), _BATCH):
        query = _whole().where(Note.conference_id == conference.id, Note.uid.in_(wanted[start : start + _BATCH]))
        found += db.scalars(query.execution_options(populate_existing=True))
    return found


def _whole() -> Select[Note]:
    return select(Note).options(
        joinedload(Note.author),
        selectinload(Note.cohosts).joinedload(CoHost.person),
        selectinload(Note.copresenters),
        selectinload(Note.tags),
        selectinload(Note.away),
    )


def _note_here(note: Note, draft: Draft) -> NoteHere:
    return NoteHere(
        id=note.id,
        content=NoteContent.of(note),
        slides_url=note.slides_url,
        recording_url=note.recording_url,
        is_off=not note.is_on_the_wall or note.seeks_host,
        is_withdrawn=note.withdrawn_at is not None and note.hidden_at is note.merged_at is note.held_at is None,
        is_in_a_block=note.block_id is not None,
        hosts=tuple(note.presenters),
        spot=_spot_here(note.id, draft),
    )


def _spot_here(note_id: int, draft: Draft) -> Spot | None:
    number = draft.note_number.get(note_id)
    place = None if number is None else draft.plan[number]
    if number is None or place is None:
        return None
    covered = draft.slots[place.slot : place.slot + draft.notes[number].length]
    return Spot(covered[0].starts_at, covered[-1].ends_at, draft.rooms[place.room].name, len(covered))
