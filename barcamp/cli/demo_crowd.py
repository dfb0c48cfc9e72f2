"""Synthetic conferences of four sizes: clusters of interest, and in each a few notes that nearly everybody wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any
from uuid import UUID

from barcamp.cli.names import anybody
from barcamp.cli.scene import Idea, Scene, Someone
from barcamp.core.slugs import slugify
from barcamp.core.times import Break, floor_minute, grid, to_utc, to_wall
from barcamp.registration.models import DIETS
from barcamp.wall.models import FORMATS

ZONE = "America/Los_Angeles"
SHIRTS = ("S", "M", "L", "XL")


@dataclass(frozen=True, slots=True)
class Size:
    """How big: the places (rooms times talk slots) are 15 to 25 % more than the notes need."""

    notes: int
    people: int
    rooms: int
    days: int
    last: str  # the end of each day
    clusters: int


SIZES = {
    "small": Size(notes=40, people=150, rooms=6, days=1, last="19:00", clusters=5),
    "medium": Size(notes=150, people=800, rooms=12, days=2, last="18:00", clusters=8),
    "large": Size(notes=600, people=5_000, rooms=24, days=3, last="22:00", clusters=16),
    "xl": Size(notes=2_000, people=30_000, rooms=60, days=4, last="22:00", clusters=30),
}

_SUBJECTS = """
    bees beer bikes birds boats books brains bread bridges cameras caves cheese chess cities clocks clouds code coffee
    comics compost dance data deserts drums eclipses engines fiction films fish fonts forests gardens glaciers glass
    guitars honey ice improv ink insects kites lamps language lava looms maps markets masks memes mills minerals moons
    moss mushrooms music networks oceans olives paper pianos planets plays poems pottery puppets puzzles queues radios
    rain robots rockets roots sails salt satellites schools seeds sensors sewing shells ships silk soap soil songs
    spices springs stars stoves streets tea tents tides tiles tools trains trees tunnels violins volcanoes walls water
    weather wheels wind wood wool words yeast
"""
SUBJECTS = _SUBJECTS.split()
PATTERNS = (
    "A field guide to {}", "What {} taught me", "{} for beginners", "Why {} matter more than you think",
    "How to start with {}", "The secret life of {}", "{} and {}: a love story", "Ten mistakes with {}",
    "Let's talk about {}", "Build your own {} in an hour", "The future of {}", "{} without money", "Strange {}",
    "An evening with {}", "From {} to {}", "Questions about {} you never dared to ask", "Mending {}", "{}, hands on",
)  # fmt: skip
SENTENCE = "Everything I know about {}, with things to try out and time for questions."


def scene(size: Size, *, slug: str, seed: int, organizer: str, now: datetime) -> Scene:
    """A conference that begins in two weeks, with its wall open. Equal for equal arguments."""
    rng = Random(f"{seed} {slug}")  # noqa: S311 - no secrets here
    now = floor_minute(now)
    first = to_wall(now, ZONE).date() + timedelta(days=14)
    created = now - timedelta(days=30)
    slots = [slot for day in range(size.days) for slot in _day(first + timedelta(days=day), size.last)]
    rooms = _rooms(rng, size)
    circles = _circles(rng, size)
    people = [_someone(rng, number, slug, slots, created, now) for number in range(size.people)]
    ideas = _ideas(rng, circles, people, slots, rooms, created, now)
    return Scene(
        conference={
            "slug": slug, "name": f"{slug.replace('-', ' ').title()} BarCamp", "starts_on": first, "zone": ZONE,
            "ends_on": first + timedelta(days=size.days - 1), "tagline": "A crowd that does not exist",
            "venue": "Otter Hall", "address": "1 River Road",
            "created_at": created, "stamped_at": created, "shirt_sizes": list(SHIRTS),
            "capacity": size.people * 19 // 20, "registration_opens_at": created, "wall_opens_at": created,
            "stars_open_at": created,
        },
        organizer=Someone("Olive Organizer", organizer, registered_at=created),
        rooms=rooms,
        slots=slots,
        people=people,
        ideas=ideas,
        stars=_stars(rng, circles, ideas, size, now),
    )  # fmt: skip


def _day(day: date, last: str) -> list[dict[str, Any]]:
    """Slots of 45 minutes, around lunch and, where the day is long, dinner."""

    def at(clock: str) -> datetime:
        return to_utc(datetime.combine(day, time.fromisoformat(clock)), ZONE)

    meals = [("Lunch", at("12:00"), at("13:00")), ("Dinner", at("18:00"), at("19:00"))]
    meals = [meal for meal in meals if meal[2] < at(last)]
    talks = grid(at("09:00"), at(last), 45, 15, [Break(start, end) for _, start, end in meals])
    rows = [{"starts_at": one.start, "ends_at": one.end, "kind": "talks", "name": ""} for one in talks]
    rows += [{"starts_at": start, "ends_at": end, "kind": "meal", "name": name} for name, start, end in meals]
    return sorted(rows, key=lambda row: row["starts_at"])


def _rooms(rng: Random, size: Size) -> list[dict[str, Any]]:
    rooms = []
    for position in range(size.rooms):
        name = f"Room {position // 10 + 1}{position % 10:02}"
        equipment = (
            ["projector"] * (position % 5 < 3) + ["whiteboard"] * (position % 2) + ["sound"] * (position % 6 == 0)
        )
        rooms.append({
            "key": slugify(name), "name": name, "equipment": equipment, "position": position,
            "seats": max(15, round(size.people * 0.35 / (position + 1) ** 0.8 / 5) * 5),
            "step_free": position == 0 or rng.random() < 0.8,
        })  # fmt: skip
    return rooms


def _someone(
    rng: Random, number: int, slug: str, slots: Sequence[dict[str, Any]], created: datetime, now: datetime
) -> Someone:
    name = anybody(rng)
    return Someone(
        name=name,
        email=f"{name.lower().replace(' ', '.')}.{number}@{slug}.example.org",
        registered_at=created + rng.randrange(int((now - created).total_seconds() // 60)) * timedelta(minutes=1),
        shirt=rng.choice(SHIRTS),
        diets=(rng.choice(DIETS),) if rng.random() < 0.2 else (),
        meals=tuple(place for place, slot in enumerate(slots) if slot["kind"] == "meal" and rng.random() < 0.8),
        visible=rng.random() < 0.2,
    )


def _circles(rng: Random, size: Size) -> list[list[int]]:
    """The notes of each cluster of interest, the most appealing first. A cluster's share differs, none is empty."""
    circles: list[list[int]] = [[] for _ in range(size.clusters)]
    weights = [rng.uniform(0.5, 2.0) for _ in circles]
    for note in range(size.notes):
        chosen = note if note < size.clusters else rng.choices(range(size.clusters), weights)[0]
        circles[chosen].append(note)
    for circle in circles:
        rng.shuffle(circle)
    return circles


def _ideas(
    rng: Random,
    circles: Sequence[Sequence[int]],
    people: Sequence[Someone],
    slots: Sequence[dict[str, Any]],
    rooms: Sequence[dict[str, Any]],
    created: datetime,
    now: datetime,
) -> list[Idea]:
    circle_of = {note: number for number, circle in enumerate(circles) for note in circle}
    subjects = [SUBJECTS[number % len(SUBJECTS) :: len(circles)] for number in range(len(circles))]
    talks = [place for place, slot in enumerate(slots) if slot["kind"] == "talks"]
    halves = [talks[: len(talks) // 2], talks[len(talks) // 2 :]]
    presenters = rng.sample(range(len(people)), k=len(circle_of) * 9 // 10)
    doubles = set(rng.sample(range(len(circle_of)), k=len(circle_of) // 20))
    span = int((now - created).total_seconds() // 60)
    posted = sorted(created + timedelta(minutes=rng.randrange(span)) for _ in circle_of)
    ideas = []
    for note, at in enumerate(posted):
        mine = subjects[circle_of[note]]
        subject = rng.choice(mine)
        title = rng.choice(PATTERNS).format(subject, rng.choice(SUBJECTS))
        with_whom = people[rng.choice(presenters)].name
        ideas.append(
            Idea(
                uid=str(UUID(int=rng.getrandbits(128), version=4)),
                title=title[0].upper() + title[1:],
                # the first nine in ten have a note each, the last tenth are second notes of the same people
                author=presenters[note % len(presenters)],
                posted_at=at,
                description=SENTENCE.format(subject) if rng.random() < 0.6 else "",
                format=rng.choices(FORMATS, [6, 2, 2, 1])[0],
                length=2 if note in doubles else 1,
                tags=tuple(sorted({mine[0], subject})),
                needs=("projector",) if rng.random() < 0.35 else (),
                step_free=rng.random() < 0.03,
                copresenters=(with_whom,) if rng.random() < 0.12 else (),
                wanted_room=rng.randrange(len(rooms)) if rng.random() < 0.08 else None,
                wanted_slot=rng.choice(talks) if rng.random() < 0.1 else None,
                away=tuple(rng.choice(halves)) if rng.random() < 0.1 else (),
            )
        )
    return ideas


def _stars(
    rng: Random, circles: Sequence[Sequence[int]], ideas: Sequence[Idea], size: Size, now: datetime
) -> list[tuple[int, int, datetime]]:
    """Each person is drawn to two clusters and strays a little; within a cluster appeal falls as by Zipf."""
    weights = [list(accumulate(1 / (rank + 1) ** 0.8 for rank in range(len(circle)))) for circle in circles]
    minutes = [int((now - idea.posted_at).total_seconds() // 60) for idea in ideas]
    stars = []
    for person in range(size.people):
        main, second = rng.sample(range(len(circles)), k=2)
        wanted = int(min(rng.lognormvariate(2.0, 0.6), len(ideas) / 4))
        found: set[int] = set()
        for circle in rng.choices((main, second, rng.randrange(len(circles))), (60, 25, 15), k=wanted):
            found.add(rng.choices(circles[circle], cum_weights=weights[circle])[0])
        for note in sorted(found):
            if ideas[note].author != person:
                at = ideas[note].posted_at + timedelta(minutes=int(rng.random() * minutes[note]))
                stars.append((note, person, at))
    return stars
