"""What telling people costs: fifty sessions moved at once, before the crowds of the demo's sizes.

    python -m bench.news                        # medium and large
    python -m bench.news --sizes medium large xl

Times are of CPU, in one process, on SQLite, without sending: the letters are rows when it ends. Beside them stands the
floor: the same letters written one by one with the words and the file already made.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from barcamp import create_app
from barcamp.cli import demo, loading
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import find_conference
from barcamp.core.timetable.problem import Place, Plan
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.solve import solve
from barcamp.db import Store
from barcamp.mail.models import Letter
from barcamp.migrate import migrate
from barcamp.news import telling
from barcamp.schedule import draft, publishing, queries, service, untold
from barcamp.settings import from_environment
from barcamp.wall.models import Note

NOW = datetime(2027, 6, 5, 7, tzinfo=UTC)
MOVED = 50
SEED = 1


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what it costs to tell people that sessions have moved.")
    parser.add_argument("--sizes", nargs="+", choices=["small", "medium", "large", "xl"], default=["medium", "large"])
    for size in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as folder:
            _measure(size, Path(folder))


def _measure(size: str, folder: Path) -> None:
    settings = from_environment({"BARCAMP_DATA": str(folder), "BARCAMP_SECRET_KEY": "b" * 32, "BARCAMP_JOBS": "0"})
    migrate(settings.database_url)
    store: Store = create_app(settings).extensions["store"]
    store.wakers.clear()
    with store.writing() as db:
        loading.load(db, demo.scene(size, slug="bench", seed=SEED, now=NOW))
    camp = _published(store)
    moved = _move(store, camp)
    with store.reading() as db:
        due_at = db.scalars(select(Conference.news_due_at)).one()
    assert due_at is not None
    spent = _milliseconds(lambda: telling.tell_due(store, now=due_at + timedelta(seconds=1)))
    with store.reading() as db:
        letters = db.scalars(select(func.count()).select_from(Letter)).one()
    print(
        f"{size}: {moved} sessions moved, {letters} people told in {spent:.0f} ms,"
        f" {1000 * spent / letters:.0f} µs each; floor, the rows alone: {_floor(store):.0f} ms"
    )


def _published(store: Store) -> Conference:
    with store.writing() as db:
        camp = _camp(db)
        read = draft.read(db, camp, now=NOW)
        solution = solve(read.problem_to_arrange, seed=SEED, moves=20_000)
        service.arrange(db, camp, None, read, solution, seen=queries.draft_revision(db, camp), now=NOW)
        publishing.publish(db, camp, None, now=NOW)
        untold.forget(db, camp, db.scalars(select(Note.id)))  # everybody has heard of this one
        return camp


def _move(store: Store, camp: Conference) -> int:
    """Exchange the slots of some pairs, as long as no rule breaks, and publish; return how many sessions have moved."""
    with store.writing() as db:
        camp = _camp(db)
        read = draft.read(db, camp, now=NOW)
        plan, rng, moved = list(read.plan), Random(SEED), set[int]()  # noqa: S311 - the same moves every time
        placed = [s for s, place in enumerate(plan) if place is not None]
        while len(moved) < MOVED:
            one, other = rng.sample(placed, 2)
            tried = _exchanged(plan, one, other)
            if {one, other} & moved or tried is None or violations(read.problem, tried):
                continue
            plan, moved = list(tried), moved | {one, other}
        solution = replace(solve(read.problem, seed=SEED, moves=0), plan=tuple(plan))
        service.arrange(db, camp, None, read, solution, seen=queries.draft_revision(db, camp), now=NOW)
        publishing.publish(db, camp, None, now=NOW)
    return len(moved)


def _exchanged(plan: list[Place | None], one: int, other: int) -> Plan | None:
    here, there = plan[one], plan[other]
    if here is None or there is None or here.slot == there.slot:
        return None
    tried = list(plan)
    tried[one], tried[other] = there, here
    return tuple(tried)


def _floor(store: Store) -> float:
    """The rows of the letters written again, in a transaction that is rolled back."""
    with store.reading() as db:
        rows = [
            {
                "kind": one.kind, "to_address": one.to_address, "subject": one.subject, "text": one.text,
                "message_id": f"again-{one.id}", "written_at": NOW, "due_at": NOW, "calendar": one.calendar,
            }
            for one in db.scalars(select(Letter).options(undefer(Letter.calendar)))
        ]  # fmt: skip
    writing = store.write_session()
    try:
        return _milliseconds(lambda: writing.execute(Letter.__table__.insert(), rows))  # type: ignore[attr-defined]
    finally:
        writing.rollback()
        store.end(writing)


def _camp(db: Session) -> Conference:
    found = find_conference(db, "bench")
    assert found is not None
    return found


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
