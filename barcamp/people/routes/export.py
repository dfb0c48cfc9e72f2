"""Everything kept about a person, in one file: theirs to take along."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from barcamp import db
from barcamp.conferences.models import Conference, Role
from barcamp.feeds.models import FeedToken
from barcamp.log.models import Change
from barcamp.mail.models import Letter
from barcamp.people.models import Device, Person
from barcamp.people.routes import export_news
from barcamp.people.routes.blueprint import blueprint
from barcamp.people.routes.export_speaking import Rows, speaking
from barcamp.people.routes.export_speaking import rows as _rows
from barcamp.registration.models import Registration
from barcamp.wall.models import CoHost, Comment, Invitation, Look, MergeOffer, Note, Report, Star
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person


@blueprint.get("/account/export")
@named
def export() -> ResponseReturnValue:
    everything = {"exported_at": utcnow(), **everything_about(db.session(), signed_in_person())}
    text = json.dumps(everything, default=_in_words, ensure_ascii=False, indent=2)
    response = Response(text + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-barcamp-data.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def everything_about(db: Session, person: Person) -> Mapping[str, Any]:
    """What every package keeps about a person, without the hashes and secrets that are of use to nobody else."""
    return {
        "person": {
            "name": person.name,
            "email": person.email,
            "has_password": person.password_hash is not None,
            "created_at": person.created_at,
        },
        "devices": _rows(
            db,
            (Device.label, Device.created_at, Device.seen_at),
            lambda query: query.where(Device.person_id == person.id).order_by(Device.id),
        ),
        "roles": _rows(
            db,
            (Conference.slug.label("conference"), Role.kind),
            lambda query: query.join(Role, Role.conference_id == Conference.id)
            .where(Role.person_id == person.id)
            .order_by(Conference.id),
        ),
        "registrations": _registrations(db, person.id),
        "notes": _notes(db, person.id),
        # words and wishes are those of whoever took it up
        "asked_for": _rows(
            db,
            (Conference.slug.label("conference"), Note.id.label("note"), Note.posted_at),
            lambda query: query.join(Note, Note.conference_id == Conference.id)
            .where(Note.asked_by_id == person.id, ~Note.seeks_host, Note.author_id.is_distinct_from(person.id))
            .order_by(Note.id),
        ),
        "stars": _rows(
            db,
            (Conference.slug.label("conference"), Note.title.label("note"), Star.at),
            lambda query: query.join(Note, Note.conference_id == Conference.id)
            .join(Star, Star.note_id == Note.id)
            .where(Star.person_id == person.id)
            .order_by(Star.at, Note.id),
        ),
        **_talk(db, person.id),
        **speaking(db, person.id),
        "calendar_links": _rows(
            db,
            (
                Conference.slug.label("conference"), FeedToken.label, FeedToken.created_at, FeedToken.fetched_at,
                FeedToken.revoked_at,
            ),
            lambda query: query.join(FeedToken, FeedToken.conference_id == Conference.id)
            .where(FeedToken.person_id == person.id)
            .order_by(FeedToken.id),
        ),
        "letters": _rows(
            db,
            (Letter.kind, Letter.to_address, Letter.subject, Letter.text, Letter.written_at, Letter.sent_at),
            lambda query: query.where((Letter.person_id == person.id) | (Letter.to_address == person.email)).order_by(
                Letter.id
            ),
        ),
        **export_news.of_person(db, person.id),
        "changes": _rows(
            db,
            (
                Conference.slug.label("conference"), Change.revision, Change.at, Change.kind, Change.subject,
                Change.before, Change.after,
            ),
            lambda query: query.join(Change, Change.conference_id == Conference.id)
            .where(Change.actor_id == person.id)
            .order_by(Change.at, Change.revision),
        ),
    }  # fmt: skip


def _registrations(db: Session, person_id: int) -> Rows:
    found = db.scalars(
        select(Registration)
        .where(Registration.person_id == person_id)
        .order_by(Registration.id)
        .options(selectinload(Registration.meals), selectinload(Registration.conference))
    )
    kept = ("state", "registered_at", "promoted_at", "cancelled_at", "conduct_agreed_at", "shirt_size", "diets",
            "diet_note", "visible")  # fmt: skip
    return [
        {
            "conference": one.conference.slug,
            **{name: getattr(one, name) for name in kept},
            "meals": [{"name": meal.name, "starts_at": meal.starts_at} for meal in one.meals],
        }
        for one in found
    ]


def _notes(db: Session, person_id: int) -> Rows:
    """What somebody presents or asks for. Not its stars: those are others', and may be hidden from everybody."""
    found = db.scalars(
        select(Note)
        .where(or_(Note.author_id == person_id, and_(Note.asked_by_id == person_id, Note.seeks_host)))
        .order_by(Note.id)
        .options(
            selectinload(Note.conference), selectinload(Note.copresenters), selectinload(Note.tags),
            selectinload(Note.away), selectinload(Note.wanted_room), selectinload(Note.wanted_slot),
        )
    )  # fmt: skip
    kept = ("title", "description", "format", "length", "needs", "step_free", "posted_at", "edited_at", "withdrawn_at",
            "hidden_at", "hidden_reason")  # fmt: skip
    return [
        {
            "conference": one.conference.slug,
            **{name: getattr(one, name) for name in kept},
            "asked_for": one.asked_by_id == person_id,
            "copresenters": [other.name for other in one.copresenters],
            "tags": [tag.tag for tag in one.tags],
            "wanted_room": one.wanted_room.name if one.wanted_room else None,
            "wanted_time": one.wanted_slot.starts_at if one.wanted_slot else None,
            "cannot_at": [slot.starts_at for slot in one.away],
        }
        for one in found
    ]


def _talk(db: Session, person_id: int) -> dict[str, Rows]:
    """What somebody did on notes: presenting with others, looking, asking, reporting, inviting, offering to merge."""
    into = aliased(Note)
    return {
        "cohosting": _on_notes(db, CoHost, CoHost.person_id == person_id, CoHost.joined_at),
        "looks": _on_notes(db, Look, Look.person_id == person_id, Look.at, Look.kind),
        "comments": _on_notes(
            db, Comment, Comment.author_id == person_id, Comment.posted_at, Comment.text, Comment.hidden_at,
            Comment.hidden_reason,
        ),
        "reports": _on_notes(db, Report, Report.reporter_id == person_id, Report.at, Report.reason, Report.settled_at),
        "invitations": _on_notes(
            db, Invitation, Invitation.made_by_id == person_id, Invitation.made_at, Invitation.expires_at,
            Invitation.used_at,
        ),
        "merge_offers": _rows(
            db,
            (
                Conference.slug.label("conference"), Note.title.label("note"), into.title.label("into"),
                MergeOffer.offered_at,
            ),
            lambda query: query.join(Note, Note.conference_id == Conference.id)
            .join(MergeOffer, MergeOffer.note_id == Note.id)
            .join(into, into.id == MergeOffer.into_id)
            .where(MergeOffer.offered_by_id == person_id)
            .order_by(Note.id),
        ),
    }  # fmt: skip


def _on_notes(db: Session, table: Any, whose: ColumnElement[bool], at: Any, *columns: Any) -> Rows:
    """Rows that hang on a note, each with the note's conference and title, in the order of time."""
    return _rows(
        db,
        (Conference.slug.label("conference"), Note.title.label("note"), at, *columns),
        lambda query: (
            query.join(Note, Note.conference_id == Conference.id)
            .join(table, table.note_id == Note.id)
            .where(whose)
            .order_by(at, Note.id)
        ),
    )


def _in_words(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"no JSON for {value!r}")
