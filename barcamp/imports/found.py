"""What was read from a schedule, as it is kept until somebody decides: values, and the same as JSON.

Everything is as the source says it, cleaned; what becomes of it here is decided in plan.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

#: (words marked with N_, facts that fill their {places}); the fact "reason" is marked words, too.
Said = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FoundTalk:
    """One talk. Times are aware; `room` is a name, "" where none is said."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    room: str = ""
    description: str = ""
    kind: str = "talk"
    tags: tuple[str, ...] = ()
    presenters: tuple[str, ...] = ()
    slides_url: str = ""
    recording_url: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class FoundRoom:
    name: str
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class FoundPause:
    starts_at: datetime
    ends_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """A schedule that was read. Talks are in the order of the day; `said` is what was not understood."""

    kind: str
    title: str
    rooms: tuple[FoundRoom, ...] = ()
    talks: tuple[FoundTalk, ...] = ()
    pauses: tuple[FoundPause, ...] = ()
    said: tuple[Said, ...] = field(default=(), compare=False)


def as_json(found: Found) -> dict[str, Any]:
    """The form of `Import.found`. `said` is not in it: it is in the report."""
    return {
        "kind": found.kind,
        "title": found.title,
        "rooms": [asdict(room) for room in found.rooms],
        "talks": [_with_text_times(asdict(talk)) for talk in found.talks],
        "pauses": [_with_text_times(asdict(pause)) for pause in found.pauses],
    }


def from_json(kept: dict[str, Any]) -> Found:
    return Found(
        kind=kept["kind"],
        title=kept["title"],
        rooms=tuple(FoundRoom(**room) for room in kept["rooms"]),
        talks=tuple(
            FoundTalk(**_with_times(talk) | {name: tuple(talk[name]) for name in ("tags", "presenters")})
            for talk in kept["talks"]
        ),
        pauses=tuple(FoundPause(**_with_times(pause)) for pause in kept["pauses"]),
    )


def _with_text_times(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: row[name].isoformat() for name in ("starts_at", "ends_at")}


def _with_times(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at")}
