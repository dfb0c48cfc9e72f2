"""The clock of the machine is set back, or was ahead and is right again: nothing waits longer than that excuses,
nothing is sent twice, and no calendar is told of the past.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.imports import queries as imports
from barcamp.imports import service as imports_service
from barcamp.imports.models import Import
from barcamp.mail import letters
from barcamp.mail import queries as mail_queries
from barcamp.mail import service as mail
from barcamp.mail.delivery import deliver
from barcamp.mail.models import Letter
from barcamp.news import push
from barcamp.news.models import PushMessage, PushSubscription
from barcamp.people import codes
from barcamp.people.errors import TooManyCodes
from barcamp.people.models import SignInCode
from barcamp.schedule import arranging, quiet
from barcamp.schedule.found import LEASE, Search
from barcamp.schedule.models import Arrangement
from barcamp.settings import Settings
from barcamp.speakers import talk_queries
from barcamp.speakers.models import TalkSource
from tests import make
from tests.conftest import Client
from tests.faults.writers import filled
from tests.people import Cast

NOW = make.NOW
APART = mail_queries.CLOCKS_APART
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
JUMPS = pytest.mark.parametrize("jump", [DAY, HOUR, timedelta(minutes=20)], ids=str)


def write(store: Store, now: datetime, kind: str = "test") -> None:
    with store.writing() as db:
        letters.write(db, kind, "ada@example.com", "Hi", "Hello", now=now)


@JUMPS
def test_a_letter_of_a_clock_that_ran_ahead_goes_out_now_and_once(
    store: Store, db: Session, settings: Settings, jump: timedelta
) -> None:
    write(store, NOW + jump)
    assert deliver(store, settings, clock=lambda: NOW) == 1
    assert deliver(store, settings, clock=lambda: NOW) == 0
    assert deliver(store, settings, clock=lambda: NOW + jump + HOUR) == 0
    assert len(list(settings.outbox.glob("*.eml"))) == 1


@pytest.mark.parametrize(
    ("attempts", "longest"), [(1, timedelta(minutes=3)), (3, timedelta(minutes=15)), (9, timedelta(minutes=240))]
)
def test_a_letter_that_waits_never_waits_longer_than_its_pause(
    store: Store, db: Session, attempts: int, longest: timedelta
) -> None:
    write(store, NOW)
    for due_at, expected in [(NOW + longest, False), (NOW + longest + 2 * APART, True), (NOW, True)]:
        db.execute(update(Letter).values(attempts=attempts, due_at=due_at))
        assert mail_queries.some_are_due(db, NOW) == expected, due_at


def test_set_back_while_a_letter_is_on_its_way_it_is_not_sent_again(store: Store, db: Session) -> None:
    write(store, NOW)
    with store.writing() as writing:
        [claim] = mail.claim(writing, limit=20, now=NOW)
    with store.writing() as writing:  # another worker looks, a minute earlier by its clock
        assert mail.claim(writing, limit=20, now=NOW - timedelta(seconds=60)) == []
        mail.mark_sent(writing, claim, now=NOW - HOUR)
    assert not mail_queries.some_are_due(db, NOW + DAY)


@JUMPS
def test_a_push_message_of_a_clock_that_ran_ahead(store: Store, db: Session, people: Cast, jump: timedelta) -> None:
    browser = PushSubscription(
        person_id=people.bo.id, endpoint="https://push.example/1", p256dh="x", auth="y", label="Test",
        created_at=NOW,
    )  # fmt: skip
    db.add(browser)
    db.flush()
    db.add(
        PushMessage(
            subscription_id=browser.id, title="Moved", text="", path="/", written_at=NOW, due_at=NOW + 3 * HOUR + jump
        )
    )
    db.flush()
    with store.writing() as writing:
        assert len(push.claim_due(writing, limit=10, now=NOW)) == 1
        assert push.claim_due(writing, limit=10, now=NOW) == []


@JUMPS
def test_a_quiet_time_ends_by_a_clock_that_was_set_back(db: Session, camp: Conference, jump: timedelta) -> None:
    camp.publishes_live, camp.publish_due_at = True, NOW + quiet.QUIET + jump
    db.flush()
    assert (quiet.find_due(db, NOW), quiet.is_due(camp, NOW)) == ([camp.id], True)
    camp.publish_due_at = NOW + quiet.QUIET
    db.flush()
    assert (quiet.find_due(db, NOW), quiet.is_due(camp, NOW)) == ([], False)


@JUMPS
def test_an_import_whose_reader_died_before_the_clock_was_set_back(
    store: Store, db: Session, camp: Conference, people: Cast, jump: timedelta
) -> None:
    with store.writing() as writing:
        row = imports_service.ask(
            writing, writing.get_one(Conference, camp.id), people.ada, "x.ics", b"x", now=NOW + jump
        )  # fmt: skip
        assert imports_service.claim(writing, row.id, now=NOW + jump)
    assert imports.find_waiting(db, now=NOW + jump) is None
    assert imports.find_waiting(db, now=NOW) == row.id
    db.execute(update(Import).values(beat_at=NOW + imports.SILENT))  # by the clock of another machine, a little ahead
    assert imports.find_waiting(db, now=NOW) is None


@JUMPS
def test_a_search_whose_worker_died_before_the_clock_was_set_back(
    db: Session, camp: Conference, people: Cast, jump: timedelta
) -> None:
    row = Arrangement(
        conference_id=camp.id, asked_by_id=people.ada.id, asked_at=NOW, kind="fresh", state="running", seen=0,
        seed=1, moves=1, started_at=NOW, beat_at=NOW + jump,
    )  # fmt: skip
    db.add(row)
    db.flush()
    assert arranging.some_wait(db, now=NOW)
    assert Search.of(row).is_lost(NOW)
    row.beat_at = NOW + LEASE
    db.flush()
    assert not arranging.some_wait(db, now=NOW)
    assert not Search.of(row).is_lost(NOW)


def test_a_calendar_is_read_although_it_was_read_in_the_future(db: Session, people: Cast) -> None:
    source = TalkSource(
        person_id=people.bo.id, url="https://example.org/talks.ics", state="good", failures=0, due_at=NOW + 30 * DAY,
        added_at=NOW,
    )  # fmt: skip
    db.add(source)
    db.flush()
    assert talk_queries.has_due_source(db, NOW)
    source.due_at = NOW + talk_queries.LONGEST
    db.flush()
    assert not talk_queries.has_due_source(db, NOW)


def test_who_asked_for_codes_in_the_future_may_ask_now(store: Store, settings: Settings) -> None:
    with store.writing() as db:
        db.add_all(
            SignInCode(
                email="ada@example.com", email_key="ada@example.com", name="", code_hash=b"x",
                link_hash=bytes([number]), next_path="/", created_at=NOW + DAY, expires_at=NOW + DAY + HOUR,
            )
            for number in range(20)
        )  # fmt: skip
    with store.writing() as db:
        codes._refuse_too_many(db, "ada@example.com", NOW, with_link=True)
    with pytest.raises(TooManyCodes), store.writing() as db:
        codes._refuse_too_many(db, "ada@example.com", NOW + DAY, with_link=True)


def test_what_calendars_were_told_never_goes_back(db: Session, client: Client, camp: Conference, people: Cast) -> None:
    """SEQUENCE, DTSTAMP and LAST-MODIFIED (RFC 5545, 3.8.7): a calendar drops what is older than what it has."""
    room, slot = make.room(db, camp), make.slot(db, camp)
    note = make.note(db, camp, people.bo, "Haiku")
    with time_machine.travel(NOW, tick=True):
        publish(client.be(people.ada), note.id, slot.id, room.id)
        before = stamps(client)
    with time_machine.travel(NOW - HOUR, tick=True):
        path = f"/camp/notes/{note.id}/edit"
        form = filled(client.be(people.bo).get(path).text, path)
        assert client.submit(path, form | {"title": "Haiku and tea"}).status_code == 303
        after = stamps(client)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"] >= before["DTSTAMP"]
    assert after["LAST-MODIFIED"] >= before["LAST-MODIFIED"]
    assert after["head"] >= before["head"]


def publish(client: Client, note_id: int, slot_id: int, room_id: int) -> None:
    where = {"slot": slot_id, "room": room_id, "revision": 0}
    assert client.submit(f"/camp/board/notes/{note_id}/place", where).status_code == 303
    assert client.submit("/camp/organize/publish/now", {}).status_code == 303


def stamps(client: Client) -> dict[str, Any]:
    answer = client.get("/camp/schedule.ics")
    [event] = Calendar.from_ical(answer.data).walk("VEVENT")
    found: dict[str, Any] = {name: event.decoded(name) for name in ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")}
    return {**found, "head": parsedate_to_datetime(answer.headers["Last-Modified"])}
