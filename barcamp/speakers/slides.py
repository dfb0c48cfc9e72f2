"""Slides and recordings of talks given here: links that presenters put on their note, before or after the camp."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.speakers import service
from barcamp.wall.models import Note


def link(
    db: Session,
    conference: Conference,
    note: Note,
    actor: Person,
    *,
    slides_url: str,
    recording_url: str,
    now: datetime,
) -> bool:
    """Say where slides and recording of a note are ("" for nowhere); whether that is new."""
    log.hold(db, conference)
    db.refresh(note, ["slides_url", "recording_url"])
    if (note.slides_url, note.recording_url) == (slides_url, recording_url):
        return False
    before = {"slides_url": note.slides_url, "recording_url": note.recording_url}
    after = {"slides_url": slides_url, "recording_url": recording_url}
    note.slides_url, note.recording_url = slides_url, recording_url
    service.touch_presenters(db, note.id, now=now)
    log.write(
        db, conference, actor, "note-linked", f"note:{note.id}", before=before, after=after | {"title": note.title},
        now=now,
    )  # fmt: skip
    return True
