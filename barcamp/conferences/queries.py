"""Every SELECT about conferences, roles and sponsors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, FormerSlug, Role, RoleKind, Sponsor
from barcamp.log.models import Change, Head
from barcamp.people.models import Person


def find_conference(db: Session, slug: str, *, fresh: bool = False) -> Conference | None:
    """`fresh` reads again what this session has read before."""
    return db.scalars(_CONFERENCE, {"slug": slug}, execution_options={"populate_existing": fresh}).one_or_none()


# every page asks for these, and to put a statement together takes longer than to run it
_CONFERENCE = select(Conference).where(Conference.slug == bindparam("slug"))
_REVISION = (
    select(Head.revision)
    .join(Conference, Conference.id == Head.conference_id)
    .where(Conference.slug == bindparam("slug"))
)


def find_revision(db: Session, slug: str) -> int | None:
    """How far the log of the conference at this address has come."""
    return db.execute(_REVISION, {"slug": slug}).scalar_one_or_none()


def last_revision(db: Session, conference_id: int, subject: str) -> int:
    """The revision of the last change of one thing ("room:3"), 0 when there is none.

    Forms carry it, so that a save can tell whether somebody else was faster.
    """
    found = db.execute(
        select(func.max(Change.revision)).where(Change.conference_id == conference_id, Change.subject == subject)
    ).scalar_one()
    return found or 0


def find_twin(db: Session, person_id: int, name: str, starts_on: date, *, since: datetime) -> Conference | None:
    """A conference this person has just made with the same name and day: the other half of a double click."""
    return db.scalars(
        select(Conference)
        .join(Role, Role.conference_id == Conference.id)
        .where(
            Role.person_id == person_id,
            Conference.name == name,
            Conference.starts_on == starts_on,
            Conference.created_at >= since,
        )
        .limit(1)
    ).one_or_none()


def slug_is_taken(db: Session, slug: str, *, apart_from: int | None = None) -> bool:
    """Whether a conference has this slug, or once had it; `apart_from` is the id of one that does not count."""
    return any(
        db.execute(select(owner).where(column == slug, owner.is_distinct_from(apart_from))).first() is not None
        for column, owner in ((Conference.slug, Conference.id), (FormerSlug.slug, FormerSlug.conference_id))
    )


def find_renamed(db: Session, slug: str) -> str | None:
    """The present slug of the conference that once had this one."""
    return db.execute(
        select(Conference.slug)
        .join(FormerSlug, FormerSlug.conference_id == Conference.id)
        .where(FormerSlug.slug == slug)
    ).scalar_one_or_none()


def count_former_slugs(db: Session, conference_id: int) -> int:
    return db.execute(select(func.count()).where(FormerSlug.conference_id == conference_id)).scalar_one()


def find_former_slug(db: Session, slug: str) -> FormerSlug | None:
    return db.get(FormerSlug, slug)


def latest_zone(db: Session, person_id: int) -> str | None:
    """The zone of the conference this person made or helped with last, else of the site's newest one."""
    mine = db.execute(
        select(Conference.zone)
        .join(Role, Role.conference_id == Conference.id)
        .where(Role.person_id == person_id)
        .order_by(Conference.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return mine or db.execute(select(Conference.zone).order_by(Conference.id.desc()).limit(1)).scalar_one_or_none()


def sponsors(db: Session, conference: Conference) -> list[Sponsor]:
    """The sponsors in the organizers' order."""
    return list(
        db.scalars(select(Sponsor).where(Sponsor.conference_id == conference.id).order_by(Sponsor.position, Sponsor.id))
    )


def find_sponsor(db: Session, conference: Conference, sponsor_id: int) -> Sponsor | None:
    return db.scalars(
        select(Sponsor).where(Sponsor.conference_id == conference.id, Sponsor.id == sponsor_id)
    ).one_or_none()


def find_team_member(db: Session, conference: Conference, person_id: int) -> tuple[Role, Person] | None:
    row = db.execute(
        select(Role, Person)
        .join(Person, Person.id == Role.person_id)
        .where(Role.conference_id == conference.id, Role.person_id == person_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def count_organizers(db: Session, conference_id: int) -> int:
    return db.execute(
        select(func.count()).select_from(Role).where(Role.conference_id == conference_id, Role.kind == "organizer")
    ).scalar_one()


def find_role(db: Session, conference_id: int, person_id: int) -> RoleKind | None:
    return db.execute(_ROLE, {"conference_id": conference_id, "person_id": person_id}).scalar_one_or_none()


_ROLE = select(Role.kind).where(
    Role.conference_id == bindparam("conference_id"), Role.person_id == bindparam("person_id")
)


def roles(db: Session, conference_id: int) -> Sequence[tuple[Role, Person]]:
    """Who runs a conference: organizers first, then helpers, each by name."""
    return [
        (role, person)
        for role, person in db.execute(
            select(Role, Person)
            .join(Person, Person.id == Role.person_id)
            .where(Role.conference_id == conference_id)
            .order_by(Role.kind.desc(), Person.name, Person.id)
        )
    ]


def listed(db: Session, *, ending_from: date | None = None, ended_before: date | None = None) -> Sequence[Conference]:
    """Listed conferences: those that end on or after a day (soonest first), or before one (latest first)."""
    query = select(Conference).where(Conference.listed)
    if ending_from is not None:
        query = query.where(Conference.ends_on >= ending_from)
    if ended_before is not None:
        query = query.where(Conference.ends_on < ended_before)
    soonest_first = ended_before is None
    order = (
        (Conference.starts_on, Conference.id) if soonest_first else (Conference.starts_on.desc(), Conference.id.desc())
    )
    return db.scalars(query.order_by(*order).limit(100)).all()


def run_by(db: Session, person_id: int) -> Sequence[Conference]:
    """The conferences a person organizes or helps with, latest first."""
    return db.scalars(
        select(Conference)
        .join(Role, Role.conference_id == Conference.id)
        .where(Role.person_id == person_id)
        .order_by(Conference.starts_on.desc(), Conference.id.desc())
    ).all()
