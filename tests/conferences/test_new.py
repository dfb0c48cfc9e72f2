"""/conferences/new and /<slug>/organize/copy."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.details import details_of
from barcamp.conferences.models import Conference, Role, Sponsor
from barcamp.venue.models import Closure, Room
from tests import make
from tests.conferences.typed import BASICS
from tests.conftest import Client
from tests.people import Cast
from tests.venue import read

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NEW, COPY = "/conferences/new", "/camp/organize/copy"


def find(db: Session, slug: str) -> Conference:
    return db.scalars(select(Conference).where(Conference.slug == slug)).one()


def slugs(db: Session) -> list[str]:
    return list(db.scalars(select(Conference.slug).order_by(Conference.id)))


def test_anybody_who_is_signed_in_starts_a_conference_and_organizes_it(
    client: Client, people: Cast, db: Session
) -> None:
    assert client.submit(NEW, BASICS).status_code == 401
    answer = client.be(people.dee).submit(NEW, BASICS)
    assert (answer.status_code, answer.location) == (303, "/heron/organize/")
    made = find(db, "heron")
    assert (made.name, made.starts_on, made.ends_on, made.zone) == (
        "Heron Camp", date(2027, 6, 5), date(2027, 6, 6), "Europe/Berlin",
    )  # fmt: skip
    assert (made.latitude, made.longitude, made.capacity, made.listed, made.stars_shown) == (
        52.5,
        13.4,
        120,
        True,
        "always",
    )
    assert [(one.person_id, one.kind) for one in db.scalars(select(Role))] == [(people.dee.id, "organizer")]
    assert read.log(db) == [("conference-created", f"conference:{made.id}")]
    assert client.get("/heron/organize/").status_code == 200


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Otter BarCamp!", "otter-barcamp"), ("Ящерица", "camp-2027"), ("Wall", "wall-2"), ("Camp", "camp-2")],
)
def test_without_an_address_one_is_made_from_the_name(
    client: Client, camp: Conference, people: Cast, db: Session, name: str, slug: str
) -> None:
    client.be(people.dee).submit(NEW, {**BASICS, "name": name, "slug": ""})
    assert slugs(db) == ["camp", slug]


def test_bad_input_starts_nothing(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.dee)
    cases = [
        ({"name": "\x00\u202e "}, "Please fill this in."),
        ({"name": "x" * 10_000}, "Please keep this to 80 characters."),
        ({"slug": "camp"}, "The address /camp/ is already taken. Please choose another."),
        ({"slug": "wall"}, "This word is used by the site itself. Please choose another."),
        ({"slug": "two  words"}, "Please use small letters, digits and single hyphens, two characters or more."),
        ({"ends_on": "2027-06-04"}, "The last day is before the first."),
        ({"ends_on": "2027-06-30"}, "A conference lasts 14 days at the most."),
        ({"starts_on": "2027-02-30"}, "Not a valid date value."),
        ({"starts_on": "0001-01-01"}, "Please check the year."),
        ({"zone": "Mars/Olympus"}, "Please choose a time zone from the list."),
        ({"coordinates": "91, 0"}, "Please give latitude and longitude, as 44.567, -123.279, or leave this empty."),
        ({"coordinates": "nan, inf"}, "Please give latitude and longitude, as 44.567, -123.279, or leave this empty."),
        ({"capacity": "0"}, "Please give a number from 1 to 1,000,000."),
        ({"capacity": "many"}, "Not a valid integer value."),
    ]
    for typed, message in cases:
        answer = client.submit(NEW, {**BASICS, **typed})
        assert (answer.status_code, read.messages(answer)[0]) == (422, message), typed
        assert read.value(answer, "tagline") == "Two days on the water"
    assert slugs(db) == ["camp"]


def test_a_double_click_starts_one(client: Client, people: Cast, db: Session) -> None:
    client.be(people.dee)
    answers = [client.submit(NEW, {**BASICS, "slug": ""}) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/heron-camp/organize/"] * 2
    assert slugs(db) == ["heron-camp"]


def test_two_who_want_one_address_at_once(client: Client, people: Cast, db: Session) -> None:
    statuses: list[int] = []

    def start(browser: Client) -> None:
        statuses.append(browser.submit(NEW, BASICS).status_code)

    browsers = []
    for person in (people.cy, people.dee):
        browser = client.application.test_client()
        assert isinstance(browser, Client)
        browsers.append(browser.be(person))
    threads = [Thread(target=start, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(statuses), slugs(db)) == ([303, 422], ["heron"])


def test_the_zone_of_the_last_conference_is_the_first_choice(client: Client, camp: Conference, people: Cast) -> None:
    page = read.soup(client.be(people.dee).get(NEW))
    chosen = [option["value"] for option in page.select("#zone option[selected]")]
    assert chosen == ["America/Los_Angeles"]


def test_a_copy_has_what_can_be_copied(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(
        db, people.ada, wall_opens_at=make.at("10:00"), capacity=80, conduct="Be kind.", about="A camp",
        shirts_until=make.at("23:00"),
    )  # fmt: skip
    make.role(db, camp, people.bo, "helper")
    room = make.room(db, camp, "Loft", 16, equipment=["sound"], step_free=False)
    db.add(Closure(room_id=room.id, starts_at=make.at("12:00"), ends_at=make.at("13:00")))
    make.slot(db, camp, "11:00", 50)
    make.slot(db, camp, "12:00", 60, kind="meal", name="Lunch", sponsor="OSEL")
    db.add(Sponsor(conference_id=camp.id, name="OSEL", gives="lunch", url="https://osel.example.org", position=3))
    make.note(db, camp, people.bo)
    make.registration(db, camp, people.cy)
    db.flush()
    answer = client.be(people.ada).submit(
        COPY, {"name": "Otter BarCamp 2027", "slug": "otter-27", "starts_on": "2027-07-03"}
    )
    assert answer.location == "/otter-27/organize/"
    copy = find(db, "otter-27")
    before, after = details_of(camp), details_of(copy)
    same = (
        "tagline",
        "zone",
        "venue",
        "address",
        "capacity",
        "conduct",
        "about",
        "shirt_sizes",
        "stars_shown",
        "listed",
    )
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert (after.starts_on, after.ends_on) == (date(2027, 7, 3), date(2027, 7, 3))
    assert after.wall_opens_at == datetime(2027, 7, 3, 17, 0, tzinfo=UTC)  # 10:00 in summer time
    assert [one.kind for one in db.scalars(select(Role).where(Role.conference_id == copy.id))] == ["organizer"]
    (loft,) = db.scalars(select(Room).where(Room.conference_id == copy.id))
    assert (loft.name, loft.key, loft.seats, loft.equipment, loft.step_free) == ("Loft", "loft", 16, ["sound"], False)
    assert [one.room_id for one in db.scalars(select(Closure))] == [room.id]
    assert read.slots(db)[2:] == [("11:00 – 11:50", "talks", ""), ("12:00 – 13:00", "meal", "Lunch")]
    sponsors = db.scalars(select(Sponsor).where(Sponsor.conference_id == copy.id))
    assert [(one.name, one.gives, one.position) for one in sponsors] == [("OSEL", "lunch", 3)]
    assert "Haiku" not in client.get("/otter-27/wall").text
    assert "Otter BarCamp 2027" in client.get("/otter-27/").text


def test_a_copy_that_lands_in_a_gap_is_refused_whole(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(db, people.ada)
    make.slot(db, camp, "02:30", 20)
    answer = client.be(people.ada).submit(COPY, {"name": "Spring", "slug": "spring", "starts_on": "2027-03-14"})
    assert (answer.status_code, slugs(db)) == (422, ["camp"])
    assert "02:30 on 2027-03-14 does not exist" in read.messages(answer)[0]
    taken = client.submit(COPY, {"name": "Spring", "slug": "camp", "starts_on": "2027-06-05"})
    assert (taken.status_code, slugs(db)) == (422, ["camp"])
    assert client.be(people.dee).get(COPY).status_code == 403
