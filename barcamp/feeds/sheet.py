"""The published schedule as rows of a table for its organizers: with stars, audience and heads, so never for others."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.program import ProgramTalk
from barcamp.core.times import DAY_TURNS_AT, day_of, time_label, zone_label
from barcamp.core.timetable.score import audience
from barcamp.feeds.program import Standing, read
from barcamp.schedule import draft as drafts
from barcamp.schedule.models import HeadCount
from barcamp.schedule.queries import find_publication
from barcamp.wall.models import Note

HEADER = (
    "Day", "Starts", "Ends", "Zone", "Room", "Seats", "Title", "Presented by", "Format", "Tags", "Status", "Stars",
    "Expected", "Heads counted", "Page", "Slides", "Recording", "UID",
)  # fmt: skip


def rows(db: Session, conference: Conference) -> list[tuple[object, ...]]:
    """A row a session, in the order of the day, under HEADER. Expected is by the draft: None where it has no place."""
    publication = find_publication(db, conference)
    if publication is None:
        return []
    program = read(db, Standing(conference, publication.number, publication.revision, publication.changed_at))
    draft = drafts.read(db, conference)
    people = audience(draft.problem, draft.plan)
    expected = {
        note.id: round(people[number])
        for number, note in enumerate(draft.notes)
        if draft.plan[number] is not None
    }  # fmt: skip
    stars, heads = _stars(db, conference), _heads(db, conference)
    seats = {room.name: room.seats for room in program.rooms}

    def row(talk: ProgramTalk) -> tuple[object, ...]:
        return (
            day_of(talk.starts_at, program.zone, turns_at=DAY_TURNS_AT).isoformat(),
            time_label(talk.starts_at, program.zone),
            time_label(talk.ends_at, program.zone),
            zone_label(talk.starts_at, program.zone),
            talk.room,
            seats.get(talk.room),
            talk.title,
            ", ".join(talk.presenters),
            talk.kind,
            ", ".join(talk.tags),
            talk.status.lower(),
            stars.get(talk.number, 0),
            expected.get(talk.number),
            heads.get(talk.number),
            talk.url,
            talk.slides_url,
            talk.recording_url,
            talk.uid,
        )

    return [row(talk) for talk in program.talks]


def _stars(db: Session, conference: Conference) -> dict[int, int]:
    return dict(db.execute(select(Note.id, Note.star_count).where(Note.conference_id == conference.id)).all())


def _heads(db: Session, conference: Conference) -> dict[int, int]:
    query = select(HeadCount.note_id, HeadCount.heads).join(Note, Note.id == HeadCount.note_id)
    return dict(db.execute(query.where(Note.conference_id == conference.id)).all())
