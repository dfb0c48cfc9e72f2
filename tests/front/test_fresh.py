"""What the front gives is what Flask would say at this moment, whatever was changed by whichever process."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some
from sqlalchemy import delete, insert, text, update
from sqlalchemy.orm import Session
from werkzeug.test import Client as Visitor

from barcamp import create_app
from barcamp.conferences.models import Conference, Sponsor
from barcamp.db import Base, Store
from barcamp.front.wsgi import Front
from barcamp.news.models import Bulletin
from barcamp.people.models import Person
from barcamp.settings import Settings
from barcamp.speakers.models import Speaker, Talk
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Comment, Note, NoteTag, Star
from barcamp.web.models import Bucket
from tests import make
from tests.conftest import Client
from tests.house.furnished import House, furnish
from tests.house.rules import routes
from tests.people import Cast

#: A column of each table that public pages show, which takes any words.
WORDS = [
    (Note, "title"), (Note, "description"), (Person, "name"), (Conference, "name"), (Conference, "about"),
    (Room, "where"), (Slot, "name"), (Sponsor, "name"), (Speaker, "bio"), (Talk, "title"), (Bulletin, "text"),
    (Comment, "text"), (NoteTag, "tag"),
]  # fmt: skip
numbers = itertools.count()


@pytest.fixture
def house(app: Flask, db: Session) -> House:
    return furnish(app, db)


@pytest.fixture
def front(app: Flask) -> Front:
    found: Front = app.extensions["front"]
    while found.marks.look() is None:  # PostgreSQL is being connected to
        time.sleep(0.01)
    return found


@pytest.fixture
def elsewhere(settings: Settings, app: Flask) -> Iterator[Store]:
    """Another process on the same database."""
    made = create_app(settings)
    yield made.extensions["store"]
    made.extensions["hub"].close()
    made.extensions["front"].close()
    made.extensions["store"].dispose()


def shared_addresses(app: Flask, house: House) -> list[str]:
    return [
        route.address(app, house.names)
        for route in routes(app)
        if route.method == "GET" and getattr(app.view_functions[route.endpoint], "shared", False)
    ]


def through_flask(app: Flask, front: Front, address: str) -> tuple[int, bytes]:
    """What the app says without its front."""
    answer = Visitor(front.app, app.response_class).get(address)
    return answer.status_code, answer.data


def through_front(app: Flask, address: str) -> tuple[int, bytes]:
    answer = Visitor(app, app.response_class).get(address)
    return answer.status_code, answer.data


def assert_same(app: Flask, front: Front, address: str) -> None:
    """At once on SQLite; on PostgreSQL as soon as the other process has been heard."""
    deadline = time.monotonic() + 20
    while (kept := through_front(app, address)) != (now := through_flask(app, front, address)):
        if app.extensions["store"].on_sqlite or time.monotonic() > deadline:
            assert kept == now, address
        time.sleep(0.01)


def test_every_shared_view_is_kept_and_says_what_flask_says(app: Flask, house: House, front: Front) -> None:
    addresses = shared_addresses(app, house)
    assert len(addresses) > 25
    for address in addresses:
        for _ in range(2):
            assert_same(app, front, address)
    there = [address for address in addresses if through_flask(app, front, address)[0] == 200]
    assert len(list(front.copies)) == len(there) > 25
    if app.extensions["store"].on_sqlite:  # elsewhere the server's own figures have some made once more
        assert front.figures.hits >= len(there)


@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(some.lists(some.tuples(some.sampled_from(WORDS), some.booleans(), some.integers(0, 60)), min_size=1, max_size=8))
def test_whatever_is_changed_wherever_the_next_answer_says_it(
    app: Flask, house: House, front: Front, store: Store, elsewhere: Store,
    story: list[tuple[tuple[type[Base], str], bool, int]],
) -> None:  # fmt: skip
    addresses = shared_addresses(app, house)
    for (table, column), here, number in story:
        address = addresses[number % len(addresses)]
        through_front(app, address)  # so that there is something old to give
        with (store if here else elsewhere).writing() as db:
            db.execute(update(table).values({column: f"w{next(numbers)}"}))
        assert_same(app, front, address)


def test_who_goes_takes_what_was_theirs_along(app: Flask, house: House, front: Front, elsewhere: Store) -> None:
    """Rows that go because another goes (ON DELETE) count as changed, too."""
    addresses = shared_addresses(app, house)
    before = {address: through_front(app, address) for address in addresses}
    with elsewhere.writing() as db:
        db.execute(delete(Person).where(Person.id == house.attendee.id))
    for address in addresses:
        assert_same(app, front, address)
    assert before != {address: through_front(app, address) for address in addresses}


def test_what_is_rolled_back_changes_nothing(app: Flask, house: House, front: Front, store: Store) -> None:
    through_front(app, "/camp/wall")
    with pytest.raises(RuntimeError), store.writing() as db:
        db.execute(update(Note).values(title="never"))
        raise RuntimeError
    misses = front.figures.misses
    through_front(app, "/camp/wall")
    assert front.figures.misses == misses


def test_a_stranger_with_a_program_of_their_own_is_noticed(app: Flask, house: House, front: Front, db: Session) -> None:
    through_front(app, "/camp/wall")
    db.execute(update(Note).values(title="From the shell"))
    assert_same(app, front, "/camp/wall")
    assert b"From the shell" in through_front(app, "/camp/wall")[1]


def test_a_star_leaves_the_schedule_where_it_is(
    app: Flask, house: House, front: Front, store: Store, db: Session
) -> None:
    """A thousand people who star must not have a thousand schedules made."""
    fan = make.person(db, "Fan of all")
    still = ["/camp/schedule", "/camp/schedule.ics", "/camp/schedule.json", "/camp/embed", "/camp/", "/speakers", "/"]
    for address in ["/camp/wall", *still]:
        through_front(app, address)
    with store.writing() as writing:
        writing.execute(insert(Star).values(note_id=house.notes[0].id, person_id=fan.id, at=make.NOW))
        writing.execute(text("UPDATE note SET star_count = star_count + 1 WHERE id = :id"), {"id": house.notes[0].id})
    made_again = []
    for address in still:
        misses = front.figures.misses
        through_front(app, address)
        made_again += [address] * (front.figures.misses - misses)
    assert made_again == []
    assert_same(app, front, "/camp/wall")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_outage_is_told_to_all_who_wait_at_once(app: Flask, front: Front, camp: Conference) -> None:
    """Else each of them would wait in turn for a database that does not answer."""
    began, go_on, makings = threading.Event(), threading.Event(), []

    def away(environ, start_response):  # type: ignore[no-untyped-def]
        makings.append(environ["PATH_INFO"])
        began.set()
        assert go_on.wait(30)
        start_response("503 SERVICE UNAVAILABLE", [("Content-Type", "text/plain"), ("Retry-After", "5")])
        return [b"away"]

    front.app = away
    heard: list[tuple[int, bytes]] = []
    crowd = [threading.Thread(target=lambda: heard.append(through_front(app, "/camp/wall"))) for _ in range(8)]
    crowd[0].start()
    assert began.wait(30)
    for thread in crowd[1:]:
        thread.start()
    while front.figures.waits < 7:
        time.sleep(0.001)
    go_on.set()
    for thread in crowd:
        thread.join()
    assert (heard, makings) == ([(503, b"away")] * 8, ["/camp/wall"])


def test_what_no_page_shows_leaves_all_where_it_is(app: Flask, house: House, front: Front, store: Store) -> None:
    """A worker's heartbeat, a spent allowance: nobody's page is made again for them."""
    through_front(app, "/camp/wall")
    misses = front.figures.misses
    for number in range(3):
        with store.writing() as writing:
            writing.execute(insert(Bucket).values(key=bytes([number]), full_at=0))
        through_front(app, "/camp/wall")
    assert front.figures.misses == misses


def test_a_new_minute_makes_all_anew(client: Client, camp: Conference, front: Front) -> None:
    """ "Now", "just now" and "opens in 5 minutes" change although nobody has changed anything."""
    minutes = iter([0.0, 59.9, 60.0])
    answers = []
    for _ in range(3):
        now = next(minutes)
        front._clock = lambda now=now: now  # type: ignore[misc]
        client.get("/camp/wall")
        answers.append(front.figures.misses)
    assert answers == [1, 1, 2]


@pytest.mark.parametrize("crowd", [12])
def test_many_at_once_are_one_making_and_none_gets_what_was_before_they_came(
    app: Flask, front: Front, store: Store, camp: Conference, people: Cast, db: Session, crowd: int
) -> None:
    """Whoever comes while a page is made waits for it, unless something was committed after its making began."""
    note = make.note(db, camp, people.bo, "Before")
    flask, began, go_on, makings = front.app, threading.Event(), threading.Event(), []

    def slowly(environ, start_response):  # type: ignore[no-untyped-def]
        makings.append(environ["PATH_INFO"])
        answer = b"".join(flask(environ, start_response))
        if len(makings) == 1:
            began.set()
            assert go_on.wait(30)
        return [answer]

    front.app = slowly
    heard: list[bytes] = []

    def ask() -> None:
        heard.append(through_front(app, "/camp/wall")[1])

    first = threading.Thread(target=ask)
    first.start()
    assert began.wait(30)
    with store.writing() as writing:
        writing.execute(update(Note).where(Note.id == note.id).values(title="After"))
    late = [threading.Thread(target=ask) for _ in range(crowd)]
    for thread in late:
        thread.start()
    while front.figures.waits < crowd:
        time.sleep(0.001)
    go_on.set()
    for thread in (first, *late):
        thread.join()
    assert [(b"Before" in page, b"After" in page) for page in heard] == [(True, False)] + [(False, True)] * crowd
    assert len(makings) == 2
