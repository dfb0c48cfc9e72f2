"""Web Push: what goes out can be read by its browser alone, is signed, and is sent once, whatever a service answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from http_ece import ECEException
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.fetch import Network
from barcamp.news import push, vapid
from barcamp.news.models import PushMessage, PushSubscription
from barcamp.people.models import Person
from barcamp.settings import Settings
from tests import make
from tests.people import Cast
from tests.servers import push as services
from tests.servers.push import Browser, PushService
from tests.test_mail.test_worker import until, worker

NOW = make.NOW
TEXT = "Haiku: now 14:00, KEC 1005 (was 11:00, KEC 2114)"


@pytest.fixture
def service() -> Iterator[PushService]:
    with services.start() as started:
        yield started


def subscribed(db: Session, who: Person, endpoint: str, browser: Browser | None = None) -> PushSubscription:
    made = PushSubscription(
        person_id=who.id, endpoint=endpoint, **(browser or Browser()).keys, label="Firefox · Android", created_at=NOW
    )
    db.add(made)
    db.flush()
    return made


def write(store: Store, *browsers: PushSubscription, text: str = TEXT) -> None:
    with store.writing() as db:
        push.write(db, browsers, "Otter BarCamp", text, "/camp/me", now=NOW)


def deliver(store: Store, settings: Settings, service: PushService, after: timedelta = timedelta(0)) -> int:
    return push.deliver(store, settings, clock=lambda: NOW + after, network=service.network)


def messages(db: Session) -> list[tuple[int, bool, bool, str | None]]:
    """Of each message: attempts, whether it is sent, whether it is given up, and what went wrong last."""
    db.expire_all()
    rows = db.scalars(select(PushMessage).order_by(PushMessage.id))
    return [(one.attempts, one.sent_at is not None, one.given_up_at is not None, one.last_error) for one in rows]


def test_its_browser_alone_can_read_it_and_sees_who_sent_it(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService
) -> None:
    browser = Browser()
    row = subscribed(db, people.cy, service.endpoint("cy"), browser)
    write(store, row)
    assert deliver(store, settings, service) == 1
    (taken,) = service.taken
    number = db.scalars(select(PushMessage.id)).one()
    assert browser.read(taken.body) == {
        "title": "Otter BarCamp", "text": TEXT, "path": "/camp/me", "tag": f"news-{number}"
    }  # fmt: skip
    with pytest.raises((ECEException, InvalidTag)):
        Browser().read(taken.body)
    assert b"Haiku" not in taken.body
    kept = ("content-encoding", "ttl", "topic", "urgency")
    assert {name: taken.headers[name] for name in kept} == {
        "content-encoding": "aes128gcm", "ttl": str(12 * 3600), "topic": f"news-{number}", "urgency": "high"
    }  # fmt: skip
    assert taken.claims == {
        "aud": f"http://push.example:{service.port}",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "mailto:barcamp@localhost",
    }
    assert taken.key == vapid.public_key(settings.vapid_key)
    assert messages(db) == [(1, True, False, None)]
    assert db.get_one(PushSubscription, row.id).sent_at == NOW
    assert deliver(store, settings, service) == 0


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_with_all_that_waits_for_it(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService, status: int
) -> None:
    gone, there = (subscribed(db, people.cy, service.endpoint(name)) for name in ("gone", "there"))
    service.answers["gone"] = [(status, {})] * 9
    write(store, gone, there)
    write(store, gone)
    deliver(store, settings, service)
    assert db.scalars(select(PushSubscription.endpoint)).all() == [service.endpoint("there")]
    assert messages(db) == [(1, True, False, None)]


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [(429, {"Retry-After": "600"}, 600), (429, {}, 60), (503, {"Retry-After": "1"}, 60), (500, {}, 60),
     (429, {"Retry-After": "999999"}, 7200)],
)  # fmt: skip
def test_a_busy_service_is_asked_again_later(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService,
    status: int, headers: dict[str, str], pause: int,
) -> None:  # fmt: skip
    service.answers["cy"] = [(status, headers)]
    write(store, subscribed(db, people.cy, service.endpoint("cy")))
    assert deliver(store, settings, service) == 0
    assert messages(db) == [(1, False, False, f"the push service answered {status}")]
    assert deliver(store, settings, service, timedelta(seconds=pause - 1)) == 0
    assert len(service.taken) == 1
    assert deliver(store, settings, service, timedelta(seconds=pause)) == 1
    assert service.taken[0].headers["topic"] == service.taken[1].headers["topic"]
    assert int(service.taken[1].headers["ttl"]) == 12 * 3600 - pause


@pytest.mark.parametrize("status", [301, 400, 401, 403, 413])
def test_what_a_service_does_not_take_is_given_up_and_the_browser_stays(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService, status: int
) -> None:
    service.answers["cy"] = [(status, {"Location": service.endpoint("elsewhere")})]
    write(store, subscribed(db, people.cy, service.endpoint("cy")))
    assert deliver(store, settings, service) == 0
    assert messages(db) == [(1, False, True, f"the push service answered {status}")]
    assert [one.path for one in service.taken] == ["cy"]
    assert db.scalars(select(func.count(PushSubscription.id))).one() == 1


@pytest.mark.parametrize("has_worked", [True, False])
def test_a_service_that_is_not_there_is_tried_for_hours_and_forgotten_if_it_never_was(
    store: Store, db: Session, settings: Settings, people: Cast, has_worked: bool
) -> None:
    browser = subscribed(db, people.cy, "http://nobody.example:1/cy")
    browser.sent_at = NOW if has_worked else None
    db.flush()
    write(store, browser)
    dead = Network(also=frozenset({("127.0.0.1", 1)}), names={"nobody.example": ("127.0.0.1",)})
    for minutes in range(0, 13 * 60, 5):
        now = NOW + timedelta(minutes=minutes)
        push.deliver(store, settings, clock=lambda now=now: now, network=dead)  # type: ignore[misc]
    given_up = [(push.MOST_ATTEMPTS, False, True, "nobody.example could not be reached, or broke off.")]
    assert messages(db) == (given_up if has_worked else [])
    assert len(db.scalars(select(PushSubscription)).all()) == has_worked


def test_what_was_never_tried_goes_before_what_has_failed(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService
) -> None:
    service.answers["slow"] = [(503, {})]
    slow, fresh = (subscribed(db, people.cy, service.endpoint(name)) for name in ("slow", "fresh"))
    write(store, slow)
    deliver(store, settings, service)
    with store.writing() as writing:
        push.write(writing, [fresh], "Otter BarCamp", TEXT, "/camp/me", now=NOW + timedelta(minutes=2))
    with store.writing() as writing:
        claims = push.claim_due(writing, limit=9, now=NOW + timedelta(minutes=2))
    assert [one.endpoint for one in claims] == [service.endpoint("fresh"), service.endpoint("slow")]


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1/x", "https://localhost:22/x", "https://[::1]/", "gopher://x/"])
def test_nothing_is_ever_sent_inside(
    store: Store, db: Session, settings: Settings, people: Cast, endpoint: str
) -> None:
    write(store, subscribed(db, people.cy, endpoint))
    assert push.deliver(store, settings, clock=lambda: NOW) == 0
    assert messages(db) in ([], [(1, False, True, "VapidException")])


def test_one_that_cannot_be_written_keeps_no_other_waiting(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = subscribed(db, people.bo, service.endpoint("bo")), subscribed(db, people.cy, service.endpoint("cy"))
    bad.p256dh = "AAAA"
    db.flush()
    write(store, bad, good)
    assert deliver(store, settings, service) == 1
    assert messages(db) == [(1, False, True, "ValueError"), (1, True, False, None)]
    assert service.endpoint("bo") not in caplog.text


def test_hundreds_go_out_side_by_side_each_once(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService
) -> None:
    rows = [subscribed(db, people.cy, service.endpoint(f"b{number}")) for number in range(100)]
    write(store, *rows)
    assert deliver(store, settings, service) == 100
    assert sorted(one.path for one in service.taken) == sorted(f"b{number}" for number in range(100))


def test_two_workers_never_take_the_same_message(store: Store, db: Session, people: Cast, service: PushService) -> None:
    write(store, *(subscribed(db, people.cy, service.endpoint(f"b{number}")) for number in range(6)))
    with store.writing() as one:
        first = push.claim_due(one, limit=4, now=NOW)
        if not store.on_sqlite:  # there, the second waits at the gate
            with store.writing() as other:
                assert len(push.claim_due(other, limit=4, now=NOW)) == 2
    with store.writing() as one:
        rest = push.claim_due(one, limit=4, now=NOW)
    assert len(first) == 4
    assert {one.id for one in first}.isdisjoint(one.id for one in rest)


def test_a_late_answer_does_not_undo_what_another_worker_did(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService
) -> None:
    write(store, subscribed(db, people.cy, service.endpoint("cy")))
    with store.writing() as writing:
        (slow,) = push.claim_due(writing, limit=9, now=NOW)
    after = push.LEASE
    assert deliver(store, settings, service, after) == 1
    with store.writing() as writing:
        push.mark(writing, slow, push.Result("later", "too slow"), now=NOW + after)
    assert [sent for _attempts, sent, _given_up, _error in messages(db)] == [True]
    assert deliver(store, settings, service, after * 9) == 0


#: Delivers as the jobs worker does, to a push service of the test's.
WORK = """
from barcamp import create_app, fetch
from barcamp.news import push
from barcamp.web.clock import utcnow
app = create_app()
network = fetch.Network(also=frozenset({("127.0.0.1", PORT)}), names={"push.example": ("127.0.0.1",)})
print("ready", flush=True)
push.deliver(app.extensions["store"], app.extensions["settings"], clock=utcnow, network=network)
"""


def test_a_killed_worker_loses_nothing_and_doubles_only_what_was_under_way(
    app: Flask, store: Store, db: Session, settings: Settings, people: Cast, service: PushService
) -> None:
    names = {f"b{number}" for number in range(30)}
    service.gate.clear()
    browsers = [subscribed(db, people.cy, service.endpoint(name)) for name in sorted(names)]
    with store.writing() as writing:
        push.write(writing, browsers, "Otter BarCamp", TEXT, "/camp/me", now=_real_now())
    with worker(settings, WORK.replace("PORT", str(service.port)), BARCAMP_VAPID_KEY=settings.vapid_key):
        assert until(lambda: len(service.taken) >= push.LINES)
    # killed while each line had one message under way
    service.gate.set()
    before = len(service.taken)
    assert deliver_at(store, settings, service, _real_now()) == 0  # leased by the dead
    assert deliver_at(store, settings, service, _real_now() + push.LEASE + timedelta(seconds=1)) == 30
    assert {one.path for one in service.taken} == names
    assert (before, len(service.taken)) == (push.LINES, 30 + push.LINES)
    topics = {one.path: {other.headers["topic"] for other in service.taken if other.path == one.path}
              for one in service.taken}  # fmt: skip
    assert {len(found) for found in topics.values()} == {1}, "a browser shows the second over the first"


def _real_now() -> datetime:
    """The clock that another process reads, minus what tests of pages do to ours."""
    return datetime.fromtimestamp(int(subprocess.check_output(["date", "+%s"])), UTC)


def deliver_at(store: Store, settings: Settings, service: PushService, now: datetime) -> int:
    return push.deliver(store, settings, clock=lambda: now, network=service.network)


def test_what_is_done_with_is_forgotten(
    store: Store, db: Session, settings: Settings, people: Cast, service: PushService
) -> None:
    row = subscribed(db, people.cy, service.endpoint("cy"))
    write(store, row)
    deliver(store, settings, service)
    write(store, row)
    with store.writing() as writing:
        push.forget_old(writing, now=NOW + push.KEPT + timedelta(seconds=1))
    assert messages(db) == [(0, False, False, None)]


@given(title=st.text(max_size=2000), text=st.text(max_size=5000).filter(lambda text: text.isprintable()))
def test_whatever_it_says_fits_and_comes_back(title: str, text: str) -> None:
    browser = Browser()
    title = "".join(letter for letter in title if letter.isprintable())
    claim = push.Claim(7, 1, "https://push.example/x", **browser.keys, title=title, text=text, path="/camp/me",
                       written_at=NOW, attempt=1, lease_ends=NOW)  # fmt: skip
    content = push.content(claim)
    assert browser.read(vapid.encrypted(content, claim.p256dh, claim.auth)) == {
        "title": title[: push.LONGEST_TITLE], "text": text[: push.LONGEST_TEXT], "path": "/camp/me", "tag": "news-7"
    } == json.loads(content)  # fmt: skip
