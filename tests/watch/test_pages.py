"""/<slug>/organize/status, and what the overview says of it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.imports.models import Import
from barcamp.mail import letters
from barcamp.mail.delivery import deliver
from barcamp.mail.links import Links
from barcamp.mail.models import Letter
from barcamp.settings import Settings
from barcamp.watch import queries
from barcamp.watch.models import Worker
from barcamp.watch.queries import Queue
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.venue import read

STATUS = "/camp/organize/status"


def told(client: Client) -> list[str]:
    return [read.words(one.get_text(" ")) for one in read.soup(client.get(STATUS)).select("#status .callout-title")]


@pytest.fixture
def worker(db: Session) -> Worker:
    made = Worker(name="laptop:1", machine="laptop", began_at=make.NOW, seen_at=make.NOW)
    db.add(made)
    db.flush()
    return made


def letter(db: Session, **given: object) -> Letter:
    letters.sign_in_code(db, "bo@example.org", "", "123456", "t", links=Links("http://x.example"), now=make.NOW)
    db.flush()
    made = db.query(Letter).order_by(Letter.id.desc()).limit(1).one()
    for name, value in given.items():
        setattr(made, name, value)
    db.flush()
    return made


def test_for_organizers_alone(client: Client, camp: Conference, people: Cast) -> None:
    assert [client.be(one).get(STATUS).status_code for one in (None, people.dee, people.ada)] == [303, 403, 200]


def test_all_is_well(client: Client, camp: Conference, people: Cast, worker: Worker) -> None:
    client.be(people.ada)
    assert told(client) == ["All is well."]
    assert read.soup(client.get("/camp/organize/")).select("#troubles .callout") == []


def test_no_worker(client: Client, camp: Conference, people: Cast) -> None:
    client.be(people.ada)
    nobody = "Letters do not go out: no jobs worker is there."
    assert told(client) == [nobody]
    overview = read.soup(client.get("/camp/organize/"))
    assert [one.get_text() for one in overview.select("#troubles .callout-title")] == [nobody]
    assert [one["href"] for one in overview.select("#troubles a")] == [STATUS]


def test_mail_is_late_because_nobody_answers(
    app: Flask, client: Client, camp: Conference, people: Cast, worker: Worker, db: Session, store: Store,
    settings: Settings,
) -> None:  # fmt: skip
    """Told by the words that the delivery itself writes down."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
    waiting = letter(db, written_at=make.NOW - timedelta(minutes=4))
    deliver(store, replace(settings, smtp_url=nobody), clock=lambda: make.NOW)
    db.refresh(waiting)
    assert waiting.sent_at is None
    assert told(client.be(people.ada)) == ["Mail is late by 4 minutes: the mail server does not answer."]


def test_what_waits_and_since_when(camp: Conference, people: Cast, db: Session) -> None:
    early = make.NOW - timedelta(minutes=9)
    letter(db, written_at=early, attempts=2, due_at=make.NOW + timedelta(hours=1))
    letter(db, sent_at=make.NOW)
    letter(db, given_up_at=make.NOW)
    letter(db, due_at=make.NOW + timedelta(hours=1))  # not yet
    camp.news_due_at = make.NOW - timedelta(minutes=1)
    for state, asked_at in (("waiting", early), ("waiting", make.NOW), ("ready", early)):
        db.add(Import(conference_id=camp.id, kind="ics", name="x", state=state, asked_at=asked_at))
    db.flush()
    nothing = Queue(0, None)
    assert queries.queues(db, now=make.NOW) == {
        "letters": Queue(1, early), "pushes": nothing, "news": Queue(1, make.NOW - timedelta(minutes=1)),
        "imports": Queue(2, early), "searches": nothing, "calendars": nothing,
    }  # fmt: skip
    assert queries.mail(db, now=make.NOW) == queries.Mail(None, 1)


def test_an_erased_persons_letter_is_nobodys_trouble(people: Cast, db: Session) -> None:
    letter(db, given_up_at=make.NOW, to_address="")
    assert queries.mail(db, now=make.NOW).given_up == 0


def test_a_letter_that_goes_out_ends_the_trouble(people: Cast, db: Session) -> None:
    waiting = letter(db, last_error="cannot reach the mail server (OSError)", attempts=1)
    assert queries.mail(db, now=make.NOW).trouble == "away"
    waiting.sent_at, waiting.last_error = make.NOW, None
    db.flush()
    assert queries.mail(db, now=make.NOW).trouble is None


def test_a_worker_is_remembered_until_it_is_of_no_interest(store: Store, db: Session) -> None:
    from barcamp.watch import service

    def see(name: str, now: datetime) -> None:
        with store.writing() as session:
            service.see_worker(session, name, "laptop", began_at=make.NOW, now=now)

    see("a", make.NOW)
    see("a", make.NOW + timedelta(minutes=1))
    with store.writing() as session:
        service.worker_ended(session, "a", now=make.NOW + timedelta(minutes=2))
    see("b", make.NOW + timedelta(days=1))
    assert [(one.name, one.seen_at, one.ended_at) for one in queries.workers(db)] == [
        ("b", make.NOW + timedelta(days=1), None),
        ("a", make.NOW + timedelta(minutes=2), make.NOW + timedelta(minutes=2)),
    ]
    see("c", make.NOW + timedelta(days=8, minutes=1))
    assert [one.name for one in queries.workers(db)] == ["c"]


def test_a_heart_beats_and_stops(store: Store, db: Session, eventually: Callable[[Callable[[], bool]], None]) -> None:
    from barcamp.watch.heart import Heart

    instants = iter(make.NOW + timedelta(seconds=number) for number in range(100_000))
    heart = Heart(store, clock=lambda: next(instants), pause=0.01)
    heart.start()
    eventually(lambda: any(one.seen_at > make.NOW + timedelta(seconds=3) for one in fresh(db)))
    heart.stop()
    (seen,) = fresh(db)
    assert (seen.name, seen.ended_at) == (heart.name, seen.seen_at)


def test_a_heart_survives_its_database(
    store: Store, db: Session, caplog: pytest.LogCaptureFixture, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    from barcamp.watch.heart import Heart

    beats = []

    def clock() -> datetime:
        beats.append(1)
        if 1 < len(beats) < 5:
            raise OSError("away")
        return make.NOW

    heart = Heart(store, clock=clock, pause=0.001)
    heart.start()
    eventually(lambda: len(beats) > 6)
    heart.stop()
    assert [record.getMessage() for record in caplog.records if "lives" in record.getMessage()] == [
        "the jobs worker could not say that it lives: away"
    ]


def fresh(db: Session) -> list[Worker]:
    db.expire_all()
    return list(queries.workers(db))
