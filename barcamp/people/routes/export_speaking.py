"""Parts of the file in which somebody takes everything about them along: what they have as a speaker."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from barcamp.conferences.models import Conference
from barcamp.speakers.models import FormerName, Picture, Speaker, Talk, TalkSource, Visit

Rows = list[dict[str, Any]]


def speaking(db: Session, person_id: int) -> dict[str, Rows]:
    """A speaker's page with what hangs on it, and what somebody told other speakers."""
    theirs, visited = aliased(Speaker), aliased(Talk)
    page = (Speaker.slug, Speaker.public, Speaker.bio, Speaker.links, Speaker.visits_open, Speaker.changed_at)
    talk = (
        Talk.title, Talk.conference, Talk.conference_url, Talk.place, Talk.starts_on, Talk.ends_on, Talk.starts_at,
        Talk.ends_at, Talk.zone, Talk.cospeakers, Talk.url, Talk.slides_url, Talk.recording_url, Talk.cancelled,
        Talk.gone_at, Talk.created_at,
    )  # fmt: skip
    source = (TalkSource.url, TalkSource.state, TalkSource.added_at, TalkSource.fetched_at)
    return {
        "speaker_page": rows(db, page, lambda query: query.where(Speaker.person_id == person_id)),
        "former_page_names": rows(
            db, (FormerName.slug, FormerName.left_at),
            lambda query: query.where(FormerName.person_id == person_id).order_by(FormerName.left_at),
        ),
        "picture": [
            {**row, "content": b64encode(row["content"]).decode()}
            for row in rows(
                db, (Picture.media_type, Picture.changed_at, Picture.content),
                lambda query: query.where(Picture.person_id == person_id),
            )
        ],
        "talks_elsewhere": rows(
            db, talk, lambda query: query.where(Talk.person_id == person_id).order_by(Talk.starts_on, Talk.id)
        ),
        "talk_calendars": rows(
            db, source, lambda query: query.where(TalkSource.person_id == person_id).order_by(TalkSource.id)
        ),
        "visits": rows(
            db,
            (theirs.slug.label("speaker"), Conference.slug.label("conference"), visited.title.label("talk"),
             Visit.named, Visit.at),
            lambda query: query.select_from(Visit)
            .join(theirs, theirs.person_id == Visit.speaker_id)
            .outerjoin(Conference, Conference.id == Visit.conference_id)
            .outerjoin(visited, visited.id == Visit.talk_id)
            .where(Visit.visitor_id == person_id)
            .order_by(Visit.id),
        ),
    }  # fmt: skip


def rows(db: Session, columns: tuple[Any, ...], chosen: Any) -> Rows:
    query: Select[Any] = chosen(select(*columns))
    return [dict(row) for row in db.execute(query).mappings()]
