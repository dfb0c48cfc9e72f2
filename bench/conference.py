"""Made-up conferences of any size, in the database of a site that is to be measured, with their schedule published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from barcamp.cli import demo_crowd, loading
from barcamp.cli.scene import Idea, Page, Scene, Someone
from barcamp.core.times import Break, floor_minute, grid, to_utc, to_wall
from barcamp.db import Store
from barcamp.migrate import migrate
from barcamp.settings import from_environment
from bench.serving import command

SLUG = "bench"
ZONE = demo_crowd.ZONE
SENTENCE = "What we learned about it in ten years, what went wrong, and what you can try at home the same evening. "


def load(environment: dict[str, str], scene: Scene, *, moves: int) -> None:
    """Write a conference into the (empty) database of this environment, arrange and publish it.

    `moves` as of `arrange`: 0 is the first schedule that it finds.
    """
    settings = from_environment(environment)
    migrate(settings.database_url)
    store = Store(settings.database_url, settings.base_url)
    with store.writing() as db:
        loading.load(db, scene)
    store.reader.dispose()
    store.writer.dispose()
    slug = str(scene.conference["slug"])
    print("  " + command(environment, "arrange", slug, "--moves", str(moves)).splitlines()[-1], flush=True)
    print("  " + command(environment, "publish", slug).splitlines()[-1], flush=True)


def of_sessions(sessions: int, rooms: int, days: int, *, people: int = 400, stars: int = 5) -> Scene:
    """A plain conference: talks of 25 minutes, each by somebody else, 20 a day in each room; the last speaker has a
    page. It begins in two weeks.
    """
    rng = Random(1)  # noqa: S311 - nothing to guess
    now = floor_minute(datetime.now(UTC))
    first = to_wall(now, ZONE).date() + timedelta(days=14)
    created = now - timedelta(days=30)
    slots: list[dict[str, Any]] = []
    for day in range(days):
        start, noon, one, end = (
            to_utc(datetime.combine(first + timedelta(days=day), time(hour)), ZONE) for hour in (9, 12, 13, 20)
        )
        slots += [
            {"starts_at": span.start, "ends_at": span.end, "kind": "talks", "name": ""}
            for span in grid(start, end, 25, 5, [Break(noon, one)])
        ]
        slots.append({"starts_at": noon, "ends_at": one, "kind": "meal", "name": "Lunch"})
    crowd = [Someone(f"Person {number} Finch", f"p{number}@bench.example.org", created) for number in range(people)]
    ideas = [
        Idea(
            uid=str(UUID(int=rng.getrandbits(128), version=4)), title=f"Session {number}, as people call theirs",
            author=number, posted_at=created, description=SENTENCE * 4, tags=(f"tag-{number % 20}",),
        )
        for number in range(sessions)
    ]  # fmt: skip
    given = [
        (note, person, created) for person in range(people) for note in rng.sample(range(sessions), stars)
        if note != person
    ]  # fmt: skip
    return Scene(
        conference={
            "slug": SLUG, "name": "Bench Camp", "starts_on": first, "ends_on": first + timedelta(days=days - 1),
            "zone": ZONE, "tagline": "A conference to be measured", "venue": "Otter Hall", "address": "1 River Road",
            "created_at": created, "stamped_at": created, "registration_opens_at": created, "wall_opens_at": created,
            "stars_open_at": created,
        },
        organizer=Someone("Olive Organizer", "organizer@bench.example.org", created),
        rooms=[
            {"key": f"room-{n}", "name": f"Room {n}", "equipment": [], "position": n, "seats": 120, "step_free": True}
            for n in range(rooms)
        ],
        slots=sorted(slots, key=lambda slot: slot["starts_at"]),
        people=crowd,
        ideas=ideas,
        stars=given,
        pages=[Page(sessions - 1, SENTENCE * 3, (), ())],
    )  # fmt: skip


def crowd(notes: int, people: int, *, of: int) -> Scene:
    """The first `people` of a synthetic crowd of `of`, with their stars.

    The notes are the same, however many are left, and so are their presenters, who are the first of all.
    """
    scene = _whole_crowd(notes, of)
    presenters = {author: place for place, author in enumerate(dict.fromkeys(idea.author for idea in scene.ideas))}
    ideas = [replace(idea, author=presenters[idea.author] % people) for idea in scene.ideas]
    return replace(
        scene,
        conference=dict(scene.conference) | {"capacity": max(1, people * 19 // 20)},
        people=scene.people[:people],
        ideas=ideas,
        stars=_of_these(scene.stars, ideas, people),
    )


@cache
def _whole_crowd(notes: int, people: int) -> Scene:
    like = next(size for size in demo_crowd.SIZES.values() if size.notes >= notes)
    size = replace(like, notes=notes, people=people)
    return demo_crowd.scene(size, slug=SLUG, seed=1, organizer="organizer@bench.example.org", now=datetime.now(UTC))


def _of_these(
    stars: Sequence[tuple[int, int, datetime]], ideas: Sequence[Idea], people: int
) -> list[tuple[int, int, datetime]]:
    return [star for star in stars if star[1] < people and ideas[star[0]].author != star[1]]
