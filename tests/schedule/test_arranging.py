"""The search for a better draft: asked for, worked on by a process of its own, watched, stopped, used and left."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.timetable.bound import prove
from barcamp.db import Store
from barcamp.log import queries as log
from barcamp.schedule import arranging, limit, queries, search, service
from barcamp.schedule.draft import placements, read
from barcamp.schedule.errors import Stale
from barcamp.schedule.found import LEASE, Search
from barcamp.schedule.models import Arrangement
from barcamp.venue.models import Closure
from barcamp.wall.models import Note
from barcamp.web.clock import utcnow
from tests import make, stage
from tests.people import Cast

LONG = 50_000_000  # moves that nobody waits for


@pytest.fixture
def crowd(db: Session, camp: Conference, people: Cast) -> list[Note]:
    """Twelve notes for six places of two sizes; each fan stars three of them."""
    stage.day(db, camp)
    fans = [make.person(db, f"Fan {number}") for number in range(8)]
    return [
        make.note(
            db, camp, make.person(db, f"Host {n}"), f"Note {n}",
            stars=[fan for f, fan in enumerate(fans) if (n + 2 * f) % 4 == 0],
        )
        for n in range(12)
    ]  # fmt: skip


def ask(store: Store, camp: Conference, people: Cast, kind: str = "fresh", moves: int = 2_000, seed: int = 1) -> Search:
    with store.writing() as db:
        asked = {"fresh": "fresh", "repair": "repair"}[kind]
        return arranging.ask(db, camp, people.ada, asked, seed=seed, moves=moves, now=utcnow())  # type: ignore[arg-type]


def work(store: Store, *, is_ending: Callable[[], bool] = lambda: False) -> bool:
    return search.search_one(store, clock=utcnow, is_ending=is_ending)


def current(store: Store, camp: Conference) -> Search:
    with store.reading() as db:
        found = arranging.find_current(db, camp)
    assert found is not None
    return found


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def children() -> list[int]:
    """The searchers that this process has started and that still run."""
    listed = subprocess.run(
        ["ps", "-wwo", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "schedule.searcher" in line]


class AtWork:
    """A worker in a thread of its own, until it has nothing to do."""

    def __init__(self, store: Store, *, is_ending: Callable[[], bool] = lambda: False) -> None:
        self.thread = threading.Thread(target=work, args=(store,), kwargs={"is_ending": is_ending})

    def __enter__(self) -> AtWork:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(20)
        assert not self.thread.is_alive()


def test_a_search_goes_from_asked_to_done_and_is_used(
    db: Session, store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    asked = ask(store, camp, people)
    assert (asked.state, asked.moves, asked.done, asked.plans) == ("waiting", 2_000, 0, ())
    assert work(store)
    done = current(store, camp)
    assert (done.state, done.done, done.stopping) == ("done", 2_000, False)
    assert done.before is not None and done.best is not None
    assert (done.before.unplaced, done.best.outcome.unplaced, done.best.moved) == (12, 6, 0)
    assert done.is_better
    assert placements(db, camp) == {}
    with store.writing() as writing:
        assert arranging.adopt(writing, camp, people.ada, done.id, 0, now=utcnow()) == 6
    assert placements(db, camp) == {note: place for note, place in done.best.places.items() if place is not None}
    assert [(line.kind, line.actor_id) for line in log.changes_since(db, camp.id, 0)] == [("arranged", people.ada.id)]
    with store.reading() as reading:
        assert arranging.find_current(reading, camp) is None
    assert not work(store)


def test_a_limit_is_proven_after_a_search_and_holds_until_somebody_gives_another_star(
    db: Session, store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    for name in ("Noor", "Nell"):  # what they starred has no place beside what all others starred
        fan = make.person(db, name)
        for note in crowd[1:6:2]:
            make.star(db, note, fan)
    db.commit()
    ask(store, camp, people)
    work(store)
    best = current(store, camp).best
    proven = arranging.find_limit(db, camp)
    problem = read(db, camp, now=utcnow()).problem_to_arrange
    at_most = limit.seated_pct(proven, problem)
    assert at_most == prove(problem, steps=limit.STEPS).seated_pct_at_most < 100.0
    assert best is not None
    assert best.outcome.seated_pct <= at_most
    make.star(db, crowd[0], make.person(db, "Late fan"))
    assert limit.seated_pct(proven, read(db, camp, now=utcnow()).problem_to_arrange) == 100.0


def test_what_is_found_goes_by_the_seed_alone(store: Store, camp: Conference, people: Cast, crowd: list[Note]) -> None:
    found = []
    for seed in (7, 7):
        ask(store, camp, people, seed=seed)
        work(store)
        found.append(current(store, camp).plans)
        with store.writing() as db:
            arranging.leave(db, camp, current(store, camp).id, now=utcnow())
    assert found[0] == found[1]


def test_stop_ends_the_search_within_a_second_and_keeps_the_best(
    store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    asked = ask(store, camp, people, moves=LONG)
    with AtWork(store):
        until(lambda: current(store, camp).plans)
        running = current(store, camp)
        assert (running.state, running.done < LONG) == ("running", True)
        with store.writing() as db:
            arranging.stop(db, camp, asked.id, now=utcnow())
        stopped_at = time.monotonic()
    assert time.monotonic() - stopped_at < 20  # a second on a quiet machine; to its end it would take minutes
    kept = current(store, camp)
    assert (kept.state, kept.stopping) == ("done", True)
    assert kept.best is not None and kept.best.outcome.unplaced == 6
    assert children() == []


def test_what_a_running_search_has_found_can_be_used_at_once(
    db: Session, store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    asked = ask(store, camp, people, moves=LONG)
    with AtWork(store):
        until(lambda: current(store, camp).plans)
        with store.writing() as writing:
            assert arranging.adopt(writing, camp, people.ada, asked.id, 0, now=utcnow()) == 6
    assert len(placements(db, camp)) == 6
    assert db.scalars(select(Arrangement.state)).all() == ["adopted"]


def test_a_searcher_that_is_killed_fails_the_search_and_keeps_what_it_told(
    store: Store, camp: Conference, people: Cast, crowd: list[Note], caplog: pytest.LogCaptureFixture
) -> None:
    ask(store, camp, people, moves=LONG)
    with AtWork(store):
        until(lambda: current(store, camp).plans)
        (searcher,) = children()
        os.kill(searcher, signal.SIGKILL)
    failed = current(store, camp)
    assert (failed.state, len(failed.plans)) == ("failed", 1)
    assert caplog.messages[-1] == f"the searcher of search {failed.id} is gone"
    again = ask(store, camp, people)
    assert work(store)
    assert (current(store, camp).id, current(store, camp).state) == (again.id, "done")


def test_a_search_whose_worker_is_gone_is_taken_up_again(
    db: Session, store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    asked = ask(store, camp, people)
    with store.writing() as writing:
        gone = arranging.take_up(writing, now=utcnow())
    assert gone is not None
    assert not current(store, camp).is_lost(utcnow())
    assert not work(store)
    with store.writing() as writing:
        arranging.report(writing, gone, now=utcnow() - LEASE - timedelta(seconds=1))
    assert current(store, camp).is_lost(utcnow())
    assert work(store)
    assert (current(store, camp).id, current(store, camp).state) == (asked.id, "done")
    with store.writing() as writing:  # the one that was gone comes back
        assert not arranging.is_wanted(writing, gone)
        arranging.finish(writing, gone, failed=True, now=utcnow())
    assert current(store, camp).state == "done"


def test_a_worker_that_has_to_go_hands_the_search_back(
    store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    ask(store, camp, people, moves=LONG)
    assert work(store, is_ending=lambda: True)
    assert (current(store, camp).state, children()) == ("waiting", [])


def test_a_search_nobody_took_up_in_a_quarter_of_an_hour_is_given_up(
    db: Session, store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    with store.writing() as writing:
        arranging.ask(writing, camp, people.ada, "fresh", seed=1, moves=9, now=utcnow() - timedelta(minutes=16))
    assert current(store, camp).is_lost(utcnow())
    assert not work(store)
    assert current(store, camp).state == "failed"


def test_two_presses_make_one_search_and_another_wish_replaces_it(
    db: Session, store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    ready, asked = threading.Barrier(2), list[int]()

    def press() -> None:
        ready.wait()
        asked.append(ask(store, camp, people).id)

    presses = [threading.Thread(target=press) for _ in range(2)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    assert asked[0] == asked[1]
    other = ask(store, camp, people, seed=2)
    states = dict(db.execute(select(Arrangement.id, Arrangement.state)).all())
    assert states == {asked[0]: "discarded", other.id: "waiting"}


def test_a_search_is_not_used_after_the_board_has_changed(
    db: Session, store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    done = ask(store, camp, people)
    work(store)
    with store.reading() as reading:
        draft = read(reading, camp)
    stage.put(store, camp, people.bo, crowd[3], draft.slots[0], draft.rooms[0])
    before = placements(db, camp)
    with store.writing() as writing, pytest.raises(Stale, match="Bo Finch"):
        arranging.adopt(writing, camp, people.ada, done.id, 0, now=utcnow())
    assert (placements(db, camp), current(store, camp).state) == (before, "done")


def test_a_search_is_decided_once(store: Store, camp: Conference, people: Cast, crowd: list[Note]) -> None:
    done = ask(store, camp, people)
    work(store)
    with store.writing() as db, pytest.raises(Stale, match="not there"):
        arranging.adopt(db, camp, people.ada, done.id, 1, now=utcnow())
    with store.writing() as db:
        arranging.leave(db, camp, done.id, now=utcnow())
    for decide in (arranging.leave, arranging.stop):
        with store.writing() as db, pytest.raises(Stale, match="used or left already"):
            decide(db, camp, done.id, now=utcnow())
    with store.writing() as db, pytest.raises(Stale, match="used or left already"):
        arranging.adopt(db, camp, people.ada, done.id, 0, now=utcnow())


def test_a_repair_moves_what_lost_its_room_and_shows_what_more_moves_bring(
    db: Session, store: Store, camp: Conference, people: Cast, crowd: list[Note]
) -> None:
    ask(store, camp, people)
    work(store)
    with store.writing() as writing:
        arranging.adopt(writing, camp, people.ada, current(store, camp).id, 0, now=utcnow())
    with store.reading() as reading:
        draft = read(reading, camp)
    full = placements(db, camp)
    free = next(note for note, place in full.items() if place.slot == draft.slots[2].id)
    with store.writing() as writing:
        seen = queries.draft_revision(writing, camp)
        service.take_off(writing, camp, people.ada, free, seen=seen, now=utcnow())
    slot, room = draft.slots[0], draft.rooms[0]
    db.add(Closure(room_id=room.id, starts_at=slot.starts_at, ends_at=slot.ends_at))
    db.flush()
    (homeless,) = [note for note, place in full.items() if (place.slot, place.room) == (slot.id, room.id)]

    ask(store, camp, people, "repair", moves=0)
    assert work(store)
    found = current(store, camp)
    assert (found.kind, found.state, [plan.allowed for plan in found.plans]) == ("repair", "done", [0, 1, 3, 10, None])
    missed = [plan.outcome.missed for plan in found.plans]
    assert missed == sorted(missed, reverse=True)
    before = placements(db, camp)
    gentlest = found.plans[0].places
    assert {note for note in before if gentlest[note] != before[note]} == {homeless}
    with store.writing() as writing:
        arranging.adopt(writing, camp, people.ada, found.id, 0, now=utcnow())
    assert placements(db, camp) == {note: place for note, place in gentlest.items() if place is not None}
    assert log.latest(db, camp.id, limit=1)[0].kind == "repaired"


def test_what_no_arrangement_can_do_is_named_by_notes(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    stage.day(db, camp)
    make.note(db, camp, people.bo, "Baking", needs=["kitchen"])
    four = [make.note(db, camp, people.cy, f"By Cy {n}") for n in range(4)]
    ask(store, camp, people)
    work(store)
    told = [(conflict["kind"], conflict["notes"], conflict["needs"]) for conflict in current(store, camp).impossible]
    assert told == [("alone", [four[0].id - 1], ["kitchen"]), ("people", [note.id for note in four], [])]


def test_turnout_is_a_line_of_the_log_and_scales_what_is_expected(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    for percent in (70, 70):
        with store.writing() as writing:
            here = writing.get_one(Conference, camp.id)
            arranging.set_turnout(writing, here, people.ada, percent, now=utcnow())
    lines = [(line.kind, line.before, line.after) for line in log.changes_since(db, camp.id, 0)]
    assert lines == [("turnout-set", {"percent": 100}, {"percent": 70})]
    with store.reading() as reading:
        assert read(reading, reading.get_one(Conference, camp.id)).problem.turnout == 0.7
