"""The mail server is down for hours, in every way there is: letters wait, codes go first, each arrives once."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.mail import letters, service, ways
from barcamp.mail.delivery import deliver
from barcamp.mail.models import Letter
from barcamp.settings import Settings
from tests.clock import Clock
from tests.conftest import Client
from tests.servers import smtp

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NEWS = [f"reader{number}@example.com" for number in range(5)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post_office() -> Iterator[smtp.Smtp]:
    with smtp.start() as running:
        yield running


def write(store: Store, clock: Clock, *to: str, kind: str = "news") -> None:
    with store.writing() as db:
        for address in to:
            letters.write(db, kind, address, f"For {address}", "Hello", now=clock.now)


def arrived(post_office: smtp.Smtp) -> list[str]:
    return [letter["To"] for letter in post_office.letters]


def sweeps(store: Store, settings: Settings, clock: Clock, times: int, every: timedelta = MINUTE) -> int:
    """What the worker does again and again; returns how many letters went out."""
    sent = 0
    for _ in range(times):
        clock.now += every
        sent += deliver(store, settings, clock=clock)
    return sent


@contextmanager
def refused(settings: Settings) -> Iterator[Settings]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    yield replace(settings, smtp_url=f"smtp://127.0.0.1:{port}")


@contextmanager
def silent(settings: Settings) -> Iterator[Settings]:
    with socket.create_server(("127.0.0.1", 0)) as silence:
        yield replace(settings, smtp_url=f"smtp://127.0.0.1:{silence.getsockname()[1]}")


@pytest.mark.parametrize("fault", [refused, silent], ids=["refuses", "hangs"])
def test_after_an_hour_without_a_server_all_arrive_within_a_minute_or_two_codes_first(
    store: Store, settings: Settings, clock: Clock, post_office: smtp.Smtp, monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Settings], AbstractContextManager[Settings]],
) -> None:  # fmt: skip
    monkeypatch.setattr(ways, "PATIENCE", 0.05)
    write(store, clock, *NEWS)
    with fault(settings) as nowhere:
        assert sweeps(store, nowhere, clock, 10, every=6 * MINUTE) == 0
        write(store, clock, "ada@example.com", kind="sign-in-code")
        assert sweeps(store, nowhere, clock, 1) == 0
    there = replace(settings, smtp_url=post_office.url)
    assert sweeps(store, there, clock, 2) == 6
    assert (arrived(post_office)[0], sorted(arrived(post_office)[1:])) == ("ada@example.com", NEWS)
    assert sweeps(store, there, clock, 3, every=HOUR) == 0


def test_what_nobody_could_send_for_days_is_given_up(
    store: Store, settings: Settings, clock: Clock, db: Session
) -> None:
    write(store, clock, "ada@example.com")
    with refused(settings) as nowhere:
        sweeps(store, nowhere, clock, 12)
        assert [row.given_up_at for row in db.scalars(select(Letter))] == [None]
        clock.now += service.TOO_OLD
        sweeps(store, nowhere, clock, 1)
    db.expire_all()
    [row] = db.scalars(select(Letter))
    assert (row.given_up_at, row.last_error) == (
        clock.now, "cannot reach the mail server (ConnectionRefusedError)",
    )  # fmt: skip


@pytest.mark.parametrize("fault", ["451 4.3.0 Come back later", smtp.HANG_UP], ids=["says 4xx", "drops in DATA"])
def test_a_server_that_takes_nothing_for_a_while(
    store: Store, settings: Settings, clock: Clock, post_office: smtp.Smtp, fault: str
) -> None:
    """Each letter has pauses of its own that grow, and arrives once."""
    there = replace(settings, smtp_url=post_office.url)
    write(store, clock, *NEWS)
    post_office.refuse(fault, times=3 * len(NEWS))
    assert sweeps(store, there, clock, 1 + 1 + 5) == 0
    assert post_office.attempts == 3 * len(NEWS)
    assert sweeps(store, there, clock, 15) == len(NEWS)
    assert sorted(arrived(post_office)) == NEWS
    assert sweeps(store, there, clock, 3, every=HOUR) == 0


def test_one_address_that_is_refused_for_good_holds_up_nobody(
    store: Store, settings: Settings, clock: Clock, post_office: smtp.Smtp
) -> None:
    there = replace(settings, smtp_url=post_office.url)
    write(store, clock, *NEWS)
    post_office.refuse("550 5.1.1 Nobody of that name")
    assert sweeps(store, there, clock, 1) == len(NEWS) - 1
    assert sweeps(store, there, clock, 10, every=HOUR) == 0
    assert len(set(arrived(post_office))) == len(NEWS) - 1


def test_no_page_waits_for_the_mail_server(
    store: Store, settings: Settings, client: Client, clock: Clock, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking for a code only writes a letter, and no connection is made by whoever serves the page."""
    monkeypatch.setattr(ways, "_connect", lambda _url: pytest.fail("a page talked to the mail server"))
    answer = client.submit("/sign-in", {"email": "ada@example.com"})
    assert answer.status_code == 303
    assert [row.kind for row in db.scalars(select(Letter))] == ["sign-in-code"]
