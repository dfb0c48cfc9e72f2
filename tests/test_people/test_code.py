"""The mailed code: once, for a quarter of an hour, for five guesses, in the browser that asked for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.mail.links import Links
from barcamp.people import codes, service
from barcamp.people.models import Device, Person
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.test_people import post
from tests.test_people.test_sign_in import fresh

KEY, LINKS, BO = "k" * 32, Links("http://127.0.0.1:8000"), "bo.finch@example.org"


def test_the_right_code_signs_in_and_starts_the_form_cookie_anew(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    before = client.get_cookie("barcamp_form")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    answer = client.submit("/sign-in/code", {"code": post.code(db, BO)}, headers={"User-Agent": agent})
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = client.get_cookie("barcamp_device")
    assert cookie is not None
    assert (len(cookie.value), cookie.http_only, cookie.same_site) == (43, True, "Lax")
    assert client.get_cookie("barcamp_form") != before
    [device] = db.scalars(select(Device)).all()
    assert (device.person_id, device.label) == (people.bo.id, "Firefox · Linux")
    assert cookie.value.encode() != device.token_hash


def test_a_code_may_be_typed_with_spaces_dashes_and_other_digits(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    code = post.code(db, BO)
    wide = code[:3].translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert client.submit("/sign-in/code", {"code": f" {wide} - {code[3:]} "}).status_code == 303


def test_what_cannot_be_a_code_is_no_guess(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    for typed in ("", "12345", "1234567", "abcdef", "\x00", "١٢٣٤٥٦", "1" * 10_000, "12345²"):
        assert client.submit("/sign-in/code", {"code": typed}).status_code == 422
    assert client.submit("/sign-in/code", {"code": post.code(db, BO)}).status_code == 303


def test_after_five_wrong_guesses_the_right_code_is_worth_nothing(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    right = post.code(db, BO)
    for left in (4, 3, 2, 1, 0):
        answer = client.submit("/sign-in/code", {"code": post.other_than(right)})
        assert (answer.status_code, "please ask for a new one" in answer.text.lower()) == (422, left == 0)
    assert client.submit("/sign-in/code", {"code": right}).status_code == 422
    assert db.scalars(select(func.count(Device.id))).one() == 0
    client.submit("/sign-in", {"email": BO})
    assert client.submit("/sign-in/code", {"code": post.code(db, BO)}).status_code == 303


def test_the_fifth_guess_may_be_right(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    right = post.code(db, BO)
    for _ in range(4):
        client.submit("/sign-in/code", {"code": post.other_than(right)})
    assert client.submit("/sign-in/code", {"code": right}).status_code == 303


def test_a_code_is_used_once(client: Client, app: Flask, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    kept, code = client.get_cookie("barcamp_form"), post.code(db, BO)
    assert kept is not None
    assert client.submit("/sign-in/code", {"code": code}).status_code == 303
    other = fresh(app)
    other.set_cookie("barcamp_form", kept.value)  # as it was before
    assert other.submit("/sign-in/code", {"code": code}).status_code == 422
    assert db.scalars(select(func.count(Device.id))).one() == 1


def test_a_code_is_for_the_browser_that_asked(client: Client, app: Flask, db: Session, people: Cast) -> None:
    other = fresh(app)
    client.submit("/sign-in", {"email": BO})
    mine = post.code(db, BO)
    other.submit("/sign-in", {"email": BO})
    theirs = post.code(db, BO)
    if mine != theirs:
        assert other.submit("/sign-in/code", {"code": mine}).status_code == 422
        assert client.submit("/sign-in/code", {"code": theirs}).status_code == 422
    assert client.submit("/sign-in/code", {"code": mine}).status_code == 303
    assert other.submit("/sign-in/code", {"code": theirs}).status_code == 303


def test_who_asks_for_letters_in_my_name_keeps_me_from_nothing(
    client: Client, app: Flask, db: Session, people: Cast
) -> None:
    """My code goes on working, and where no more letters are sent, the newest one's link works until they are again."""
    with time_machine.travel(make.NOW, tick=False) as clock:
        client.submit("/sign-in", {"email": BO})
        mine, rat = post.code(db, BO), fresh(app)
        for _ in range(4):
            clock.shift(60)
            assert rat.submit("/sign-in", {"email": BO}).status_code == 303
            assert rat.submit("/sign-in/code", {"code": post.other_than(post.code(db, BO))}).status_code == 422
        assert client.submit("/sign-in/code", {"code": mine}).status_code == 303
        phone = fresh(app)
        for passed in (10, 30, 15):  # until the first of the five is an hour old
            assert phone.submit("/sign-in", {"email": BO}).status_code == 429
            assert phone.get(post.link(db, BO)).status_code == 200
            clock.shift(timedelta(minutes=passed))
        assert phone.post(post.link(db, BO)).status_code == 303
        clock.shift(timedelta(minutes=2))
        assert fresh(app).submit("/sign-in", {"email": BO}).status_code == 303


def test_letters_without_a_link_leave_those_with_one(client: Client, app: Flask, db: Session, people: Cast) -> None:
    rat = fresh(app).be(people.cy)
    for _ in range(5):
        assert rat.submit("/account/email", {"email": BO}).status_code == 303
    assert rat.submit("/account/email", {"email": BO}).status_code == 429
    assert client.submit("/sign-in", {"email": BO}).status_code == 303


def test_after_twenty_wrong_codes_in_a_day_only_links_work(
    client: Client, app: Flask, db: Session, people: Cast
) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        for _letter in range(4):
            rat = fresh(app)
            rat.submit("/sign-in", {"email": BO})
            for _guess in range(5):
                assert rat.submit("/sign-in/code", {"code": post.other_than(post.code(db, BO))}).status_code == 422
        client.submit("/sign-in", {"email": BO})
        answer = client.submit("/sign-in/code", {"code": post.code(db, BO)})
        assert (answer.status_code, "open the link in the letter instead" in answer.text) == (422, True)
        assert client.submit(post.link(db, BO)).status_code == 303
        clock.shift(timedelta(days=1))
        client.be(None)
        client.submit("/sign-in", {"email": BO})
        assert client.submit("/sign-in/code", {"code": post.code(db, BO)}).status_code == 303


def test_the_second_half_of_a_double_click_goes_on(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    kept, code = client.get_cookie("barcamp_form"), post.code(db, BO)
    assert kept is not None
    client.submit("/sign-in/code", {"code": code})
    client.set_cookie("barcamp_form", kept.value)  # as it was when both were sent
    assert client.submit("/sign-in/code", {"code": code}).location == "/"
    assert client.get("/account").status_code == 200


def test_a_code_lives_fifteen_minutes(client: Client, db: Session, people: Cast) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        client.submit("/sign-in", {"email": BO})
        code = post.code(db, BO)
        clock.shift(timedelta(minutes=15))
        assert client.submit("/sign-in/code", {"code": code}).status_code == 422
        clock.shift(timedelta(seconds=-1))
        assert client.submit("/sign-in/code", {"code": code}).status_code == 303


def test_a_new_code_replaces_the_older_code_and_link(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    old_code, old_link = post.code(db, BO), post.link(db, BO)
    client.submit("/sign-in", {"email": BO})
    if old_code != post.code(db, BO):
        assert client.submit("/sign-in/code", {"code": old_code}).status_code == 422
    assert client.get(old_link).status_code == 410
    assert client.submit("/sign-in/code", {"code": post.code(db, BO)}).status_code == 303


def test_a_code_of_one_address_is_nothing_for_another(client: Client, app: Flask, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    other = fresh(app)
    other.submit("/sign-in", {"email": "ada.oak@example.org"})
    mine, theirs = post.code(db, BO), post.code(db, "ada.oak@example.org")
    if mine != theirs:
        assert other.submit("/sign-in/code", {"code": mine}).status_code == 422


def test_two_browsers_that_prove_the_same_new_address_at_once_make_one_person(store: Store, db: Session) -> None:
    with store.writing() as writing:
        tokens = [codes.make_link(writing, "new.elm@example.org", name=f"Elm {n}", now=make.NOW) for n in range(6)]

    def enter(token: str) -> int:
        with store.writing() as writing:
            person = service.person_of(writing, codes.use_link(writing, token, now=make.NOW), now=make.NOW)
            assert person is not None
            service.sign_in(writing, person, label="", now=make.NOW)
            return person.id

    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(enter, tokens))
    [person] = db.scalars(select(Person)).all()
    assert ids == {person.id}
    assert db.scalars(select(func.count(Device.id))).one() == 6


def test_guesses_at_once_are_all_counted_and_one_right_one_gets_in(store: Store, db: Session, people: Cast) -> None:
    with store.writing() as writing:
        asked = codes.ask(writing, BO, key=KEY, links=LINKS, now=make.NOW).id
    right = post.code(db, BO)

    def guess(code: str) -> bool:
        with store.writing() as writing:
            return codes.guess(writing, asked, BO, code, key=KEY, now=make.NOW).code is not None

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guess, [right] * 8)).count(True) == 1

    with store.writing() as writing:
        asked = codes.ask(writing, BO, key=KEY, links=LINKS, now=make.NOW).id
    right = post.code(db, BO)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guess, [post.other_than(right)] * 8)) == [False] * 8
    db.expire_all()
    assert not guess(right)


def test_the_code_is_kept_under_the_secret_key(store: Store, db: Session, people: Cast) -> None:
    with store.writing() as writing:
        row = codes.ask(writing, BO, key=KEY, links=LINKS, now=make.NOW)
    with store.writing() as writing:
        assert codes.guess(writing, row.id, BO, post.code(db, BO), key="z" * 32, now=make.NOW).code is None
        assert codes.guess(writing, row.id, BO, post.code(db, BO), key=KEY, now=make.NOW).code is not None
    assert row.code_hash is not None
    assert len(row.code_hash) == 32
