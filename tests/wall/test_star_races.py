"""Stars at the same moment and in any order: the counter is the rows, and who comes second sees what the first did."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from barcamp.cli import checks
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.errors import Refused
from barcamp.people import queries as people_queries
from barcamp.people.models import Person
from barcamp.wall import service
from barcamp.wall.errors import NoteIsMerged, NoteIsOff, OwnNote, StarrerIsGone
from barcamp.wall.models import CoHost, Note
from tests import make
from tests.people import Cast
from tests.wall.test_star import counted, starrers


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "Kayaks", stars=2)


def at_once(jobs: list[Callable[[], None]]) -> None:
    """Run all jobs in threads that start together; the first exception is raised here."""
    gate, broken = Barrier(len(jobs)), []

    def run(job: Callable[[], None]) -> None:
        gate.wait()
        try:
            job()
        except Exception as problem:
            broken.append(problem)

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


class TestRaces:
    def giving(self, store: Store, camp: Conference, note: Note, who: Person) -> Callable[[], None]:
        def give() -> None:
            with store.writing() as session:
                service.star(session, camp, note, who, now=make.NOW)

        return give

    def taking(self, store: Store, camp: Conference, note: Note, who: Person) -> Callable[[], None]:
        def take() -> None:
            with store.writing() as session:
                service.unstar(session, camp, note, who, now=make.NOW)

        return take

    def test_twenty_people_at_once(self, store: Store, db: Session, camp: Conference, note: Note) -> None:
        crowd = [make.person(db, f"Crowd {number}") for number in range(20)]
        at_once([self.giving(store, camp, note, who) for who in crowd])
        assert counted(db, note) == (22, 22)

    def test_one_person_twenty_times_at_once(
        self, store: Store, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        at_once([self.giving(store, camp, note, people.cy)] * 20)
        assert counted(db, note) == (3, 3)

    def test_giving_and_taking_at_once(
        self, store: Store, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        give, take = self.giving(store, camp, note, people.cy), self.taking(store, camp, note, people.cy)
        at_once([give, take] * 10)
        counter, rows = counted(db, note)
        assert (counter, rows in (2, 3)) == (rows, True)


class TestWhatChangesMeanwhile:
    """Something is done to the note while the star waits for its turn: the star is given to the note as it is then."""

    def refused(
        self, store: Store, camp: Conference, note: Note, who: Person, meanwhile: Callable[[Session], Any]
    ) -> type[Refused] | None:
        said: list[type[Refused] | None] = []

        def give() -> None:
            try:
                with store.writing() as session:
                    service.star(session, camp, note, who, now=make.NOW)
                said.append(None)
            except Refused as refusal:
                said.append(type(refusal))

        starring = Thread(target=give)
        with store.writing() as session:
            meanwhile(session)
            session.flush()
            starring.start()
            time.sleep(0.05)  # it waits by now; should it come later, it finds the same
        starring.join()
        return said[0]

    def test_it_is_hidden(self, store: Store, db: Session, camp: Conference, note: Note, people: Cast) -> None:
        hide = update(Note).where(Note.id == note.id).values(hidden_at=make.NOW)
        assert self.refused(store, camp, note, people.cy, lambda session: session.execute(hide)) is NoteIsOff
        assert counted(db, note) == (2, 2)

    def test_it_is_merged(self, store: Store, db: Session, camp: Conference, note: Note, people: Cast) -> None:
        other = make.note(db, camp, people.bo, "Canoes")
        merge = update(Note).where(Note.id == note.id).values(merged_at=make.NOW, merged_into_id=other.id)
        assert self.refused(store, camp, note, people.cy, lambda session: session.execute(merge)) is NoteIsMerged
        assert counted(db, note) == (2, 2)

    def test_the_starrer_becomes_a_host(
        self, store: Store, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        def join(session: Session) -> None:
            session.execute(update(Note).where(Note.id == note.id).values(edited_at=make.NOW))
            session.add(CoHost(note_id=note.id, person_id=people.cy.id, joined_at=make.NOW))

        assert self.refused(store, camp, note, people.cy, join) is OwnNote
        assert counted(db, note) == (2, 2)

    def test_the_starrer_is_erased(self, store: Store, db: Session, camp: Conference, note: Note, people: Cast) -> None:
        def erase(session: Session) -> None:
            assert people_queries.hold_for_erasing(session, people.cy.id) is not None
            session.execute(update(Person).where(Person.id == people.cy.id).values(name="", erased_at=make.NOW))

        assert self.refused(store, camp, note, people.cy, erase) is StarrerIsGone
        assert counted(db, note) == (2, 2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 1)), max_size=12))
def test_any_sequence_leaves_what_was_wished_last(
    store: Store, db: Session, camp: Conference, people: Cast, steps: list[tuple[bool, int, int]]
) -> None:
    fans, notes = (
        [people.ada, people.cy, people.dee],
        [make.note(db, camp, people.bo, f"Note {place}") for place in (0, 1)],
    )
    expected: list[set[int]] = [set(), set()]
    for wished, fan, place in steps:
        with store.writing() as session:
            change = service.star if wished else service.unstar
            told = change(session, camp, notes[place], fans[fan], now=make.NOW)
        (expected[place].add if wished else expected[place].discard)(fans[fan].id)
        assert told == len(expected[place])
    assert [starrers(db, note) for note in notes] == expected
    assert [counted(db, note) for note in notes] == [(len(fans), len(fans)) for fans in expected]
    assert list(checks.stars_are_counted(db)) == []
