"""What plans are made of and into: the conference as it is here, and what taking an import would do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from barcamp.conferences.models import Conference
from barcamp.core.etags import etag_of
from barcamp.imports.found import FoundTalk, Said
from barcamp.imports.placing import Spot
from barcamp.schedule.draft import Draft
from barcamp.venue.day import Wanted
from barcamp.venue.models import Room, Slot
from barcamp.wall.service.content import NoteContent

NoteKind = Literal["new", "changed", "same"]


@dataclass(frozen=True, slots=True)
class NoteHere:
    """A note that is here already. `is_off`: somebody has taken it off the wall, or made a wish of it. `hosts` are all
    who present it, also those with an account; `spot` is its place in the draft.
    """

    id: int
    content: NoteContent
    slides_url: str
    recording_url: str
    is_off: bool
    is_withdrawn: bool
    is_in_a_block: bool
    hosts: tuple[str, ...]
    spot: Spot | None


@dataclass(frozen=True)
class Here:
    """The conference as far as an import touches it. `notes` are by uid; `taken_uids` are other conferences' notes.

    `before` has what the last imports brought: talks by their source's uid, names of rooms (folded), starts of pauses.
    """

    conference: Conference
    rooms: tuple[Room, ...]
    slots: tuple[Slot, ...]
    draft: Draft
    notes: Mapping[str, NoteHere]
    taken_uids: Collection[str]
    before: Mapping[str, FoundTalk]
    rooms_before: Collection[str]
    pauses_before: Collection[datetime]


@dataclass(frozen=True, slots=True)
class NotePlan:
    """What becomes of one talk. `fields` are what changes of a note that is here; `kept` what was edited here and
    stays. `spot` is where it goes, None when it stays where it is (a new note: in the tray).
    """

    kind: NoteKind
    uid: str
    note_id: int | None
    content: NoteContent
    slides_url: str
    recording_url: str
    fields: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    spot: Spot | None = None
    turn: Literal["", "withdraw", "restore"] = ""


@dataclass(frozen=True, slots=True)
class RoomPlan:
    name: str
    seats: int
    seats_are_known: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it. `said` is what is not taken, and why; `gone` are titles that earlier imports brought and this one has
    not: they stay.
    """

    rooms: tuple[RoomPlan, ...]
    rooms_matched: int
    slots: tuple[Wanted, ...]
    slots_matched: int
    notes: tuple[NotePlan, ...]
    said: tuple[Said, ...]
    gone: tuple[str, ...]

    def of_kind(self, kind: NoteKind) -> list[NotePlan]:
        return [note for note in self.notes if note.kind == kind]

    @property
    def placed(self) -> int:
        return sum(note.spot is not None for note in self.notes)

    @property
    def changes_nothing(self) -> bool:
        return not self.rooms and not self.slots and all(note.kind == "same" for note in self.notes)

    @property
    def digest(self) -> str:
        """The same for the same plan."""
        return etag_of(self.rooms, self.slots, self.notes, self.said)
