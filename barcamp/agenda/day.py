"""Somebody's day: what they starred and give, what of it runs at the same time, and what else there would be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from barcamp.core.times import overlaps
from barcamp.schedule.crowd import Crowd, Fullness
from barcamp.schedule.public import AnyEntry


@dataclass(frozen=True)
class Choices:
    """What one may choose between. `public` is the whole schedule in its order, `mine` the notes starred or given,
    `given` those of them that are given, `tags` the tags of notes, `crowds` how full what runs soon will be.
    """

    public: Sequence[AnyEntry]
    mine: frozenset[int]
    given: frozenset[int]
    tags: Mapping[int, Collection[str]]
    crowds: Mapping[int, Crowd]
    now: datetime

    @cached_property
    def entries(self) -> list[AnyEntry]:
        """One's own, in the order of the schedule."""
        return [entry for entry in self.public if entry.note_id in self.mine]

    def clashes(self, entry: AnyEntry) -> list[AnyEntry]:
        """Every other one of one's own that one cannot be in as well, in the order of the schedule."""
        return [other for other in self.entries if other.note_id != entry.note_id and _clash(entry, other)]

    def to_drop(self, entry: AnyEntry) -> list[int]:
        """The notes to unstar for being in this one alone. What somebody gives is not dropped."""
        return [other.note_id for other in self.clashes(entry) if other.note_id not in self.given]

    def instead(self, entries: Sequence[AnyEntry]) -> list[AnyEntry]:
        """What else runs while these do: what is like them first, what is full last, else in the order of the schedule.

        What has ended is left out, and so are blocks of lightning talks: their talks are there.
        """
        blocks = {entry.block_id for entry in self.public}
        liked = {tag for entry in self.entries for tag in self.tags.get(entry.note_id, ())}
        others = [
            other
            for other in self.public
            if other.note_id not in self.mine
            and other.note_id not in blocks
            and other.state == "on"
            and other.ends_at > self.now
            and any(overlaps(one.starts_at, one.ends_at, other.starts_at, other.ends_at) for one in entries)
        ]
        return sorted(
            others, key=lambda one: (self.fullness(one) == "full", -len(liked & {*self.tags.get(one.note_id, ())}))
        )

    def replaces(self, other: AnyEntry) -> list[int]:
        """The stars that somebody who goes to this one instead gives up."""
        return [
            entry.note_id
            for entry in self.entries
            if entry.note_id not in self.given and _clash(entry, other)
        ]  # fmt: skip

    def fullness(self, entry: AnyEntry) -> Fullness | None:
        crowd = self.crowds.get(entry.note_id)
        return None if crowd is None or entry.state != "on" else crowd.fullness


def _clash(entry: AnyEntry, other: AnyEntry) -> bool:
    """Whether one person cannot be in both."""
    return entry.state == other.state == "on" and overlaps(
        entry.starts_at, entry.ends_at, other.starts_at, other.ends_at
    )
