"""A whole conference as plain values: for the demo and the big crowds. loading.py writes it into the database.

People, rooms, slots and notes are named by their position in the scene's lists; ids come when it is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from barcamp.speakers.talks import TalkContent

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Someone:
    """A person and how they registered. `meals` are positions of slots."""

    name: str
    email: str
    registered_at: datetime
    shirt: str | None = None
    diets: tuple[str, ...] = ()
    diet_note: str = ""
    meals: tuple[int, ...] = ()
    visible: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A comment under a note, by somebody at a position among the people."""

    by: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Idea:
    """A note to be. `author` is a position among the people, the others are positions of slots and rooms.

    A `wish` has no host yet: its author only asks for it.
    """

    uid: str
    title: str
    author: int
    posted_at: datetime
    description: str = ""
    format: str = "talk"
    length: int = 1
    tags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    step_free: bool = False
    copresenters: tuple[str, ...] = ()
    wanted_room: int | None = None
    wanted_slot: int | None = None
    away: tuple[int, ...] = ()
    wish: bool = False
    comments: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The public page of a speaker, who is at a position among the people. `talks` are those elsewhere."""

    speaker: int
    bio: str
    links: tuple[Row, ...]
    talks: tuple[TalkContent, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """One conference with all that belongs to it.

    `conference`, `rooms`, `slots` and `sponsors` are the columns of their rows without ids; `closures` are (room, from,
    to); `stars` are (note, person, when), each pair once and nobody's own note.
    """

    conference: Row
    organizer: Someone
    rooms: Sequence[Row]
    slots: Sequence[Row]
    people: Sequence[Someone]
    ideas: Sequence[Idea]
    stars: Sequence[tuple[int, int, datetime]]
    sponsors: Sequence[Row] = ()
    closures: Sequence[tuple[int, datetime, datetime]] = ()
    pages: Sequence[Page] = ()

    def count_rows(self) -> int:
        """How many steps loading it takes, for a progress bar."""
        return len(self.people) * 2 + len(self.ideas) + len(self.stars)
