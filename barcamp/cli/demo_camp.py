"""The demo of `demo_camp.toml` as a scene: one camp day, today, with its wall open whatever the clock says."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from barcamp.cli.names import anybody
from barcamp.cli.scene import Idea, Page, Said, Scene, Someone
from barcamp.core.slugs import slugify
from barcamp.core.times import floor_minute, to_utc, to_wall
from barcamp.registration.models import DIETS
from barcamp.speakers.talks import TalkContent

ATTENDEES = 118
DOMAIN = "example.org"
SHIRTS = {"XS": 1, "S": 4, "M": 6, "L": 5, "XL": 3, "XXL": 1}


def scene(*, slug: str, seed: int, organizer: str, now: datetime) -> Scene:
    """The camp on the day that `now` is at its place. Equal for equal arguments."""
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    rng = Random(f"{seed} {slug}")  # noqa: S311 - no secrets here
    now = floor_minute(now)
    today = _Today(to_wall(now, told["conference"]["zone"]).date(), told["conference"]["zone"])
    created = now - timedelta(days=40)

    slots = [_slot(one, today) for one in told["slots"]]
    people = _people(rng, [note["by"] for note in told["notes"]], slots, created, now)
    wall_opens = min(today.at("10:00"), floor_hour(now))
    ideas = _ideas(rng, told, people, slots, today, wall_opens, now)
    return Scene(
        conference={
            **told["conference"], "slug": slug, "starts_on": today.day, "ends_on": today.day,
            "created_at": created, "stamped_at": created,
            "about": told["conference"]["about"].strip(), "conduct": told["conference"]["conduct"].strip(),
            "registration_opens_at": created, "wall_opens_at": wall_opens, "stars_open_at": wall_opens,
            "schedule_expected_at": _schedule_expected(today, now),
        },
        organizer=Someone("Olive Organizer", organizer, registered_at=created),
        rooms=[_room(position, one) for position, one in enumerate(told["rooms"])],
        slots=slots,
        people=people,
        ideas=ideas,
        stars=_stars(rng, told["notes"], ideas, people, now),
        sponsors=[{**one, "position": position} for position, one in enumerate(told["sponsors"])],
        closures=[
            (position, today.at(one["closed"][0]), today.at(one["closed"][1]))
            for position, one in enumerate(told["rooms"])
            if "closed" in one
        ],
        pages=[_page(told["speaker"], people)],
    )  # fmt: skip


class _Today:
    def __init__(self, day: date, zone: str) -> None:
        self.day, self.zone = day, zone

    def at(self, clock: str) -> datetime:
        """The instant of a wall time like "13:00"."""
        return to_utc(datetime.combine(self.day, time.fromisoformat(clock)), self.zone)


def floor_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0)


def _schedule_expected(today: _Today, now: datetime) -> datetime:
    """A quarter to eleven, or soon, when somebody starts the demo later in the day."""
    soon = now + timedelta(minutes=45)
    return max(today.at("10:45"), soon.replace(minute=soon.minute - soon.minute % 15))


def _room(position: int, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": slugify(told["name"]), "name": told["name"], "seats": told["seats"], "where": told["where"],
        "equipment": told.get("equipment", []), "step_free": told.get("step_free", True), "position": position,
    }  # fmt: skip


def _slot(told: dict[str, Any], today: _Today) -> dict[str, Any]:
    return {
        "starts_at": today.at(told["from"]), "ends_at": today.at(told["to"]), "kind": told.get("kind", "talks"),
        "name": told.get("name", ""), "sponsor": told.get("sponsor", ""),
    }  # fmt: skip


def _people(
    rng: Random, hosts: Sequence[str], slots: Sequence[dict[str, Any]], created: datetime, now: datetime
) -> list[Someone]:
    """The hosts first, then others, until ATTENDEES are there; each with an address of their own."""
    names = list(dict.fromkeys(hosts))
    while len(names) < ATTENDEES:
        name = anybody(rng)
        if name not in names:
            names.append(name)
    meals = [position for position, slot in enumerate(slots) if slot["kind"] == "meal"]
    return [_someone(rng, name, meals, created, now) for name in names]


def _someone(rng: Random, name: str, meals: Sequence[int], created: datetime, now: datetime) -> Someone:
    until_yesterday = int((now - created) / timedelta(minutes=1)) - 24 * 60
    return Someone(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@{DOMAIN}",
        registered_at=created + timedelta(minutes=rng.randrange(60, until_yesterday)),
        shirt=rng.choices(list(SHIRTS), list(SHIRTS.values()))[0],
        diets=tuple(rng.sample(DIETS[:5], k=rng.choices([0, 1, 2], [70, 25, 5])[0])),
        meals=tuple(meal for meal in meals if rng.random() < 0.85),
        visible=rng.random() < 0.3,
    )


def _page(told: dict[str, Any], people: Sequence[Someone]) -> Page:
    return Page(
        speaker=next(position for position, one in enumerate(people) if one.name == told["name"]),
        bio=told["bio"].strip(),
        links=tuple(told["links"]),
        talks=tuple(TalkContent(**talk) for talk in told["talks"]),
    )


def _ideas(
    rng: Random,
    told: dict[str, Any],
    people: Sequence[Someone],
    slots: Sequence[dict[str, Any]],
    today: _Today,
    opened: datetime,
    now: datetime,
) -> list[Idea]:
    person = {one.name: position for position, one in enumerate(people)}
    slot = {one["starts_at"]: position for position, one in enumerate(slots)}
    # all of them within the first minutes of the wall, however short it has been open
    minutes = min(45, int((now - opened) / timedelta(minutes=1)))
    posted = sorted(opened + timedelta(minutes=rng.randint(0, minutes)) for _ in told["notes"])
    return [
        Idea(
            uid=str(UUID(int=rng.getrandbits(128), version=4)),
            title=note["title"],
            author=person[note["by"]],
            posted_at=at,
            description=note.get("description", "").strip(),
            format=note.get("format", "talk"),
            length=note.get("length", 1),
            tags=tuple(note["tags"]),
            needs=tuple(note.get("needs", ())),
            step_free=note.get("step_free", False),
            copresenters=tuple(note.get("copresenters", ())),
            wanted_slot=slot[today.at(note["wanted"])] if "wanted" in note else None,
            away=tuple(slot[today.at(clock)] for clock in note.get("away", ())),
            wish=note.get("wish", False),
            comments=tuple(
                Said(person[said["by"]], said["text"], min(now, at + timedelta(minutes=3 + number)))
                for number, said in enumerate(note.get("comments", ()))
            ),
        )
        for note, at in zip(told["notes"], posted, strict=True)
    ]


def _stars(
    rng: Random, told: Sequence[dict[str, Any]], ideas: Sequence[Idea], people: Sequence[Someone], now: datetime
) -> list[tuple[int, int, datetime]]:
    """Everybody has a circle or two at heart and looks around a little; strong notes draw more of them."""
    circles = sorted({note["circle"] for note in told})
    stars = []
    for person in range(len(people)):
        at_heart = rng.sample(circles, k=rng.choice([1, 2, 2]))
        keenness = rng.uniform(0.4, 1.2)
        for number, note in enumerate(told):
            liking = (0.09 if note["circle"] in at_heart else 0.025) * note["appeal"] * keenness
            if ideas[number].author != person and rng.random() < liking:
                posted = ideas[number].posted_at
                minutes = int((now - posted) / timedelta(minutes=1))
                stars.append((number, person, posted + timedelta(minutes=rng.randint(0, minutes))))
    return stars
