"""A speaker's calendar: fetched from a real server, parsed in a real child, and followed without losing anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy.orm import Session

from barcamp.core.incoming import Incoming, Item
from barcamp.db import Store
from barcamp.fetch import BadAddress, Network
from barcamp.speakers import choosing, queries, service, sources, talk_queries, talks
from barcamp.speakers.errors import TooManySources
from barcamp.speakers.models import TalkSource
from barcamp.speakers.sources import Claimed, Reading, pause, take_in
from barcamp.speakers.talks import TalkContent
from tests import make
from tests.people import Cast
from tests.speakers import elsewhere

NOW = make.NOW


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


# ---- a calendar on a server ------------------------------------------------------------------------------------------


def event(uid: str, title: str, *more: str, day: str = "20261128") -> str:
    lines = [f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"DTSTART;VALUE=DATE:{day}", f"SUMMARY:{title}", *more]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def calendar(*events: str, head: str = "") -> bytes:
    start = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nX-WR-CALNAME:Bo speaks\r\n{head}"
    return "".join([start, *events, "END:VCALENDAR\r\n"]).encode()


@dataclass
class Site:
    """What a server on this machine says, and what it was asked."""

    port: int = 0
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/talks.ics"

    @property
    def network(self) -> Network:
        return Network(also=frozenset({("127.0.0.1", self.port)}))


@pytest.fixture
def site() -> Iterator[Site]:
    told = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(dict(self.headers))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            body = told.body if told.status == 200 else b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield told
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def source(db: Session, people: Cast, site: Site) -> TalkSource:
    """Bo's calendar, due now; nobody but a test may add an address on this machine."""
    elsewhere.page_of(db, people.bo)
    made = TalkSource(person_id=people.bo.id, url=site.url, added_at=NOW, due_at=NOW)
    db.add(made)
    db.flush()
    return made


def read(store: Store, site: Site, db: Session, source: TalkSource, now: datetime = NOW) -> dict[str, Any]:
    """Read what is due at that moment; the report."""
    sources.read_due(store, clock=lambda: now, network=site.network)
    db.expire_all()
    return source.report or {}


def test_from_the_address_to_the_page(db: Session, people: Cast, store: Store, site: Site, source: TalkSource) -> None:
    site.body = calendar(
        event("1", "Ducks", "LOCATION:Corvallis\\, OR", "URL:https://d.example/"),
        event("2", "Dentist", "DTEND;VALUE=DATE:20261129"),
        "BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20261130T100000Z\r\nDTEND:20261130T110000Z\r\nSUMMARY:Swans\r\nEND:VEVENT\r\n",
        head="REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n",
    )
    site.headers = {"ETag": '"7"', "Last-Modified": "Sat, 21 Nov 2026 00:00:00 GMT"}
    report = read(store, site, db, source)
    assert [one["title"] for one in report["proposed"]] == ["Swans", "Ducks", "Dentist"]
    assert (source.state, source.etag, source.fetched_at, source.due_at) == ("good", '"7"', NOW, later(1))
    assert queries.talks(db, people.bo.id) == []  # nothing becomes a talk by itself

    made = choosing.choose(db, source, ["1", "3", "never-there"], ["2"], "PondConf", now=later(0.1))
    assert [TalkContent.of(talk) for talk in made] == [
        TalkContent(title="Ducks", conference="PondConf", place="Corvallis, OR", url="https://d.example/",
                    starts_on=date(2026, 11, 28), ends_on=date(2026, 11, 28)),
        TalkContent(title="Swans", conference="PondConf", starts_on=date(2026, 11, 30), ends_on=date(2026, 11, 30),
                    starts_at=datetime.fromisoformat("2026-11-30T10:00:00Z"),
                    ends_at=datetime.fromisoformat("2026-11-30T11:00:00Z"), zone="UTC"),
    ]  # fmt: skip

    site.status = 304
    report = read(store, site, db, source, later(1))
    assert (site.asked[1]["If-None-Match"], report["status"], report["proposed"]) == ('"7"', "same", [])
    assert [talk.title for talk in queries.talks(db, people.bo.id)] == ["Ducks", "Swans"]

    site.status, site.body = 200, calendar(event("1", "Many ducks", "SEQUENCE:1"), event("2", "Dentist"))
    read(store, site, db, source, later(2))
    assert [talk.title for talk in queries.talks(db, people.bo.id)] == ["Many ducks", "Swans"]  # missed once: stays
    report = read(store, site, db, source, later(20))
    assert ([talk.title for talk in queries.talks(db, people.bo.id)], report["gone"]) == (["Many ducks"], 1)
    assert report["proposed"] == []  # the dentist is not proposed again


@pytest.mark.parametrize(
    ("status", "body", "headers", "words"),
    [
        (500, b"", {}, "This address answers with an error ({status})."),
        (404, b"", {}, "There is nothing at this address any more."),
        (429, b"", {"Retry-After": "7200"}, "This address asks us to come back later."),
        (200, b"<html>Sign in", {}, None),
        (200, b"\xff" * 1000, {}, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_error_is_no_empty_calendar(
    db: Session, people: Cast, store: Store, site: Site, source: TalkSource, status: int, body: bytes,
    headers: dict[str, str], words: str | None,
) -> None:  # fmt: skip
    site.body = calendar(event("1", "Ducks"))
    read(store, site, db, source)
    choosing.choose(db, source, ["1"], [], "PondConf", now=NOW)
    site.status, site.body, site.headers = status, body, headers
    waits, report = list[timedelta](), dict[str, Any]()
    for _ in range(2):
        asked_at = source.due_at
        report = read(store, site, db, source, asked_at)
        waits.append(source.due_at - asked_at)
    assert (source.state, source.failures, report["status"]) == ("failing", 2, "failed")
    assert report["why"][0] == words if words else report["why"][0]
    assert [talk.title for talk in queries.talks(db, people.bo.id)] == ["Ducks"]
    minutes = [120, 120] if headers else [15, 30]
    assert waits == [timedelta(minutes=wait) for wait in minutes]
    site.status, site.body, site.headers = 200, calendar(event("1", "Ducks")), {}
    read(store, site, db, source, source.due_at)
    assert (source.state, source.failures) == ("good", 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_reaches_this_machine_by_a_calendar(
    db: Session, people: Cast, store: Store, site: Site, source: TalkSource
) -> None:
    sources.read_due(store, clock=lambda: NOW)
    db.refresh(source)
    assert (source.state, site.asked) == ("failing", [])
    for url in ("http://127.0.0.1/", "http://localhost/x", "http://169.254.169.254/latest", "http://[::1]/"):
        other = TalkSource(person_id=people.cy.id, url=url, added_at=NOW, due_at=NOW)
        db.add(other)
        db.flush()
        sources.read_due(store, clock=lambda: NOW)
        db.refresh(other)
        assert other.state == "failing", url


def test_two_workers_read_a_source_once(db: Session, store: Store, site: Site, source: TalkSource) -> None:
    site.body = calendar(event("1", "Ducks"))
    counts: list[int] = []

    def work() -> None:
        counts.append(sources.read_due(store, clock=lambda: NOW, network=site.network))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert (sorted(counts), len(site.asked)) == ([0, 0, 1], 1)


# ---- following, without a server -------------------------------------------------------------------------------------


def item(uid: str = "1", title: str = "Ducks", **given: Any) -> Item:
    values: dict[str, Any] = {
        "recurrence_id": "", "sequence": 0, "modified_at": None, "starts": date(2026, 11, 28),
        "ends": date(2026, 11, 29),
    }  # fmt: skip
    return Item(uid=uid, title=title, **values | given)


@dataclass
class Follower:
    """One source and what a reading of it does."""

    db: Session
    source: TalkSource

    def read(self, *items: Item, outcome: Any = "read", now: datetime = NOW) -> dict[str, Any]:
        incoming = Incoming("Bo speaks", items, ()) if outcome == "read" else None
        claimed = Claimed(self.source.id, self.source.person_id, self.source.url, None, None)
        take_in(self.db, claimed, Reading(outcome, incoming), now=now)
        return self.source.report or {}

    def titles(self) -> list[str]:
        return [talk.title for talk in queries.talks(self.db, self.source.person_id)]


@pytest.fixture
def follower(db: Session, source: TalkSource) -> Follower:
    """A source of which Ducks (uid 1) is a talk."""
    made = Follower(db, source)
    made.read(item())
    choosing.choose(db, source, ["1"], [], "PondConf", now=NOW)
    return made


def test_newer_wins_and_older_is_passed_over(follower: Follower) -> None:
    for found, titles in (
        (item(title="Two", sequence=2), ["Two"]),
        (item(title="One", sequence=1), ["Two"]),
        (item(title="Two again", sequence=2, modified_at=later(2)), ["Two again"]),
        (item(title="Before", sequence=2, modified_at=later(1)), ["Two again"]),
        (item(title="No number, other words", sequence=2), ["No number, other words"]),
        (item(title="Three", sequence=3, modified_at=later(0)), ["Three"]),
    ):
        follower.read(found)
        assert follower.titles() == titles


def test_of_two_with_one_uid_the_higher_sequence_counts(follower: Follower) -> None:
    follower.read(item(title="New", sequence=2), item(title="Old", sequence=1))
    assert follower.titles() == ["New"]
    follower.read(item(title="Old", sequence=1), item(title="Newer", sequence=3))
    assert follower.titles() == ["Newer"]


def test_what_was_changed_by_hand_stays(follower: Follower) -> None:
    db = follower.db
    (talk,) = queries.talks(db, follower.source.person_id)
    seen = TalkContent.of(talk)
    talks.change(db, talk, replace(seen, title="My ducks", slides_url="https://s.example/"), seen=seen.edition, now=NOW)
    follower.read(
        item(title="Their ducks", sequence=5, place="Corvallis", starts=date(2026, 12, 1), ends=date(2026, 12, 3))
    )
    assert TalkContent.of(talk) == replace(
        seen, title="My ducks", slides_url="https://s.example/", place="Corvallis",
        starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2),
    )  # fmt: skip
    assert talk.edited == ["slides_url", "title"]


def test_gone_after_two_good_readings_and_back_again(follower: Follower) -> None:
    before = queries.find_own(follower.db, follower.source.person_id, fresh=True)
    assert before is not None
    revision = before.revision
    follower.read()
    assert follower.titles() == ["Ducks"]
    follower.read(outcome="failed")
    assert follower.titles() == ["Ducks"]
    follower.read(outcome="same", now=later(1))  # unchanged: it still lists nothing
    after = queries.find_own(follower.db, follower.source.person_id, fresh=True)
    assert (follower.titles(), after and after.revision) == ([], revision + 1)
    follower.read(outcome="same", now=later(2))
    follower.read(item())
    assert follower.titles() == ["Ducks"]


def test_missed_once_and_there_again_counts_anew(follower: Follower) -> None:
    for found in ((), (item(),), (), (item(),)):
        follower.read(*found)
        assert follower.titles() == ["Ducks"]


def test_cancelled_there_is_cancelled_here(follower: Follower) -> None:
    follower.read(item(status="CANCELLED", sequence=1))
    (talk,) = queries.talks(follower.db, follower.source.person_id)
    assert (talk.cancelled, talk.sequence) == (True, 1)
    assert b"STATUS:CANCELLED" in talk.fragment


def test_the_same_calendar_again_changes_nothing(follower: Follower) -> None:
    (talk,) = queries.talks(follower.db, follower.source.person_id)
    before = (talk.sequence, talk.stamped_at, talk.fragment)
    page = queries.find_own(follower.db, follower.source.person_id, fresh=True)
    revision = page.revision if page else None
    report = follower.read(item(), now=later(5))
    page = queries.find_own(follower.db, follower.source.person_id, fresh=True)
    assert (talk.sequence, talk.stamped_at, talk.fragment) == before
    assert (report["changed"], report["proposed"], page and page.revision) == (0, [], revision)


def test_new_uids_each_time_are_recognised(follower: Follower) -> None:
    (talk,) = queries.talks(follower.db, follower.source.person_id)
    for uid in ("x", "y", "z"):
        report = follower.read(item(uid))
        assert (follower.titles(), talk.source_uid, report["proposed"]) == (["Ducks"], uid, [])


def test_instances_of_a_series_are_talks_of_their_own(db: Session, source: TalkSource) -> None:
    follower = Follower(db, source)
    days = [date(2026, 12, day) for day in (1, 8, 15)]
    series = [item("s", recurrence_id=day.isoformat(), starts=day, ends=day + timedelta(days=1)) for day in days]
    report = follower.read(*series)
    uids = [one["uid"] for one in report["proposed"]]
    choosing.choose(db, source, uids[:2], [], "PondConf", now=NOW)
    report = follower.read(*series)
    assert [talk.starts_on for talk in queries.talks(db, source.person_id)] == [date(2026, 12, 8), date(2026, 12, 15)]
    assert [one["starts"] for one in report["proposed"]] == ["2026-12-01"]


def test_what_is_given_here_comes_back_to_nobody(db: Session, people: Cast, source: TalkSource) -> None:
    camp = make.conference(db, people.ada)
    note, own = make.note(db, camp, people.bo), elsewhere.talk(db, people.bo, "Geese")
    report = Follower(db, source).read(item(note.uid), item(f"{own.uid}@here.example"), item(camp.uid), item("new"))
    assert ([one["uid"] for one in report["proposed"]], report["ours"]) == (["new"], 3)


def test_a_talk_removed_here_is_not_proposed_again(follower: Follower) -> None:
    (talk,) = queries.talks(follower.db, follower.source.person_id)
    talks.remove(follower.db, talk, now=NOW)
    report = follower.read(item(title="Ducks, still", sequence=3))
    assert (follower.titles(), report["proposed"], report["left_out"]) == ([], [], ["1"])
    assert follower.read()["left_out"] == []  # what the calendar has forgotten need not be remembered


def test_one_that_was_typed_before_is_the_same_talk(db: Session, people: Cast, source: TalkSource) -> None:
    typed = elsewhere.talk(
        db, people.bo, "Ducks", starts_on=date(2026, 11, 28), ends_on=date(2026, 11, 28), conference="LakeConf"
    )
    follower = Follower(db, source)
    follower.read(item(title="DUCKS"))
    (taken,) = choosing.choose(db, source, ["1"], [], "PondConf", now=NOW)
    follower.read(item(title="Other ducks", sequence=1, place="Corvallis"))
    assert taken.id == typed.id
    assert (typed.title, typed.conference, typed.place) == ("Ducks", "LakeConf", "Corvallis")


def test_a_removed_source_leaves_its_talks(follower: Follower, store: Store) -> None:
    source = follower.source
    claimed = Claimed(source.id, source.person_id, source.url, None, None)
    choosing.remove_source(follower.db, source)
    (talk,) = queries.talks(follower.db, source.person_id)
    assert (talk.source_id, talk.source_uid) == (None, None)
    take_in(follower.db, claimed, Reading("read", Incoming("x", (), ())), now=NOW)  # read while it was removed
    assert talk_queries.sources(follower.db, source.person_id) == []


def test_erased_while_it_was_read(follower: Follower) -> None:
    source = follower.source
    claimed = Claimed(source.id, source.person_id, source.url, None, None)
    service.forget(follower.db, claimed.person_id)
    take_in(follower.db, claimed, Reading("read", Incoming("x", (item(),), ())), now=NOW)
    assert talk_queries.all_talks(follower.db, claimed.person_id) == []


def test_odd_events_neither_break_nor_get_lost(db: Session, source: TalkSource) -> None:
    report = Follower(db, source).read(
        item("far", starts=date(9998, 1, 1), ends=date(9999, 12, 31)),
        item("early", starts=date(1, 1, 1), ends=date(1, 1, 2)),
        item("long", title="D" * 2000, place="P" * 2000, url="javascript:alert(1)"),
        item("empty", title="", starts=NOW, ends=NOW, zone="Nowhere/Land"),
    )
    assert len(report["proposed"]) == 2
    assert report["problems"] == [["Events that are too far away in time: {n}.", {"n": 2}]]
    made = choosing.choose(db, source, ["long", "empty"], [], "PondConf", now=NOW)
    assert [(talk.title[-3:], len(talk.title), talk.url, talk.zone) for talk in made] == [
        ("DD…", 200, "", None), ("onf", 8, "", "UTC"),
    ]  # fmt: skip
    assert made[1].ends_at == NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("reading", "failures", "refresh", "expected"),
    [
        (Reading("read"), 0, None, timedelta(hours=6)),
        (Reading("read"), 0, 60, timedelta(minutes=15)),
        (Reading("read"), 0, 3600, timedelta(hours=1)),
        (Reading("read"), 0, 10**9, timedelta(days=7)),
        (Reading("read", wait=timedelta(hours=9)), 0, None, timedelta(hours=9)),
        (Reading("failed"), 1, 3600, timedelta(minutes=15)),
        (Reading("failed"), 5, 3600, timedelta(hours=4)),
        (Reading("failed"), 500, 3600, timedelta(days=7)),
        (Reading("failed", wait=timedelta(days=30)), 1, None, timedelta(days=7)),
        (Reading("failed", wait=timedelta(seconds=1)), 2, None, timedelta(minutes=30)),
    ],
)
def test_when_it_is_read_again(reading: Reading, failures: int, refresh: int | None, expected: timedelta) -> None:
    assert pause(reading, failures, refresh) == expected


# ---- what speakers do ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_five_addresses_each_once(db: Session, people: Cast) -> None:
    made = [choosing.add_source(db, people.bo.id, f"webcal://c.example/{n}.ics", now=NOW) for n in range(5)]
    assert [one.url for one in made][:2] == ["https://c.example/0.ics", "https://c.example/1.ics"]
    assert choosing.add_source(db, people.bo.id, "https://c.example/4.ics", now=NOW).id == made[4].id
    with pytest.raises(TooManySources):
        choosing.add_source(db, people.bo.id, "https://c.example/5.ics", now=NOW)
    choosing.add_source(db, people.cy.id, "https://c.example/4.ics", now=NOW)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://a:b@c.example/", "gopher://c.example/", "https://c.example:22/", "nonsense"])  # fmt: skip  # noqa: E501
def test_odd_addresses_are_refused_at_once(db: Session, people: Cast, url: str) -> None:
    with pytest.raises(BadAddress):
        choosing.add_source(db, people.bo.id, url, now=NOW)


def test_read_again_only_after_a_minute(follower: Follower) -> None:
    db, source = follower.db, follower.source
    assert not choosing.read_again(db, source, now=later(0.01))
    assert choosing.read_again(db, source, now=later(0.1))
    assert source.due_at == later(0.1)
