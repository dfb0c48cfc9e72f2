"""What letters say, and that they are rows of the transaction that caused them."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.mail import letters
from barcamp.mail.links import Links
from barcamp.mail.models import Letter
from tests import make
from tests.people import Cast

LINKS = Links("https://camp.example")


def test_links_are_the_addresses_of_the_pages(app: Flask) -> None:
    with app.test_request_context(base_url="https://camp.example"):
        pages = {
            LINKS.home(): url_for("home.index", _external=True),
            LINKS.sign_in(): url_for("people.sign_in", _external=True),
            LINKS.sign_in_link("abc"): url_for("people.link", token="abc", _external=True),
            LINKS.account(): url_for("people.account", _external=True),
            LINKS.conference("camp"): url_for("conferences.show", slug="camp", _external=True),
            LINKS.registration("camp"): url_for("registration.show", slug="camp", _external=True),
            LINKS.wall("camp"): url_for("wall.show", slug="camp", _external=True),
            LINKS.schedule("camp"): url_for("schedule.show", slug="camp", _external=True),
            LINKS.agenda("camp"): url_for("agenda.show", slug="camp", _external=True),
            LINKS.subscribe("camp"): url_for("feeds.subscribe", slug="camp", _external=True),
            LINKS.news_choices(): url_for("news.choices", _external=True),
            LINKS.unsubscribe("17-abc"): url_for("news.unsubscribe", token="17-abc", _external=True),
        }
    assert list(pages) == list(pages.values())


def test_the_sign_in_letter(store: Store, db: Session) -> None:
    with store.writing() as writing:
        letters.sign_in_code(writing, "ada@example.org", "Ada", "042137", "t0k", links=LINKS, now=make.NOW)
    [letter] = db.scalars(select(Letter)).all()
    assert letter.text == (
        "Hello Ada,\n\n"
        "your code to sign in at BarCamp is\n\n"
        "    042137\n\n"
        "Type it where you asked for it, within 15 minutes. Or open this link and press the button:\n"
        "https://camp.example/sign-in/link/t0k\n\n"
        "It works once, for an hour. Nobody asked for this? Then you can throw this letter away.\n"
    )
    assert (letter.kind, letter.to_address, letter.subject, letter.attempts, letter.due_at) == (
        "sign-in-code", "ada@example.org", "Your code for BarCamp", 0, make.NOW,
    )  # fmt: skip


def test_the_welcome_has_the_persons_links(store: Store, db: Session, people: Cast, camp: Conference) -> None:
    with store.writing() as writing:
        letters.welcome(writing, people.bo, camp, links=LINKS, now=make.NOW)
        letters.welcome(writing, people.cy, camp, links=LINKS, waiting=True, now=make.NOW)
    welcome, waiting = db.scalars(select(Letter).order_by(Letter.id)).all()
    assert (welcome.subject, welcome.to_address, welcome.person_id) == (
        "Welcome to Otter BarCamp", "bo.finch@example.org", people.bo.id,
    )  # fmt: skip
    for address in ("/camp/wall", "/camp/me", "/camp/register"):
        assert f"https://camp.example{address}" in welcome.text
    assert waiting.subject == "You are on the waiting list of Otter BarCamp"


def test_nobody_writes_to_the_erased(store: Store, db: Session, people: Cast, camp: Conference) -> None:
    people.bo.email = None
    with store.writing() as writing:
        assert letters.promoted(writing, people.bo, camp, links=LINKS, now=make.NOW) is None
        assert letters.welcome(writing, people.bo, camp, links=LINKS, now=make.NOW) is None
        assert letters.promoted(writing, people.cy, camp, links=LINKS, now=make.NOW) is not None
    assert [letter.subject for letter in db.scalars(select(Letter))] == ["You have a place at Otter BarCamp"]


def test_a_letter_goes_with_its_cause_or_not_at_all(store: Store, db: Session) -> None:
    nudges: list[str] = []
    store.wakers["letters"] = lambda: nudges.append("now")

    def write_and_fail() -> None:
        with store.writing() as writing:
            letters.write(writing, "test", "ada@example.org", "Hi", "Hi", now=make.NOW)
            writing.flush()
            raise RuntimeError("the cause did not happen")

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert (db.scalars(select(Letter)).all(), nudges) == ([], [])
    with store.writing() as writing:
        letters.write(writing, "test", "ada@example.org", "Hi\r\nBcc: x@y.z", "a\r\n\x00b", now=make.NOW)
        assert nudges == []
    assert nudges == ["now"]
    assert [(one.subject, one.text) for one in db.scalars(select(Letter))] == [("Hi Bcc: x@y.z", "a\nb\n")]
