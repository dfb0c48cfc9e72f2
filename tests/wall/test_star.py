"""PUT and DELETE /<slug>/notes/<id>/star, and the two forms: idempotent, private, never one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.wall import service
from barcamp.wall.models import Note, Star
from tests import make
from tests.conftest import Client
from tests.people import Cast


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "Kayaks", stars=2)


def starrers(db: Session, note: Note) -> set[int]:
    return set(db.scalars(select(Star.person_id).where(Star.note_id == note.id)))


def counted(db: Session, note: Note) -> tuple[int, int]:
    """The counter and the rows; they must agree."""
    rows = db.scalar(select(func.count()).select_from(Star).where(Star.note_id == note.id)) or 0
    return db.execute(select(Note.star_count).where(Note.id == note.id)).scalar_one(), rows


def ask(client: Client, method: str, note: Note, slug: str = "camp") -> tuple[int, object]:
    answer = client.open(
        f"/{slug}/notes/{note.id}/star",
        method=method,
        headers={"X-CSRF-Token": client.token(), "Accept": "application/json"},
    )
    return answer.status_code, answer.json


def test_put_and_delete_are_idempotent(client: Client, db: Session, note: Note, people: Cast) -> None:
    client.be(people.cy)
    assert [ask(client, "PUT", note) for _ in range(2)] == [(200, {"starred": True, "stars": 3})] * 2
    assert counted(db, note) == (3, 3)
    assert [ask(client, "DELETE", note) for _ in range(2)] == [(200, {"starred": False, "stars": 2})] * 2
    assert counted(db, note) == (2, 2)
    assert db.scalar(select(func.count(Change.revision))) == 0


def test_counts_that_are_hidden_are_not_told(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    camp.stars_shown = "after_wall"
    db.flush()
    assert ask(client.be(people.cy), "PUT", note) == (200, {"starred": True, "stars": None})
    assert ask(client.be(people.ada), "PUT", note) == (200, {"starred": True, "stars": 4})


def test_the_forms_go_back_to_the_note_on_the_page_they_came_from(
    client: Client, db: Session, note: Note, people: Cast
) -> None:
    client.be(people.cy)
    path, here = f"/camp/notes/{note.id}", f"#note-{note.id}"
    came_from = {"Referer": "http://localhost/camp/wall?sort=stars&tag=food"}
    assert client.submit(f"{path}/star", headers=came_from).location == f"/camp/wall?sort=stars&tag=food{here}"
    assert counted(db, note) == (3, 3)
    assert (
        client.submit(f"{path}/unstar", {"next": "/camp/schedule"}, headers=came_from).location
        == f"/camp/schedule{here}"
    )
    assert counted(db, note) == (2, 2)


def test_the_way_back_never_leaves_the_site(client: Client, note: Note, people: Cast) -> None:
    tried = [
        ("", ""),
        ("https://evil.example/", ""),
        ("//evil.example", ""),
        ("/\\evil.example", ""),
        ("", "https://evil.example/camp/wall"),
        ("", "http://[broken"),
        ("", "http://localhost//evil.example"),
    ]
    client.be(people.cy)
    path = f"/camp/notes/{note.id}"
    locations = [client.submit(f"{path}/star", {"next": sent}, headers={"Referer": by}).location for sent, by in tried]
    assert locations == [f"{path}#note-{note.id}"] * len(tried)


def test_nobody_stars_their_own(client: Client, db: Session, note: Note, people: Cast) -> None:
    words = "This note is yours: stars are for the notes of others."
    assert ask(client.be(people.bo), "PUT", note) == (409, {"error": words})
    page = client.submit(f"/camp/notes/{note.id}/star")
    assert (page.status_code, words in page.text, counted(db, note)) == (409, True, (2, 2))


def test_guests_are_told_to_sign_in(client: Client, db: Session, note: Note) -> None:
    assert ask(client, "PUT", note) == (401, {"error": "Please sign in first."})
    assert client.submit(f"/camp/notes/{note.id}/star").status_code == 303
    assert counted(db, note) == (2, 2)


def test_a_missing_token_is_refused(client: Client, db: Session, note: Note, people: Cast) -> None:
    client.be(people.cy)
    assert client.put(f"/camp/notes/{note.id}/star").status_code == 400
    assert client.post(f"/camp/notes/{note.id}/star").status_code == 400
    assert counted(db, note) == (2, 2)


def test_only_while_stars_are_open(client: Client, db: Session, camp: Conference, note: Note, people: Cast) -> None:
    client.be(people.cy)
    camp.stars_open_at = make.NOW + timedelta(hours=1)
    db.flush()
    assert ask(client, "PUT", note) == (409, {"error": "Stars open 11:00 (America/Los_Angeles)."})
    camp.stars_open_at, camp.stars_close_at = None, make.NOW
    db.flush()
    closed = {"error": "Stars closed 10:00 (America/Los_Angeles), so they stay as they are."}
    assert [ask(client, method, note) for method in ("PUT", "DELETE")] == [(409, closed)] * 2
    assert counted(db, note) == (2, 2)


def test_a_note_that_is_off_gets_no_stars(client: Client, db: Session, note: Note, people: Cast) -> None:
    note.withdrawn_at = make.NOW
    db.flush()
    assert ask(client.be(people.cy), "PUT", note) == (409, {"error": "This note is no longer on the wall."})
    note.withdrawn_at, note.hidden_at = None, make.NOW
    db.flush()
    assert ask(client, "PUT", note)[0] == 404
    assert ask(client.be(people.ada), "PUT", note)[0] == 409
    assert counted(db, note) == (2, 2)


def test_a_note_of_another_conference_is_not_there(client: Client, db: Session, note: Note, people: Cast) -> None:
    make.conference(db, people.dee, "other")
    client.be(people.cy)
    assert [ask(client, method, note, "other")[0] for method in ("PUT", "DELETE")] == [404, 404]
    assert client.submit(f"/other/notes/{note.id}/star").status_code == 404
    assert client.submit("/camp/notes/999999999999999999/star").status_code == 404
    assert counted(db, note) == (2, 2)


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
