"""The log: gap-free, in the order of commits, and a line for two who want to decide at once."""

from __future__ import annotations

import threading

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log import queries, service
from barcamp.log.models import Change
from tests import make
from tests.people import Cast


def lines(db: Session, camp: Conference) -> list[tuple[int, str]]:
    changes = db.scalars(select(Change).where(Change.conference_id == camp.id).order_by(Change.revision))
    return [(change.revision, change.kind) for change in changes]


def test_a_line_says_who_did_what_to_what(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    with store.writing() as writing:
        service.write(
            writing, camp, people.ada, "room-renamed", "room:7", before={"name": "A"}, after={"name": "B"}, now=make.NOW
        )
    change = db.scalars(select(Change)).one()
    assert (change.revision, change.at, change.actor_id, change.kind, change.subject, change.before, change.after) == (
        1, make.NOW, people.ada.id, "room-renamed", "room:7", {"name": "A"}, {"name": "B"},
    )  # fmt: skip
    assert queries.revision(db, camp.id) == 1


def test_revisions_have_no_gap_even_after_a_change_that_was_not_finished(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    for number in range(4):
        try:
            with store.writing() as writing:
                service.write(writing, camp, people.ada, f"kind-{number}", "x", now=make.NOW)
                if number == 1:
                    raise KeyError
        except KeyError:
            pass
    assert lines(db, camp) == [(1, "kind-0"), (2, "kind-2"), (3, "kind-3")]


def test_two_lines_in_one_commit_are_two_revisions(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    with store.writing() as writing:
        service.write(writing, camp, people.ada, "one", "x", now=make.NOW)
        service.write(writing, camp, None, "two", "x", now=make.NOW)
    assert lines(db, camp) == [(1, "one"), (2, "two")]


def test_many_at_once_stand_in_a_line(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    def write() -> None:
        for _ in range(5):
            with store.writing() as writing:
                service.write(writing, camp, people.ada, "x", "x", now=make.NOW)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [revision for revision, _ in lines(db, camp)] == list(range(1, 31))


def test_conferences_count_apart(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    other = make.conference(db, slug="other")
    with store.writing() as writing:
        service.write(writing, camp, people.ada, "a", "x", now=make.NOW)
        service.write(writing, other, people.ada, "b", "x", now=make.NOW)
    assert (lines(db, camp), lines(db, other)) == ([(1, "a")], [(1, "b")])


def test_changes_since_are_the_missing_ones_in_order(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    with store.writing() as writing:
        for kind in "abcde":
            service.write(writing, camp, people.ada, kind, "x", now=make.NOW)
    assert [change.kind for change in queries.changes_since(db, camp.id, 2)] == ["c", "d", "e"]
    assert [change.kind for change in queries.changes_since(db, camp.id, 0, limit=2)] == ["a", "b"]
    assert [change.kind for change in queries.latest(db, camp.id, ("a", "d"))] == ["d", "a"]
