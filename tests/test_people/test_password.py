"""The optional password: argon2id, the same answer for everybody, and nobody waits for a hash."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.errors import Busy, TooMany
from barcamp.people import passwords
from barcamp.people.models import Person
from barcamp.people.routes import tries
from tests.conftest import Client
from tests.people import Cast
from tests.test_people.test_sign_in import fresh

PASSWORD = "correct horse 42 ä"
BO = "bo.finch@example.org"


def kept_hash(db: Session, person: Person) -> str | None:
    db.expire_all()
    return db.scalars(select(Person.password_hash).where(Person.id == person.id)).one()


def test_a_password_is_set_used_and_removed(client: Client, db: Session, people: Cast) -> None:
    client.be(people.bo)
    assert client.submit("/account/password", {"password": PASSWORD}).location == "/account"
    assert str(kept_hash(db, people.bo)).startswith("$argon2id$v=19$m=65536,")

    client.be(None)
    answer = client.submit("/sign-in/password", {"email": BO.upper(), "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Bo Finch" in client.get("/account").text

    client.submit("/account/password/remove")
    assert kept_hash(db, people.bo) is None
    client.be(None)
    assert client.submit("/sign-in/password", {"email": BO, "password": PASSWORD}).status_code == 422


def test_the_answer_does_not_tell_who_has_an_account_or_a_password(client: Client, db: Session, people: Cast) -> None:
    people.bo.password_hash = passwords.make_hash(PASSWORD)
    db.flush()
    pages = set()
    for email in (BO, "ada.oak@example.org", "nobody@example.org"):
        answer = client.submit("/sign-in/password", {"email": email, "password": "not this one"})
        assert answer.status_code == 422
        assert "not this one" not in answer.text
        pages.add(answer.text.replace(email, "…").replace(client.token(), "…").split("<main")[1].split("csrf_token")[0])
    assert len(pages) == 1


def test_a_new_password_has_ten_to_128_characters(client: Client, db: Session, people: Cast) -> None:
    client.be(people.bo)
    for typed in ("", "short", "x" * 9, "x" * 129, "x" * 10_000):
        answer = client.submit("/account/password", {"password": typed})
        assert (answer.status_code, "10 to 128 characters" in answer.text) == (422, True)
        assert kept_hash(db, people.bo) is None
    for typed in ("7f3a9c2e51", "é夏7-x" * 25 + "xyz"):
        assert client.submit("/account/password", {"password": typed}).status_code == 303
        assert passwords.is_right(typed, kept_hash(db, people.bo))


def test_what_others_would_try_first_is_no_new_password(client: Client, db: Session, people: Cast) -> None:
    client.be(people.bo)
    for typed in ("Password123!", "bofinch2026", "1234567890"):
        answer = client.submit("/account/password", {"password": typed})
        assert (answer.status_code, "Others would try this one early" in answer.text) == (422, True)
    assert kept_hash(db, people.bo) is None


def test_a_new_password_signs_other_browsers_out(
    client: Client, app: Flask, db: Session, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "make_hash", lambda password: password)
    other, stranger = fresh(app).be(people.bo), fresh(app).be(people.cy)
    client.be(people.bo).submit("/account/password", {"password": PASSWORD})
    assert [one.get("/account").status_code for one in (client, other, stranger)] == [200, 303, 200]


def attempt(client: Client, password: str, email: str = BO) -> int:
    return client.submit("/sign-in/password", {"email": email, "password": password}).status_code


@pytest.fixture
def no_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash takes a tenth of a second; here the password is its own."""
    monkeypatch.setattr(passwords, "is_right", lambda password, kept: password == kept)
    monkeypatch.setattr(passwords, "renewed", lambda _password, _kept: None)


def test_five_passwords_at_once_and_a_mailed_code_stays_open(
    client: Client, app: Flask, db: Session, people: Cast, no_hashing: None
) -> None:
    people.bo.password_hash = PASSWORD
    db.flush()
    assert [attempt(client, "wrong", BO.upper()) for _ in range(5)] == [422] * 5
    refused = client.submit("/sign-in/password", {"email": BO, "password": PASSWORD})
    assert (refused.status_code, 0 < int(refused.headers["Retry-After"]) <= 60) == (429, True)
    assert "sign in with a mailed code" in refused.text
    assert attempt(fresh(app), PASSWORD) == 429
    assert attempt(client, "wrong", "cy.reed@example.org") == 422
    assert client.submit("/sign-in", {"email": BO}).status_code == 303


def test_a_browser_that_has_been_here_does_not_wait_for_strangers(
    client: Client, app: Flask, db: Session, people: Cast, no_hashing: None
) -> None:
    people.bo.password_hash = people.cy.password_hash = PASSWORD
    db.flush()
    assert attempt(client, PASSWORD) == 303
    client.submit("/sign-out")
    rat = fresh(app)
    assert attempt(rat, PASSWORD, "cy.reed@example.org") == 303  # a mark of another address is none of this one
    assert [attempt(rat, "wrong") for _ in range(6)] == [422] * 4 + [429] * 2  # one of the five was the owner's
    assert [attempt(client, "wrong") for _ in range(3)] == [422] * 3
    assert attempt(client, PASSWORD) == 303


def test_a_forged_mark_is_none(client: Client, app: Flask, db: Session, people: Cast, no_hashing: None) -> None:
    people.bo.password_hash = PASSWORD
    db.flush()
    other = fresh(app)
    assert attempt(other, PASSWORD) == 303
    mark = other.get_cookie("barcamp_known")
    assert mark is not None and BO not in mark.value
    client.set_cookie("barcamp_known", mark.value[:-3] + "AAA")
    assert [attempt(client, "wrong") for _ in range(5)] == [422] * 4 + [429]
    client.set_cookie("barcamp_known", mark.value)
    assert [attempt(client, "wrong") for _ in range(6)] == [422] * 5 + [429]  # as often as any, and no more


def test_the_waits_grow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """However patient: a hundred in the first day, fifty in each that follows."""
    seconds = [1_000_000.0]
    monkeypatch.setattr(tries, "WAITS", tuple(replace(wait, clock=lambda: seconds[0]) for wait in tries.WAITS))
    at: list[float] = []
    while seconds[0] < 1_000_000 + 2 * 86_400:
        app.extensions = {name: kept for name, kept in app.extensions.items() if not name.startswith("allowance")}
        with app.test_request_context():
            try:
                tries.count("bo")
                at.append(seconds[0] - 1_000_000)
            except TooMany as refusal:
                seconds[0] += refusal.retry_after
    assert [sum(moment < end for moment in at) for end in (1, 3600, 86_400, 2 * 86_400)] == [5, 39, 99, 149]


def test_a_flood_of_passwords_does_not_wait_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_waiting", [None] * passwords.MOST_WAITING)
    with pytest.raises(Busy):
        passwords.make_hash(PASSWORD)
    monkeypatch.setattr(passwords, "_waiting", [None] * (passwords.MOST_WAITING - 1))
    assert passwords.make_hash(PASSWORD).startswith("$argon2id$")


def test_spellings_of_one_password_are_one() -> None:
    assert passwords.is_right("cafe\u0301 ten chars", passwords.make_hash("caf\u00e9 ten chars"))
    assert not passwords.is_right("", None)
    assert not passwords.is_right("nobody has this password", None)
    assert not passwords.is_right(PASSWORD, "not a hash")


def test_hashing_holds_no_gate(client: Client, store: Store, people: Cast) -> None:
    """While hashes are made, a writing session can be had at once."""
    client.be(people.bo)
    token = client.token()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.post, "/account/password", data={"password": PASSWORD, "csrf_token": token})
        writes = 0
        while not waiting.done():
            with store.writing():
                writes += 1
        assert waiting.result().status_code == 303
    assert writes > 0


def test_under_gevent_others_go_on_while_a_hash_is_made() -> None:
    script = """
from gevent import monkey; monkey.patch_all()
import gevent, time
from barcamp.people import passwords
gaps, last, stop = [], time.monotonic(), False
def tick():
    global last
    while not stop:
        gevent.sleep(0.002)
        now = time.monotonic(); gaps.append(now - last); last = now
ticking = gevent.spawn(tick)
started = time.monotonic()
hashes = [gevent.spawn(passwords.make_hash, "0123456789") for _ in range(4)]
gevent.joinall(hashes)
took = time.monotonic() - started
stop = True; ticking.join()
assert all(one.value.startswith("$argon2id$") for one in hashes)
print(len(gaps) > 5 and max(gaps) < took / 2)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("True\n", "")
