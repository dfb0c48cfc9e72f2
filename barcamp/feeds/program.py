"""A conference's published schedule as a Program, for every format but the calendars', and what it is made of when.

Start at `find_standing`: one SELECT that says whether what somebody has is still right. `read` is for when it is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from barcamp import db as database
from barcamp.conferences.models import Conference
from barcamp.core.etags import etag_of
from barcamp.core.frab import acronym_of
from barcamp.core.program import Pause, Program, ProgramRoom, ProgramTalk
from barcamp.core.times import time_label
from barcamp.log.models import Change
from barcamp.schedule import queries as schedule
from barcamp.schedule.entries import notes_of
from barcamp.schedule.models import Entry, Publication
from barcamp.venue import queries as venue
from barcamp.wall.models import Note

#: Part of every validator: raise it when a format's output changes for equal rows.
WRITERS = 1

# What happens all day and never shows in a schedule: on the wall, at the door, on the draft. Any other kind of line in
# the log, also one that is new, counts as a change of the schedule: seats, breaks and slides are in it, too.
SILENT = (
    "note-posted", "note-held", "note-released", "comment-posted", "comment-hidden", "comment-shown", "report-made",
    "report-settled", "registered", "registration-changed", "registration-cancelled", "registration-promoted",
    "checked-in", "checked-out", "shirt-given", "pitch-queued", "pitch-opened", "pitch-turn", "pitch-closed",
    "arranged", "imported", "repaired", "placed", "taken-off", "pinned", "unpinned", "undone", "redone", "displaced",
    "heads-counted", "news-told", "announced", "waived", "unwaived", "role-given", "role-taken", "live-on", "live-off",
    "live-held", "live-stuck", "turnout-set",
)  # fmt: skip


class Standing(NamedTuple):
    """How far a conference's public schedule has come. `number` is 0 before the first version."""

    conference: Conference
    number: int
    revision: int
    changed_at: datetime

    @property
    def version(self) -> str:
        """The text by which phone apps tell that there is something new."""
        return f"{self.number}.{self.revision}"

    def etag(self, kind: str, *more: object) -> str:
        """A strong validator for one format of it; `more` is what else its bytes depend on."""
        return etag_of(WRITERS, kind, self.conference.id, self.conference.slug, self.version, self.changed_at, more)


def find_standing(db: Session, slug: str) -> Standing | None:
    """The conference of this slug, and the last change of anything that a format shows: by its publication or by a line
    of its log. One SELECT.
    """
    line = aliased(Change)
    newest = (
        select(line.revision)
        .where(line.conference_id == Conference.id, line.kind.not_in(SILENT))
        .order_by(line.revision.desc())
        .limit(1)
        .correlate(Conference)
        .scalar_subquery()
    )
    row = db.execute(
        select(Conference, Publication.number, Publication.revision, Publication.changed_at, Change.revision, Change.at)
        .outerjoin(Publication, Publication.conference_id == Conference.id)
        .outerjoin(Change, (Change.conference_id == Conference.id) & (Change.revision == newest))
        .where(Conference.slug == slug)
    ).one_or_none()
    if row is None:
        return None
    conference, number, revision, published_at, shown, shown_at = row
    made_at = conference.created_at
    changed_at = max(made_at, published_at or made_at, shown_at or made_at)
    return Standing(conference, number or 0, max(revision or 0, shown or 0), changed_at)


def read(db: Session, standing: Standing) -> Program:
    """The published schedule: what the calendars have, too, a block of lightning talks as one talk with its line-up.

    Nothing before the first version. As many SELECTs for one talk as for a thousand.
    """
    conference = standing.conference
    entries = schedule.entries(db, conference) if standing.number else []
    blocks = [entry.block_id for entry in entries if entry.block_id is not None]
    shown = [entry for entry in entries if entry.block_id is None]
    notes = notes_of(db, [entry.note_id for entry in shown])
    turns = {block: [one for one in entries if one.block_id == block] for block in set(blocks)}
    url = f"{database.base_url(db)}/{conference.slug}"
    return Program(
        title=conference.name,
        acronym=acronym_of(conference.slug),
        zone=conference.zone,
        starts_on=conference.starts_on,
        ends_on=conference.ends_on,
        version=standing.version,
        url=url,
        place=", ".join(part for part in (conference.venue, conference.address) if part),
        rooms=tuple(ProgramRoom(room.name, room.key, room.seats) for room in venue.room_lines(db, conference.id)),
        talks=tuple(_talk(url, conference.zone, entry, notes, turns.get(entry.note_id, ())) for entry in shown),
        pauses=tuple(
            Pause(slot.starts_at, slot.ends_at, slot.name)
            for slot in venue.slots(db, conference)
            if not slot.is_for_talks
        ),
    )


def _talk(url: str, zone: str, entry: Entry, notes: dict[int, Note], turns: Iterable[Entry]) -> ProgramTalk:
    note = notes[entry.note_id]
    line_up = "\n".join(_turn(zone, turn) for turn in turns if turn.state == "on")
    words = "" if note.withdrawn_at is not None else note.description  # its own page hides them, too
    return ProgramTalk(
        uid=note.uid,
        number=note.id,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        room=entry.room,
        title=entry.title,
        description="\n\n".join(part for part in (words, line_up) if part),
        kind=note.format,
        tags=tuple(tag.tag for tag in note.tags),
        presenters=tuple(note.presenters),
        url=page_of(url, note),
        slides_url=note.slides_url,
        recording_url=note.recording_url,
        status="CONFIRMED" if entry.state == "on" else "CANCELLED",
    )


def page_of(url: str, note: Note) -> str:
    """The page of a talk; a block of lightning talks has its place in the schedule alone."""
    return f"{url}/schedule#session-{note.id}" if note.is_block else f"{url}/notes/{note.id}"


def _turn(zone: str, talk: Entry) -> str:
    words = f"- {time_label(talk.starts_at, zone)} {talk.title}"
    return f"{words} ({talk.hosts})" if talk.hosts else words
