"""The search for a better draft as people know it: asked for, watched, stopped, used or left.

At most one search of a conference is undecided at a time; asking for another one leaves the one before. Workers take
searches up, tell how far they are and what they have found; the searching itself is search.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.timetable.problem import Plan
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import bill
from barcamp.db import wake
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import queries, service
from barcamp.schedule.draft import Draft
from barcamp.schedule.errors import RULES, Stale
from barcamp.schedule.found import LEASE, UNDECIDED, UNDER_WAY, WORTH_IT, Search
from barcamp.schedule.limit import Limit
from barcamp.schedule.models import Arrangement, ArrangementKind

if TYPE_CHECKING:
    from barcamp.core.timetable.solve import Solution

#: A search that nobody has ended so long after it was asked for is given up.
TOO_LATE = timedelta(minutes=15)


def find_current(db: Session, conference: Conference) -> Search | None:
    """The search that is under way or waits for a decision."""
    row = db.scalars(_undecided(conference)).one_or_none()
    return None if row is None else Search.of(row)


def find_limit(db: Session, conference: Conference) -> Limit | None:
    """The limit proven after the newest search that has one; whether it still holds is for limit.py to say."""
    return db.scalars(
        select(Arrangement.found["limit"])
        .where(
            Arrangement.conference_id == conference.id, Arrangement.kind == "fresh", Arrangement.ended_at.is_not(None)
        )
        .order_by(Arrangement.id.desc())
        .limit(1)
    ).first()


def find_search(db: Session, conference: Conference, arrangement_id: int) -> Search | None:
    row = _find(db, conference, arrangement_id)
    return None if row is None else Search.of(row)


def quick(draft: Draft, *, seed: int) -> Solution | None:
    """The arrangement that is there at once; None where the board keeps all rules and is as good as it is. Computing
    alone: to be called before the write gate is taken.
    """
    from barcamp.core.timetable.solve import solve  # large, and organizers alone ask for it

    solution = solve(draft.problem_to_arrange, seed=seed)
    is_broken = any(found.rule in RULES for found in violations(draft.problem_without_pins, draft.plan))
    return solution if is_broken or cost_of(draft, solution.plan) < cost_of(draft, draft.plan) - WORTH_IT else None


def cost_of(draft: Draft, plan: Plan) -> float:
    """What a plan costs, in missed seats; while nobody has starred anything, in topics that collide."""
    problem = draft.problem.for_search
    return bill(problem, plan).price(problem.weights)


def ask(
    db: Session,
    conference: Conference,
    actor: Person | None,
    kind: ArrangementKind,
    *,
    seed: int,
    moves: int,
    now: datetime,
) -> Search:
    """Ask for a search from the draft as it is. Who asks for the one that is under way joins it."""
    log.hold(db, conference)
    seen = queries.draft_revision(db, conference)
    current = db.scalars(_undecided(conference)).one_or_none()
    if current is not None:
        same = (current.kind, current.seed, current.moves, current.seen) == (kind, seed, moves, seen)
        if same and current.state in UNDER_WAY and not current.stop_asked:
            return Search.of(current)
        _leave(current, now)
    row = Arrangement(
        conference_id=conference.id, asked_by_id=None if actor is None else actor.id, asked_at=now, kind=kind,
        state="waiting", seen=seen, seed=seed, moves=moves, done=0, stop_asked=False,
    )  # fmt: skip
    db.add(row)
    db.flush()
    wake(db, "arrangements")
    return Search.of(row)


def stop(db: Session, conference: Conference, arrangement_id: int, *, now: datetime) -> None:
    """Search no further and keep the best so far. One that nobody has taken up yet is left."""
    row = _held(db, conference, arrangement_id)
    if row.state == "waiting":
        _leave(row, now)
    elif row.state == "running":
        row.stop_asked = True
        if Search.of(row).is_lost(now):
            row.state, row.ended_at = "done" if row.found else "failed", now
    db.flush()


def adopt(
    db: Session, conference: Conference, actor: Person, arrangement_id: int, number: int, *, now: datetime
) -> int:
    """Make a plan of a search the draft; one that still runs is stopped. Returns the number of notes placed.

    Refused when the board has changed since the search began, or when something it would move has begun meanwhile.
    """
    row = _held(db, conference, arrangement_id)
    search = Search.of(row)
    if not 0 <= number < len(search.plans):
        raise Stale(N_("This arrangement is not there. Here is what was found so far."))
    kind = "arranged" if row.kind == "fresh" else "repaired"
    placed = service.adopt(db, conference, actor, search.plans[number].places, kind=kind, seen=row.seen, now=now)
    row.state, row.ended_at = "adopted", now
    db.flush()
    return placed


def leave(db: Session, conference: Conference, arrangement_id: int, *, now: datetime) -> None:
    """Leave the board as it is: what was found is not wanted."""
    row = _held(db, conference, arrangement_id)
    _leave(row, now)
    db.flush()


def set_turnout(db: Session, conference: Conference, actor: Person, percent: int, *, now: datetime) -> None:
    """Say how many of a hundred people who starred a note are expected to come."""
    log.hold(db, conference)
    db.refresh(conference, ["turnout_percent"])  # as it is now that nobody else can change it
    before = conference.turnout_percent
    if percent == before:
        return
    conference.turnout_percent = percent
    log.write(
        db, conference, actor, "turnout-set", "board", before={"percent": before}, after={"percent": percent}, now=now
    )


# ---- for those who search -------------------------------------------------------------------------------------------


def some_wait(db: Session, *, now: datetime) -> bool:
    return db.scalars(_to_take_up(now)).first() is not None


def take_up(db: Session, *, now: datetime) -> Arrangement | None:
    """Claim the search that has waited longest, or one whose worker is gone; None when there is none.

    Its `started_at` is the claim: who comes back with another one is told that the search is somebody else's.
    """
    while (row := db.scalars(_to_take_up(now).with_for_update(skip_locked=True)).first()) is not None:
        if now <= row.asked_at + TOO_LATE:
            row.state, row.started_at, row.beat_at, row.done = "running", now, now, 0
            db.flush()
            return row
        row.state, row.ended_at = "done" if row.found else "failed", now
        db.flush()
    return None


def report(
    db: Session,
    row: Arrangement,
    *,
    now: datetime,
    seen: int | None = None,
    done: int | None = None,
    found: Mapping[str, Any] | None = None,
) -> None:
    """Say that somebody works on it, how far that is, and what is new; nothing where it is somebody else's by now."""
    values: dict[str, Any] = {"beat_at": now}
    values |= {name: value for name, value in (("seen", seen), ("done", done)) if value is not None}
    if found is not None:
        values["found"] = dict(found)
    db.execute(update(Arrangement).where(_ours(row)).values(values))


def is_wanted(db: Session, row: Arrangement) -> bool:
    """Whether the search shall go on: nobody has stopped, used, left or taken it."""
    return db.scalars(select(Arrangement.id).where(_ours(row), ~Arrangement.stop_asked)).one_or_none() is not None


def finish(db: Session, row: Arrangement, *, failed: bool = False, now: datetime) -> None:
    """The search is over, unless it has become somebody else's or has been decided meanwhile."""
    values = {"state": "failed" if failed else "done", "ended_at": now}
    db.execute(update(Arrangement).where(_ours(row)).values(values))


def keep_limit(db: Session, row: Arrangement, limit: Limit) -> None:
    """Keep what was proven after a search, whatever has become of it; each limit is better than the one before."""
    kept = db.get(Arrangement, row.id)
    if kept is not None:
        kept.found = {**(kept.found or {}), "limit": limit}


def hand_back(db: Session, row: Arrangement) -> None:
    """Nothing went wrong, but this worker has to go: the next one may begin anew."""
    db.execute(update(Arrangement).where(_ours(row)).values(state="waiting", started_at=None, beat_at=None))


def _ours(row: Arrangement) -> Any:
    return and_(Arrangement.id == row.id, Arrangement.state == "running", Arrangement.started_at == row.started_at)


def _to_take_up(now: datetime) -> Select[Arrangement]:
    silent = or_(Arrangement.beat_at < now - LEASE, Arrangement.beat_at > now + LEASE)  # or a clock was set back
    is_lost = and_(Arrangement.state == "running", silent)
    return (
        select(Arrangement)
        .where(or_(Arrangement.state == "waiting", is_lost))
        .order_by(Arrangement.asked_at, Arrangement.id)
        .limit(1)
    )


# ---- what is below all of these -------------------------------------------------------------------------------------


def _undecided(conference: Conference) -> Select[Arrangement]:
    return (
        select(Arrangement)
        .where(Arrangement.conference_id == conference.id, Arrangement.state.in_(UNDECIDED))
        .order_by(Arrangement.id.desc())
        .limit(1)
    )


def _find(db: Session, conference: Conference, arrangement_id: int) -> Arrangement | None:
    return db.scalars(
        select(Arrangement).where(Arrangement.conference_id == conference.id, Arrangement.id == arrangement_id)
    ).one_or_none()


def _held(db: Session, conference: Conference, arrangement_id: int) -> Arrangement:
    """The search, to be decided by us alone. Refused when that is done already."""
    log.hold(db, conference)
    row = _find(db, conference, arrangement_id)
    if row is None or row.state not in UNDECIDED:
        raise Stale(N_("This arrangement has been used or left already. Here is the board as it is now."))
    return row


def _leave(row: Arrangement, now: datetime) -> None:
    row.state, row.ended_at = "discarded", now
