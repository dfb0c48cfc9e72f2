"""The optional password: argon2id, the same answer for everybody, and nobody waits for a hash."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.errors import TooMany
from barcamp.people import passwords
from barcamp.people.models import Person
from tests import make
from tests.conftest import Client
from tests.people import Cast

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
    for typed in ("x" * 10, "é" * 128):
        assert client.submit("/account/password", {"password": typed}).status_code == 303
        assert passwords.is_right(typed, kept_hash(db, people.bo))


def test_ten_wrong_passwords_make_the_address_wait_and_the_code_stays_open(
    client: Client, app: Flask, db: Session, people: Cast
) -> None:
    people.bo.password_hash = passwords.make_hash(PASSWORD)
    db.flush()
    tries = app.extensions["password_tries"] = passwords.Tries()
    with time_machine.travel(make.NOW, tick=False) as clock:
        for _ in range(9):
            tries.wrong(BO, make.NOW)
        assert client.submit("/sign-in/password", {"email": BO, "password": "the tenth"}).status_code == 422
        answer = client.submit("/sign-in/password", {"email": BO.upper(), "password": PASSWORD})
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "901")
        assert client.submit("/sign-in", {"email": BO}).status_code == 303
        clock.shift(timedelta(minutes=15, seconds=1))
        assert client.submit("/sign-in/password", {"email": BO, "password": PASSWORD}).status_code == 303


def test_tries_are_forgotten_by_a_right_one_by_time_and_by_number() -> None:
    tries = passwords.Tries()
    for minute in range(20):
        tries.wrong("a", make.NOW + timedelta(minutes=minute))
    with pytest.raises(TooMany) as refusal:
        tries.check("a", make.NOW + timedelta(minutes=20))
    assert refusal.value.retry_after == 5 * 60 + 1
    tries.check("b", make.NOW)
    tries.check("a", make.NOW + timedelta(minutes=25, seconds=1))
    tries.right("a")
    tries.check("a", make.NOW + timedelta(minutes=20))
    for number in range(passwords.Tries.ADDRESSES + 10):
        tries.wrong(str(number), make.NOW)
    assert len(tries._wrong) == passwords.Tries.ADDRESSES


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
