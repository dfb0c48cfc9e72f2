"""What organizers do with sponsors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from barcamp.conferences import queries
from barcamp.conferences.errors import ChangedMeanwhile, SponsorTaken, TooManySponsors
from barcamp.conferences.models import Conference, Sponsor
from barcamp.core.slugs import fold
from barcamp.log import service as log
from barcamp.people.models import Person

MOST_SPONSORS = 100


def add(
    db: Session,
    conference: Conference,
    actor: Person | None,
    name: str,
    *,
    gives: str = "",
    url: str = "",
    position: int | None = None,
    now: datetime,
) -> Sponsor:
    """Add a sponsor; without a position, behind the others."""
    log.hold(db, conference)
    others = queries.sponsors(db, conference)
    if len(others) >= MOST_SPONSORS:
        raise TooManySponsors(MOST_SPONSORS)
    _refuse_same(others, name)
    last = max((other.position for other in others), default=0)
    sponsor = Sponsor(
        conference_id=conference.id,
        name=name,
        gives=gives,
        url=url,
        position=last + 1 if position is None else position,
    )
    db.add(sponsor)
    db.flush()
    log.write(db, conference, actor, "sponsor-added", f"sponsor:{sponsor.id}", after=_facts(sponsor), now=now)
    return sponsor


def change(
    db: Session,
    conference: Conference,
    actor: Person | None,
    sponsor: Sponsor,
    *,
    name: str,
    gives: str,
    url: str,
    position: int | None,
    seen: int | None = None,
    now: datetime,
) -> None:
    """Change a sponsor; `seen` is the revision its form was made from. Nothing changed writes nothing."""
    log.hold(db, conference)
    if seen is not None and queries.last_revision(db, conference.id, f"sponsor:{sponsor.id}") != seen:
        raise ChangedMeanwhile
    db.refresh(sponsor, ("name", "gives", "url", "position"))
    _refuse_same([other for other in queries.sponsors(db, conference) if other.id != sponsor.id], name)
    before = _facts(sponsor)
    sponsor.name, sponsor.gives, sponsor.url = name, gives, url
    sponsor.position = sponsor.position if position is None else position
    after = _facts(sponsor)
    if before != after:
        log.write(
            db, conference, actor, "sponsor-changed", f"sponsor:{sponsor.id}", before=before, after=after, now=now
        )
    db.flush()


def remove(db: Session, conference: Conference, actor: Person | None, sponsor: Sponsor, *, now: datetime) -> None:
    log.hold(db, conference)
    before = _facts(sponsor)
    log.write(db, conference, actor, "sponsor-removed", f"sponsor:{sponsor.id}", before=before, now=now)
    db.delete(sponsor)
    db.flush()


def _facts(sponsor: Sponsor) -> dict[str, Any]:
    return {"name": sponsor.name, "gives": sponsor.gives, "url": sponsor.url, "position": sponsor.position}


def _refuse_same(others: list[Sponsor], name: str) -> None:
    for other in others:
        if fold(other.name) == fold(name):
            raise SponsorTaken(other.name)
