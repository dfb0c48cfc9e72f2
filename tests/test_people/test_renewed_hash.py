"""A password whose hash was made cheaper than today's gets a new one when its owner signs in."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.errors import Busy
from barcamp.people import passwords, service
from tests.conftest import Client
from tests.people import Cast
from tests.test_people.test_password import BO, PASSWORD, attempt, kept_hash

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def old_hash(db: Session, people: Cast) -> str:
    """Bo's password as a site of years ago kept it."""
    made = CHEAP.hash(PASSWORD)
    people.bo.password_hash = made
    db.flush()
    return made


def test_a_hash_of_old_costs_is_made_anew_at_sign_in_and_then_left(
    client: Client, db: Session, people: Cast, old_hash: str
) -> None:
    assert attempt(client, PASSWORD) == 303
    renewed = str(kept_hash(db, people.bo))
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,")
    client.be(None)
    assert attempt(client, PASSWORD) == 303
    assert kept_hash(db, people.bo) == renewed


def test_a_wrong_password_renews_nothing(client: Client, db: Session, people: Cast, old_hash: str) -> None:
    assert attempt(client, "not this one") == 422
    assert kept_hash(db, people.bo) == old_hash


def test_where_too_many_hashes_wait_the_old_one_stays_and_lets_in(
    client: Client, db: Session, people: Cast, old_hash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_password: str) -> str:
        raise Busy

    monkeypatch.setattr(passwords, "make_hash", busy)
    assert attempt(client, PASSWORD) == 303
    assert kept_hash(db, people.bo) == old_hash
    assert client.get("/account").status_code == 200


def test_a_password_that_was_changed_or_removed_meanwhile_stays_so(
    store: Store, db: Session, people: Cast, old_hash: str
) -> None:
    for meanwhile in ("$argon2id$another", None):
        with store.writing() as writing:
            service.set_password(writing, people.bo.id, meanwhile)
        with store.writing() as writing:
            service.renew_hash(writing, people.bo.id, old=old_hash, new="$argon2id$renewed")
        assert kept_hash(db, people.bo) == meanwhile


def test_what_is_older() -> None:
    assert passwords.renewed(PASSWORD, passwords.make_hash(PASSWORD)) is None
    made = passwords.renewed(PASSWORD, CHEAP.hash(PASSWORD))
    assert made is not None
    assert passwords.is_right(PASSWORD, made)
    assert BO not in made
