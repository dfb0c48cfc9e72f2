"""The demo as journeys find it: at any hour of any day it is early in the afternoon there, with a session going on.

Camps differ by slug alone. What a journey changes, it changes at a camp of its own, so that the next one finds none of
it; `beaver` is for those that only look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.cli import demo, loading
from barcamp.cli.demo_organizer import CAMP
from barcamp.cli.scene import Scene
from barcamp.conferences import service as conferences
from barcamp.conferences.details import Details
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import find_conference
from barcamp.core.timetable.solve import solve
from barcamp.db import Store
from barcamp.log.models import Head
from barcamp.people import service as people
from barcamp.people.models import Person
from barcamp.schedule import draft, publishing, queries, service, untold
from barcamp.wall.models import Note
from tests import make
from tests.servers.site import Site

ORGANIZERS = {"olive": "organizer@example.org", "otto": "otto.ash@example.org"}
# robin posted the first note of the demo; the others are new.
ATTENDEES = {"robin": "robin.alder@example.org", "ida": "ida.fern@example.org", "uri": "uri.moss@example.org"}
MOVES = 20_000  # of the search: a good plan in some milliseconds

TOLD_AT = datetime(2026, 6, 20, 20, 15, tzinfo=UTC)  # 13:15 where the demo is
# Where the day has its fourteenth hour while UTC has its first, its second, and so on. No clock is ever moved there.
AFTERNOON = (
    "Pacific/Tongatapu", "Pacific/Tarawa", "Pacific/Guadalcanal", "Australia/Brisbane", "Asia/Tokyo", "Asia/Singapore",
    "Asia/Bangkok", "Asia/Dhaka", "Asia/Karachi", "Asia/Dubai", "Africa/Nairobi", "Africa/Maputo", "Africa/Lagos",
    "Africa/Abidjan", "Atlantic/Cape_Verde", "America/Noronha", "America/Cayenne", "America/Puerto_Rico",
    "America/Panama", "America/Costa_Rica", "America/Phoenix", "Pacific/Pitcairn", "Pacific/Gambier",
    "Pacific/Honolulu",
)  # fmt: skip


@contextmanager
def opened(served: Site) -> Iterator[Store]:
    """The database of a site on SQLite, from outside the processes that serve it."""
    store = Store(f"sqlite:///{served.data / 'barcamp.sqlite3'}", served.url)
    yield store
    store.dispose()


def sign_in_all(store: Store, now: datetime) -> dict[str, str]:
    """The cookie of everybody, by name. olive and robin are people of the demo, so that one has to be there."""
    with store.writing() as db:
        return {
            name: people.sign_in(db, _person(db, email, now), label="Test", now=now)
            for name, email in (ORGANIZERS | ATTENDEES).items()
        }


def load(store: Store, slug: str, now: datetime, *, listed: bool = False) -> None:
    """The demo, arranged and published, with olive and otto as its organizers."""
    with store.writing() as db:
        loading.load(db, told_at(now, slug, listed=listed))
        camp = find(db, slug)
        make.role(db, camp, _person(db, ORGANIZERS["otto"], now))
        read = draft.read(db, camp, now=now)
        plan = solve(read.problem_to_arrange, seed=1, moves=MOVES)
        service.arrange(db, camp, None, read, plan, seen=queries.draft_revision(db, camp), now=now)
        publishing.publish(db, camp, None, now=now)
        untold.forget(db, camp, db.scalars(select(Note.id).where(Note.conference_id == camp.id)))  # long since told


def start_empty(store: Store, slug: str, now: datetime, *, listed: bool = False) -> None:
    """A conference that otto has only just started."""
    day = now.date() + timedelta(days=200)
    with store.writing() as db:
        details = Details(name="Empty Camp", starts_on=day, ends_on=day, zone="Europe/Lisbon", listed=listed)
        conferences.create_conference(db, _person(db, ORGANIZERS["otto"], now), details, slug=slug, now=now)


def state(store: Store, slug: str) -> tuple[int, int]:
    """(revision, stars): everything that is done at a conference changes one of them."""
    with store.reading() as db:
        camp = find(db, slug)
        revision = db.scalars(select(Head.revision).where(Head.conference_id == camp.id)).one()
        stars = select(func.coalesce(func.sum(Note.star_count), 0)).where(Note.conference_id == camp.id)
        return revision, db.scalars(stars).one()


def _person(db: Session, email: str, now: datetime) -> Person:
    name = email.partition("@")[0].replace(".", " ").title()
    found = people.find_or_make_person(db, email, name, now=now)
    db.flush()
    return found


def find(db: Session, slug: str) -> Conference:
    found = find_conference(db, slug)
    assert found is not None
    return found


def told_at(now: datetime, slug: str, *, listed: bool) -> Scene:
    """The scene of the demo, alike for every slug and every `now` but for its times and its zone."""
    told = demo.scene("camp", slug=CAMP, seed=demo.SEED, now=TOLD_AT)
    # by tens of minutes, so that its sessions begin at 13:20, and not at 13:17
    scene: Scene = _moved(told, by=(now - TOLD_AT) // timedelta(minutes=10) * timedelta(minutes=10))
    zone = AFTERNOON[now.astimezone(UTC).hour]
    day: date = now.astimezone(ZoneInfo(zone)).date()
    own = {"slug": slug, "zone": zone, "starts_on": day, "ends_on": day, "listed": listed}
    return replace(
        scene,
        conference={**scene.conference, **own},
        ideas=[replace(idea, uid=str(uuid4())) for idea in scene.ideas],
    )


def _moved(value: Any, by: timedelta) -> Any:
    """The same with every instant in it moved."""
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, Mapping):
        return {name: _moved(one, by) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_moved(one, by) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _moved(getattr(value, field.name), by) for field in fields(value)})
    return value
