"""The draft beside what is public: what publishing would change, and which changes cannot go without each other.

Nothing here decides or writes; publishing.py does. Lightning talks inside a block are no lines of their own: they come
and go with their block.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.schedule import queries
from barcamp.schedule.draft import Draft
from barcamp.schedule.draft_notes import DraftNote
from barcamp.schedule.entries import Spot
from barcamp.schedule.line_up import running_order
from barcamp.schedule.models import Entry

DifferenceKind = Literal["moved", "changed", "cancelled", "added", "restored"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the preview: what publishing would change for one note; `talks` are those of a block that go with it.

    "changed" is a block that stays where it is with another line-up; "restored" was public before, and then was not.
    """

    kind: DifferenceKind
    note_id: int
    title: str
    before: Spot | None
    after: Spot | None
    talks: tuple[int, ...] = ()

    @property
    def note_ids(self) -> tuple[int, ...]:
        return (self.note_id, *self.talks)

    def has_begun(self, now: datetime) -> bool:
        """Whether people may already sit in what would change."""
        is_public = self.kind in ("moved", "changed", "cancelled")
        return is_public and self.before is not None and self.before.starts_at <= now


@dataclass(frozen=True, slots=True)
class Collision:
    """Two changes that cannot be apart: what `note_id` would get is what `other_id` still has in public.

    "room": the same room, "person": the same presenter; at `spot`, the public place of the other.
    """

    rule: Literal["room", "person"]
    note_id: int
    other_id: int
    spot: Spot


@dataclass(frozen=True)
class Comparison:
    """A draft and the public schedule. `wanted` says where the draft has each note, as the public would see it."""

    draft: Draft
    published: Mapping[int, Entry]
    wanted: Mapping[int, Spot]

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """What the public would see change if the draft were published now, in the order of the day."""
        found = []
        for note_id in sorted(
            {*self.published, *self.wanted} - {talk for talks in self._talks.values() for talk in talks}
        ):
            difference = self._difference(note_id)
            if difference is not None:
                found.append(difference)
        return tuple(sorted(found, key=_in_the_order_of_the_day))

    @cached_property
    def by_note(self) -> dict[int, Difference]:
        return {difference.note_id: difference for difference in self.differences}

    def title(self, note_id: int) -> str:
        return self._titles.get(note_id) or self.published[note_id].title

    def waiting(self, chosen: Collection[int]) -> frozenset[int]:
        """The notes that stay in public as they are while only the changes of these notes are published."""
        return frozenset(
            note_id for one in self.differences if one.note_id not in chosen for note_id in one.note_ids
        )  # fmt: skip

    def mix(self, chosen: Collection[int]) -> dict[int, Spot]:
        """What would be public, by note id, if only the changes of these notes were published."""
        waiting = self.waiting(chosen)
        kept = {
            note_id: _public_spot(entry)
            for note_id, entry in self.published.items()
            if note_id in waiting and entry.state == "on"
        }
        return kept | {note_id: spot for note_id, spot in self.wanted.items() if note_id not in waiting}

    def to_write(self, chosen: Collection[int]) -> set[int]:
        """The notes whose entries are to be written when the changes of these notes are published: not those that wait,
        nor those that stand where they shall; a block that talks come to or go from tells of them.
        """
        waiting = self.waiting(chosen)
        standing = {
            note_id
            for note_id, entry in self.published.items()
            if entry.state == "on" and _public_spot(entry) == self.wanted.get(note_id)
        }
        changed = {note_id for one in self.differences if one.note_id in chosen for note_id in one.note_ids}
        found = changed | ({*self.published, *self.wanted} - standing)
        blocks = {entry.block_id for note_id in found if (entry := self.published.get(note_id)) and entry.block_id}
        return (found | blocks) - waiting

    @cached_property
    def collisions(self) -> dict[int, tuple[Collision, ...]]:
        """For each change the others that must go public with it, because they have its room or its presenters."""
        leaving = [
            (difference, _public_spot(entry), self.people(note_id))
            for difference in self.differences
            for note_id in difference.note_ids
            if (entry := self.published.get(note_id)) is not None and entry.state == "on"
        ]
        return {one.note_id: tuple(self._collisions(one, leaving)) for one in self.differences}

    def together(self, chosen: Collection[int]) -> list[Collision]:
        """What the changes of these notes need beside each other, step by step until nothing is missing."""
        have, found = set(chosen), []
        to_do = sorted(have)
        while to_do:
            for collision in self.collisions.get(to_do.pop(0), ()):
                if collision.other_id not in have:
                    have.add(collision.other_id)
                    to_do.append(collision.other_id)
                    found.append(collision)
        return found

    @cached_property
    def _titles(self) -> dict[int, str]:
        return {one.id: one.title for note in self.draft.notes for one in (note, *note.line_up)}

    @cached_property
    def _talks(self) -> dict[int, list[int]]:
        """By block the talks in it, in the draft or (where they have no place any more) in public."""
        found = defaultdict(list)
        for note_id in sorted({*self.published, *self.wanted}):
            spot, entry = self.wanted.get(note_id), self.published.get(note_id)
            block_id = spot.block_id if spot is not None else entry.block_id if entry is not None else None
            if block_id is not None and (block_id in self.published or block_id in self.wanted):
                found[block_id].append(note_id)
        return dict(found)

    def _difference(self, note_id: int) -> Difference | None:
        entry, after, talks = self.published.get(note_id), self.wanted.get(note_id), tuple(self._talks.get(note_id, ()))
        kind = _kind(entry, after)
        if kind is None and any(_kind(self.published.get(one), self.wanted.get(one)) for one in talks):
            kind = "changed"
        if kind is None:
            return None
        before = None if entry is None else _public_spot(entry)
        return Difference(kind, note_id, self.title(note_id), before, after, talks)

    def _collisions(
        self, one: Difference, leaving: Iterable[tuple[Difference, Spot, frozenset[str]]]
    ) -> Iterator[Collision]:
        after, people, seen = one.after, self.people(one.note_id), {one.note_id}
        for other, spot, theirs in leaving:
            if after is None or other.note_id in seen or not after.meets(spot):
                continue
            if after.has_the_room_of(spot):
                seen.add(other.note_id)
                yield Collision("room", one.note_id, other.note_id, spot)
            elif people & theirs:
                seen.add(other.note_id)
                yield Collision("person", one.note_id, other.note_id, spot)

    def people(self, note_id: int) -> frozenset[str]:
        """Keys of everybody on stage, as DraftNote.people has them."""
        number = self.draft.note_number.get(note_id)
        return frozenset() if number is None else frozenset(self.draft.notes[number].people)


def compare(db: Session, conference: Conference, draft: Draft) -> Comparison:
    """The draft beside what is public now. One SELECT."""
    published = {entry.note_id: entry for entry in queries.entries(db, conference, hidden=True)}
    return Comparison(draft, published, spots(draft))


def differences(db: Session, conference: Conference, draft: Draft) -> Sequence[Difference]:
    """What the public would see change if the draft were published now, in the order of the day."""
    return compare(db, conference, draft).differences


def spots(draft: Draft) -> dict[int, Spot]:
    """Where each placed note would be, as the public would see it; talks of a block at their minute inside of it."""
    found = {}
    for note, place in zip(draft.notes, draft.plan, strict=True):
        if place is None:
            continue
        first, last = draft.slots[place.slot], draft.slots[place.slot + note.length - 1]
        room = draft.rooms[place.room]
        found[note.id] = spot = Spot(first.starts_at, last.ends_at, room.name, first.id, room.id)
        found.update(_talk_spots(note, spot))
    return found


def _talk_spots(block: DraftNote, spot: Spot) -> Iterator[tuple[int, Spot]]:
    length = timedelta(minutes=block.talk_minutes or 0)
    for talk, starts_at in running_order(block, spot.starts_at, spot.ends_at):
        yield talk.id, Spot(starts_at, starts_at + length, spot.room, spot.slot_id, spot.room_id, block.id)


def _kind(entry: Entry | None, after: Spot | None) -> DifferenceKind | None:
    if entry is None:
        return None if after is None else "added"
    if entry.state != "on":
        return None if after is None else "restored"
    if after is None:
        return "cancelled"
    return None if _public_spot(entry).is_at(after) else "moved"


def _public_spot(entry: Entry) -> Spot:
    return Spot(entry.starts_at, entry.ends_at, entry.room, entry.slot_id, entry.room_id, entry.block_id)


def _in_the_order_of_the_day(difference: Difference) -> tuple[datetime, str, int]:
    spot = difference.after or difference.before
    assert spot is not None
    return spot.starts_at, spot.room, difference.note_id
