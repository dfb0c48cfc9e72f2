"""`demo`: the camp of the README, and crowds that keep every promise a used site keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.cli import checks, demo, demo_camp, demo_crowd, scene
from barcamp.cli.demo_organizer import ORGANIZER, find_organizer
from barcamp.cli.loading import load
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import find_conference, find_role, roles
from barcamp.core.slugs import RESERVED, is_slug
from barcamp.core.times import to_wall
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.registration.models import Registration
from barcamp.schedule import draft
from barcamp.venue.models import Room, Slot
from barcamp.wall import service as wall
from barcamp.wall.models import Note, Star
from tests import make
from tests.cli.conftest import Run
from tests.conftest import Client
from tests.speakers.talks import ROWS_OF_2012, tables

ZONE = "America/Los_Angeles"
NOW = make.NOW
REAL_NOTES = [
    "What is Calagator and why Corvallis needs it",
    "What's the next step for the Corvallis social tech scene?",
    "Ignite Corvallis brainstorm / roundtable",
    "How to kayak",
    "How to brew beer",
    "How to grow chickens in your backyard",
]


def camp_at(now: datetime, seed: int = 1) -> scene.Scene:
    return demo_camp.scene(slug="beaver", seed=seed, organizer=ORGANIZER, now=now)


def crowd(size: str, seed: int = 1) -> scene.Scene:
    return demo_crowd.scene(demo_crowd.SIZES[size], slug=size, seed=seed, organizer=ORGANIZER, now=NOW)


def test_the_camp_is_the_one_everybody_knows() -> None:
    camp = camp_at(NOW)

    assert camp.conference["name"] == "Beaver BarCamp"
    assert (camp.conference["venue"], camp.conference["zone"]) == ("Kelly Engineering Center", ZONE)
    assert [idea.title for idea in camp.ideas][:6] == REAL_NOTES
    assert [
        (room["name"], room["seats"], "projector" in room["equipment"], room["step_free"]) for room in camp.rooms
    ] == [
        ("KEC 1001", 150, True, True),
        ("KEC 1007", 60, True, True),
        ("KEC 1003", 45, False, True),
        ("KEC 1005", 30, False, True),
        ("KEC 2114", 16, False, False),
    ]
    served = [(slot["name"], slot["kind"], slot["sponsor"]) for slot in camp.slots if slot["sponsor"]]
    assert served == [
        ("Breakfast", "meal", "OSEL"),
        ("Lunch", "meal", "OSEL"),
        ("Snack break", "break", "OSEL"),
        ("Dinner", "meal", "OSEL"),
    ]
    assert camp.sponsors == [{"name": "OSEL", "gives": "breakfast, lunch, snack break and dinner", "position": 0}]
    assert all(one.email.endswith("@example.org") for one in camp.people)


@pytest.mark.parametrize("clock", ["00:00", "00:07", "06:59", "09:59", "10:00", "10:01", "15:30", "23:59"])
@pytest.mark.parametrize("day", [(2026, 11, 21), (2026, 3, 8), (2026, 11, 1), (2027, 1, 1)])
def test_today_is_the_camps_day_and_the_wall_is_open_whatever_the_clock(clock: str, day: tuple[int, int, int]) -> None:
    now = make.at(clock, datetime(*day, tzinfo=UTC).date()) + timedelta(seconds=42)

    camp = camp_at(now)
    conference = Conference(**dict(camp.conference))

    today = to_wall(now, ZONE).date()
    assert (conference.starts_on, conference.ends_on) == (today, today)
    assert {to_wall(slot["starts_at"], ZONE).date() for slot in camp.slots} == {today}
    assert (conference.wall_is_open(now), conference.stars_are_open(now), conference.registration_is_open(now)) == (
        True,
        True,
        True,
    )
    assert conference.wall_opens_at is not None
    assert conference.wall_opens_at <= make.at("10:00", today)
    assert conference.schedule_expected_at is not None
    assert conference.schedule_expected_at > now
    opened = conference.wall_opens_at
    assert all(opened <= idea.posted_at <= now for idea in camp.ideas)
    assert all(camp.ideas[note].posted_at <= at <= now for note, _, at in camp.stars)


def test_equal_seeds_make_equal_scenes_and_others_differ() -> None:
    assert camp_at(NOW) == camp_at(NOW)
    assert camp_at(NOW).stars != camp_at(NOW, seed=2).stars
    assert crowd("small") == crowd("small")
    assert crowd("small").stars != crowd("small", seed=2).stars


@pytest.mark.parametrize(
    ("size", "notes", "people"),
    [("small", 40, 150), ("medium", 150, 800), ("large", 600, 5_000), ("xl", 2_000, 30_000)],
)
def test_a_crowd_has_its_size_and_leaves_some_places_empty(size: str, notes: int, people: int) -> None:
    made = crowd(size)

    assert (len(made.ideas), len(made.people)) == (notes, people)
    places = len(made.rooms) * sum(slot["kind"] == "talks" for slot in made.slots)
    assert 0.15 <= 1 - sum(idea.length for idea in made.ideas) / places <= 0.25
    pairs = [(note, person) for note, person, _ in made.stars]
    assert len(set(pairs)) == len(pairs)
    assert all(made.ideas[note].author != person for note, person in pairs)
    assert len({one.email for one in made.people}) == people
    assert is_slug(size)
    assert size not in RESERVED


def test_the_camp_loads_is_sound_and_all_of_it_finds_a_place(db: Session, run: Run) -> None:
    said = run("demo", "--size", "camp")

    camp = find_conference(db, "beaver")
    assert camp is not None
    stars = db.scalar(select(func.count()).select_from(Star))
    assert (said.status, said.lines[-1]) == (0, f"32 notes, 118 people and {stars} stars are at /beaver/wall")
    assert [(role.kind, person.email) for role, person in roles(db, camp.id)] == [("organizer", ORGANIZER)]
    assert run("verify").lines == [f"1 conferences, 32 notes, 119 people and {stars} stars checked, nothing wrong."]

    assert run("arrange", "beaver").status == 0
    assert run("publish", "beaver").lines == ["Version 1 of /beaver/schedule is out, with 31 sessions"]
    read = draft.read(db, camp)
    assert len(read.placed) == 31
    assert checks.run(db, now=NOW) == []
    favorite = max(read.notes, key=lambda note: note.stars)
    seats = {room.id: room.seats for room in db.scalars(select(Room))}
    assert seats[read.placed[favorite.id].room] >= favorite.stars


def test_one_speaker_has_a_page_with_three_talks_of_2012(db: Session, client: Client, run: Run) -> None:
    said = run("demo", "--size", "camp")
    assert said.lines[-2] == "Robin Alder has a speaker's page: /speakers/robin-alder"
    assert tables(client.get("/speakers/robin-alder").text) == [
        [["When", "Conference", "Where", "Talk title"], *ROWS_OF_2012]
    ]
    feed = client.get("/speakers/robin-alder.ics").text
    assert feed.count("DTSTART;VALUE=DATE:20120626\r\nDTEND;VALUE=DATE:20120630\r\n") == 2
    run("arrange", "beaver")
    run("publish", "beaver")
    coming, over = tables(client.get("/speakers/robin-alder").text)
    assert [row[1:] for row in coming[1:]] == [
        ["Beaver BarCamp", "Kelly Engineering Center", "What is Calagator and why Corvallis needs it"]
    ]
    run("demo", "--size", "camp", "--slug", "otter")
    assert tables(client.get("/speakers/robin-alder").text)[1] == over


def test_a_crowd_loads_with_counts_and_a_line_of_those_who_wait(db: Session, store: Store) -> None:
    made = crowd("small")
    with store.writing() as writing:
        conference_id = load(writing, made)

    counted = db.execute(select(Registration.state, func.count()).group_by(Registration.state)).all()
    assert sorted(tuple(row) for row in counted) == [("coming", 142), ("waiting", 8)]
    assert (
        db.scalar(select(func.sum(Note.star_count)))
        == len(made.stars)
        == db.scalar(select(func.count()).select_from(Star))
    )
    assert db.scalar(select(func.count()).select_from(Slot)) == len(made.slots)
    assert checks.run(db, now=NOW) == []
    organizer = db.scalars(select(Person).where(Person.email == ORGANIZER)).one()
    assert find_role(db, conference_id, organizer.id) == "organizer"


def test_progress_counts_every_row_it_announced(store: Store) -> None:
    made = crowd("small")
    told: list[int] = []
    with store.writing() as writing:
        load(writing, made, on_rows=told.append)

    # the organizer is one of the people, too
    assert sum(told) == made.count_rows() + 1


def test_life_goes_on_after_a_demo(db: Session, client: Client, store: Store) -> None:
    """Ids that were handed out in bulk are not handed out again."""
    with store.writing() as writing:
        load(writing, camp_at(NOW))
    with store.writing() as writing:
        camp = find_conference(writing, "beaver")
        assert camp is not None
        author = make.person(writing, "Nia Newt", email="nia@example.com")
        note = wall.post_note(writing, camp, author, wall.NoteContent("Haiku"), now=NOW)
        make.room(writing, camp, "KEC 9")
        note_id = note.id

    assert db.get_one(Note, note_id).title == "Haiku"
    assert checks.run(db, now=NOW) == []
    assert client.get("/beaver/wall").status_code == 200


def test_two_camps_share_their_people(db: Session, run: Run) -> None:
    run("demo", "--size", "camp")
    before = db.scalar(select(func.count()).select_from(Person))

    assert run("demo", "--size", "camp", "--slug", "otter", "--seed", "1").status == 0

    assert before == 119
    hosts = db.scalars(select(Person.id).where(Person.email == "robin.alder@example.org")).all()
    assert len(hosts) == 1
    assert run("verify").status == 0


def test_a_taken_or_unusable_slug_changes_nothing(db: Session, run: Run) -> None:
    assert run("demo", "--size", "small").status == 0
    people = db.scalar(select(func.count()).select_from(Person))

    taken, reserved, odd = (
        run("demo", "--size", "small"),
        run("demo", "--size", "small", "--slug", "wall"),
        run("demo", "--size", "small", "--slug", "No Slug"),
    )

    assert (taken.status, taken.lines) == (
        1,
        ["Error: There is a conference at /small/ already. Choose another --slug."],
    )
    assert (reserved.status, odd.status) == (2, 2)
    assert db.scalar(select(func.count()).select_from(Person)) == people


def test_only_an_unused_site_is_empty(db: Session, store: Store) -> None:
    assert demo.is_empty(db)
    make.person(db, "Ada Oak")
    assert not demo.is_empty(db)


def test_the_demos_organizer_is_found_only_where_they_organize_the_demo(db: Session, store: Store) -> None:
    assert find_organizer(db) is None
    with store.writing() as writing:
        demo.load_camp(writing, now=NOW)
    found = find_organizer(db)
    assert found is not None
    assert found.email == ORGANIZER

    other = replace(crowd("small"), organizer=scene.Someone("Olive Organizer", "olive@example.org", NOW))
    with store.writing() as writing:
        load(writing, other)
    assert find_organizer(db) == found
