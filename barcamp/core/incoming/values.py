"""What a calendar of strangers is read into."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from barcamp.core.ical import Status


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not understood: `words` are for people, marked with `N_`; `facts` fill their {places}.

    The fact "reason" is marked words, too, and is translated before it is put in.
    """

    words: str
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One event, or one instance of a recurring one: identity (uid, recurrence_id). Texts are clean and plain.

    Both times are aware, in UTC; or both are dates, `ends` being the day after the last one (RFC 5545 3.6.1).
    `recurrence_id` is empty, or the instance's first start as text. `zone` is the IANA name its times were meant in,
    `zone_assumed` whether the file did not say so. `uid_made`: the file had no UID, and this one is of its content.
    """

    uid: str
    recurrence_id: str
    sequence: int
    modified_at: datetime | None
    starts: date | datetime
    ends: date | datetime
    title: str
    zone: str = "UTC"
    zone_assumed: bool = False
    place: str = ""
    description: str = ""
    url: str = ""
    status: Status = "CONFIRMED"
    categories: tuple[str, ...] = ()
    uid_made: bool = False

    @property
    def cancelled(self) -> bool:
        return self.status == "CANCELLED"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A calendar that was read; items by start and title. `refresh` is how often it wants to be read, in seconds."""

    name: str
    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    refresh: int | None = None


class NotACalendar(ValueError):
    """Nothing of it could be read; `words` and `facts` as in a Problem."""

    def __init__(self, words: str, **facts: str | int) -> None:
        super().__init__(words.format(**facts))
        self.words = words
        self.facts = facts
