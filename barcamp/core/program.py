"""A published schedule as values: what every format is written from (feeds/) and read into (imports/).

Nothing of a database and nothing of a format is in it, so that a schedule that goes out in one format and comes in
again is equal, and two formats of the same schedule can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from barcamp.core.ical import Status


@dataclass(frozen=True, slots=True)
class ProgramRoom:
    """`key` is its name in addresses, `seats` None where unknown."""

    name: str
    key: str = ""
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A break or a meal for everybody. Times are aware."""

    starts_at: datetime
    ends_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class ProgramTalk:
    """One talk in its place. `number` is a positive integer, unique in the program and stable: phone apps key on it.

    Times are aware. `description` is Markdown as it was typed. `kind` is a note's format or what the source calls it.
    `status` "TENTATIVE" is for what is proposed only.
    """

    uid: str
    number: int
    starts_at: datetime
    ends_at: datetime
    room: str
    title: str
    description: str = ""
    kind: str = "talk"
    tags: tuple[str, ...] = ()
    presenters: tuple[str, ...] = ()
    url: str = ""
    slides_url: str = ""
    recording_url: str = ""
    status: Status = "CONFIRMED"


@dataclass(frozen=True, slots=True)
class Program:
    """One conference's schedule. `version` changes with everything that shows; `acronym` is [a-z0-9_]{4,}.

    Talks are in the order of the day: by start, room and number. `ends_on` is the last day.
    """

    title: str
    acronym: str
    zone: str
    starts_on: date
    ends_on: date
    version: str
    url: str = ""
    place: str = ""
    rooms: tuple[ProgramRoom, ...] = ()
    talks: tuple[ProgramTalk, ...] = ()
    pauses: tuple[Pause, ...] = ()
