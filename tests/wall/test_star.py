"""PUT and DELETE /<slug>/notes/<id>/star, and the two forms: idempotent, private, never one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.wall.models import Note, Star
from barcamp.wall.routes import stars
from barcamp.web.limits import Allowance
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
    assert ask(client, "PUT", note) == (409, {"error": "Stars open 11:00 (America/Los Angeles)."})
    camp.stars_open_at, camp.stars_close_at = None, make.NOW
    db.flush()
    closed = {"error": "Stars closed 10:00 (America/Los Angeles), so they stay as they are."}
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


def test_a_wish_is_starred_by_whoever_asked_for_it(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    wish = make.note(db, camp, None, "Glass blowing", seeks_host=True, asked_by_id=people.cy.id)
    assert ask(client.be(people.cy), "PUT", wish) == (200, {"starred": True, "stars": 1})


def test_a_cohost_presents_it_too(client: Client, db: Session, note: Note, people: Cast) -> None:
    make.cohost(db, note, people.cy)
    assert ask(client.be(people.cy), "PUT", note)[0] == 409
    assert counted(db, note) == (2, 2)


def test_a_held_note_is_not_there_yet(client: Client, db: Session, note: Note, people: Cast) -> None:
    note.held_at = make.NOW
    db.flush()
    asked = [ask(client.be(who), "PUT", note)[0] for who in (people.cy, people.bo, people.ada)]
    assert (asked, counted(db, note)) == ([404, 409, 409], (2, 2))


def test_a_walk_in_stars_where_a_name_is_enough(client: Client, db: Session, camp: Conference, note: Note) -> None:
    client.be(make.walk_in(db, "Wim"))
    assert ask(client, "PUT", note) == (200, {"starred": True, "stars": 3})
    camp.walk_ins = False
    db.flush()
    assert ask(client, "DELETE", note)[0] == 403
    assert client.submit(f"/camp/notes/{note.id}/unstar").location.startswith("/account/claim")
    assert counted(db, note) == (3, 3)


class TestMerged:
    """A card that is still on somebody's phone although its note is part of another one now."""

    def merge(self, db: Session, note: Note, into: Note) -> None:
        note.merged_into_id, note.merged_at = into.id, make.NOW
        db.flush()

    def test_the_star_goes_where_the_note_lives_on(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        second, last = make.note(db, camp, people.bo, "Canoes"), make.note(db, camp, people.bo, "Boats", stars=5)
        self.merge(db, note, second)
        self.merge(db, second, last)
        client.be(people.cy)
        assert [ask(client, "PUT", note) for _ in range(2)] == [(200, {"starred": True, "stars": 6})] * 2
        assert [counted(db, one) for one in (note, second, last)] == [(2, 2), (0, 0), (6, 6)]
        assert ask(client, "DELETE", second) == (200, {"starred": False, "stars": 5})
        assert [counted(db, one) for one in (note, second, last)] == [(2, 2), (0, 0), (5, 5)]

    def test_it_may_be_ones_own_there(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        self.merge(db, note, make.note(db, camp, people.cy, "Canoes"))
        assert ask(client.be(people.cy), "PUT", note)[0] == 409

    def test_what_goes_round_in_a_circle_ends(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        other = make.note(db, camp, people.bo, "Canoes")
        self.merge(db, note, other)
        self.merge(db, other, note)
        assert ask(client.be(people.cy), "PUT", note) == (409, {"error": "This note is no longer on the wall."})


def test_no_hand_is_that_fast(
    client: Client, db: Session, note: Note, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stars, "STARS", Allowance("stars", 2, seconds=10, clock=lambda: 0.0))
    client.be(people.cy)
    assert [ask(client, method, note)[0] for method in ("PUT", "DELETE", "PUT")] == [200, 200, 429]
    page = client.submit(f"/camp/notes/{note.id}/star")
    assert (page.status_code, page.headers["Retry-After"], "Otter" in page.text) == (429, "5", True)
    assert ask(client.be(people.dee), "PUT", note)[0] == 200


def test_a_star_is_two_short_statements_behind_the_gate(client: Client, store: Store, note: Note, people: Cast) -> None:
    """And one look before it. PostgreSQL needs two locks besides, SQLite a savepoint (web/together.py)."""
    sent: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    for engine in (store.writer, store.reader) if store.on_sqlite else (store.writer,):
        event.listen(engine, "before_cursor_execute", hear)
    for method in ("PUT", "DELETE"):
        ask(client.be(people.cy), method, note)
    first, last = (["SAVEPOINT"], ["RELEASE"]) if store.on_sqlite else (["SELECT", "SELECT"], [])
    about_stars = [statement for statement in sent if not statement.startswith(("BEGIN", "SELECT pg_notify"))]
    words = [statement.split(maxsplit=1)[0] for statement in about_stars]
    assert words == ["SELECT", *first, "INSERT", "UPDATE", *last, "SELECT", *first, "DELETE", "UPDATE", *last]


def test_a_refusal_does_not_wait_at_the_gate(client: Client, store: Store, note: Note, people: Cast) -> None:
    client.be(people.bo)
    with store.writing():
        assert ask(client, "PUT", note)[0] == 409


def test_open_walls_hear_of_stars_that_were_given(
    client: Client, store: Store, note: Note, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setitem(store.wakers, "live", lambda: woken.append("live"))
    client.be(people.cy)
    for method, heard in (("PUT", 1), ("PUT", 1), ("DELETE", 2), ("DELETE", 2)):
        ask(client, method, note)
        assert len(woken) == heard
