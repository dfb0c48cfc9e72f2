"""/<slug>/people: who comes, as far as they say so; and nothing of it anywhere else."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.registration import desk

PAGE = "/camp/people"


def test_only_who_wants_it_known_and_comes(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.registration(db, camp, people.bo, visible=True)
    make.registration(db, camp, people.ada, visible=True)
    make.registration(db, camp, people.cy, visible=False)
    make.registration(db, camp, people.dee, visible=True, state="waiting")
    make.registration(db, camp, make.person(db, "Gone Away"), visible=True, state="cancelled")
    make.registration(db, make.conference(db, slug="other"), make.person(db, "Else Where"), visible=True)
    for who in (None, people.cy, people.ada):
        answer = client.be(who).get(PAGE)
        assert answer.status_code == 200
        assert desk.words(answer, "ul[role=list] li") == ["Ada Oak", "Bo Finch"]
        assert "@example.org" not in answer.text
        assert '<meta name="robots" content="noindex">' in answer.text


def test_nobody_yet(client: Client, camp: Conference) -> None:
    assert desk.words(client.get(PAGE), ".empty-title") == ["No names here yet"]


def test_no_page_tells_others_who_comes(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    """Cy comes and has not said that it may be known."""
    make.registration(db, camp, people.cy, shirt_size="M", diets=["vegan"])
    make.registration(db, camp, people.bo)
    told = []
    for who in (None, people.dee, people.bo):
        client.be(who)
        for path in ("/camp/", PAGE, "/camp/register", "/camp/wall", "/camp/schedule", "/"):
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
            told += [path for word in ("Cy Reed", "cy.reed@") if word in answer.text]
    assert told == []


def test_the_same_statements_for_any_number(client: Client, app: Flask, db: Session, camp: Conference) -> None:
    sent = []
    for number in (1, 29):
        for index in range(number):
            make.registration(db, camp, make.person(db, f"Guest {number} {index}"), visible=True)
        with counted(app) as count:
            client.get(PAGE)
        sent.append(count.statements)
    assert sent[0] == sent[1]
    assert sent[0] <= 4
