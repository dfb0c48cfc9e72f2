"""Every change of conferences and their team. Sponsors are in sponsors.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from barcamp.conferences import queries
from barcamp.conferences.details import NAMES, Details, days_later, details_of
from barcamp.conferences.errors import (
    AlreadyInTeam,
    ChangedMeanwhile,
    LastOrganizer,
    SlugTaken,
    TooManySlugs,
)
from barcamp.conferences.models import Conference, FormerSlug, Role, RoleKind, Sponsor
from barcamp.core.slugs import free_slug, slugify
from barcamp.log import service as log
from barcamp.people.models import Person

MOST_FORMER_SLUGS = 10

#: What the conference's own line in a calendar shows.
IN_CALENDARS = frozenset(
    ("name", "tagline", "starts_on", "ends_on", "venue", "address", "latitude", "longitude", "listed")
)


def create_conference(
    db: Session, founder: Person | None, details: Details, *, slug: str = "", now: datetime
) -> Conference:
    """Start a conference; who starts it organizes it. Without a slug one is made from the name."""
    slug = slug or propose_slug(db, details)
    conference = Conference(slug=slug, created_at=now, stamped_at=now, sponsors=[], **_columns(details))
    try:
        with db.begin_nested():  # a slug that is taken must cost no more than this one row
            db.add(conference)
    except IntegrityError as problem:
        raise SlugTaken(slug) from problem
    _refuse_taken_slug(db, conference)
    log.begin(db, conference)
    if founder is not None:
        db.add(Role(conference_id=conference.id, person_id=founder.id, kind="organizer"))
        db.flush()
    after = {"slug": slug, **details.facts()}
    log.write(db, conference, founder, "conference-created", subject_of(conference), after=after, now=now)
    return conference


def propose_slug(db: Session, details: Details) -> str:
    """A free slug from the name: "otter-barcamp", "otter-barcamp-2" …; "camp-2026" for a name without letters a-z."""
    wanted = slugify(details.name, fallback=f"camp-{details.starts_on.year}")
    return free_slug(wanted, lambda slug: queries.slug_is_taken(db, slug))


def change_conference(
    db: Session,
    conference: Conference,
    actor: Person | None,
    details: Details,
    *,
    seen: int | None = None,
    now: datetime,
) -> bool:
    """Change what a conference says of itself; `seen` is the revision its form was made from.

    Slots and closures are not touched: where the zone changes, `venue.service.change_zone` keeps their wall times.
    Returns whether anything was different.
    """
    log.hold(db, conference)
    if seen is not None and queries.last_revision(db, conference.id, subject_of(conference)) != seen:
        raise ChangedMeanwhile
    db.refresh(conference, NAMES)
    before, after = details_of(conference).facts(), details.facts()
    changed = [name for name in NAMES if before[name] != after[name]]
    if not changed:
        return False
    for name in changed:
        setattr(conference, name, getattr(details, name))
    if not IN_CALENDARS.isdisjoint(changed):
        _stamp(db, conference, now)
    log.write(
        db,
        conference,
        actor,
        "conference-changed",
        subject_of(conference),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        now=now,
    )
    db.flush()
    return True


def rename_slug(db: Session, conference: Conference, actor: Person | None, slug: str, *, now: datetime) -> bool:
    """Give a conference another address. The old one leads to it from now on, and stays its own: it can come back.

    What has the address in it, as calendars do, is for the caller to write anew (`schedule.publishing`). Returns
    whether anything was different. Raises SlugTaken and TooManySlugs.
    """
    log.hold(db, conference)
    db.refresh(conference, ("slug", "sequence", "stamped_at"))
    old = conference.slug
    if slug == old:
        return False
    own = queries.find_former_slug(db, slug)
    if own is not None and own.conference_id != conference.id:
        raise SlugTaken(slug)
    if own is not None:
        db.delete(own)
    elif queries.count_former_slugs(db, conference.id) >= MOST_FORMER_SLUGS:
        raise TooManySlugs(MOST_FORMER_SLUGS)
    try:
        with db.begin_nested():
            conference.slug = slug
    except IntegrityError as problem:
        raise SlugTaken(slug) from problem
    _refuse_taken_slug(db, conference)
    db.add(FormerSlug(slug=old, conference_id=conference.id, left_at=now))
    _stamp(db, conference, now)
    log.write(
        db, conference, actor, "address-changed", subject_of(conference),
        before={"slug": old}, after={"slug": slug}, now=now,
    )  # fmt: skip
    db.flush()
    return True


def copy_conference(
    db: Session, source: Conference, actor: Person, *, name: str, slug: str = "", starts_on: date, now: datetime
) -> Conference:
    """A new conference like another one: details, phases (moved by whole days) and sponsors; not people or notes.

    The copier is its organizer. Rooms and slots are `venue.service.copy_venue`. Raises SlugTaken and NoSuchTime.
    """
    details = details_of(source)
    moved = replace(details, name=name, **days_later(details, (starts_on - source.starts_on).days))
    copy = create_conference(db, actor, moved, slug=slug, now=now)
    copy.sponsors = [
        Sponsor(name=one.name, gives=one.gives, url=one.url, position=one.position)
        for one in queries.sponsors(db, source)
    ]
    db.flush()
    return copy


# ---- the team --------------------------------------------------------------------------------------------------------


def give_role(
    db: Session, conference: Conference, actor: Person | None, person: Person, kind: RoleKind, *, now: datetime
) -> None:
    """Make somebody an organizer or a helper; an organizer made a helper is one no more, unless they are the last."""
    log.hold(db, conference)
    found = queries.find_team_member(db, conference, person.id)
    before: RoleKind | None = None if found is None else found[0].kind
    if before == kind:
        raise AlreadyInTeam(person.name)
    if before == "organizer":
        _refuse_last_organizer(db, conference)
    if found is None:
        db.add(Role(conference_id=conference.id, person_id=person.id, kind=kind))
    else:
        found[0].kind = kind
    db.flush()
    log.write(
        db,
        conference,
        actor,
        "role-given",
        f"person:{person.id}",
        before={"role": before},
        after={"role": kind},
        now=now,
    )


def take_role(db: Session, conference: Conference, actor: Person | None, role: Role, *, now: datetime) -> None:
    """Take somebody out of the team. The last organizer stays."""
    log.hold(db, conference)
    if role.kind == "organizer":
        _refuse_last_organizer(db, conference)
    log.write(db, conference, actor, "role-taken", f"person:{role.person_id}", before={"role": role.kind}, now=now)
    db.delete(role)
    db.flush()


# ---- sponsors --------------------------------------------------------------------------------------------------------


# ---- small things ----------------------------------------------------------------------------------------------------


def subject_of(conference: Conference) -> str:
    """How the log names a conference: "conference:1"."""
    return f"conference:{conference.id}"


def _stamp(db: Session, conference: Conference, now: datetime) -> None:
    """Its own line in calendars has changed (RFC 5545, 3.8.7.2 and 3.8.7.4)."""
    conference.sequence += 1
    conference.stamped_at = max(now, conference.stamped_at)


def _refuse_taken_slug(db: Session, conference: Conference) -> None:
    """Asked after the row was written: whoever left this slug a moment ago has committed by then, or we would wait."""
    if queries.slug_is_taken(db, conference.slug, apart_from=conference.id):
        raise SlugTaken(conference.slug)


def _columns(details: Details) -> dict[str, Any]:
    return {name: getattr(details, name) for name in NAMES}


def _refuse_last_organizer(db: Session, conference: Conference) -> None:
    if queries.count_organizers(db, conference.id) < 2:
        raise LastOrganizer
