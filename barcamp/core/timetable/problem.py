"""The words of the scheduler: what has to be placed, where it can go, who wants what.

Everything is numbered by its position in its list; ids only appear in words for people. The JSON form
(`barcamp-instance/1`) is read and written in files.py.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from barcamp.core.timetable.crowd import fan_sets


class Place(NamedTuple):
    """Where an item begins: the number of its first slot, and the number of its room."""

    slot: int
    room: int


Plan = tuple[Place | None, ...]
"""One entry for each item of the problem; None has no place."""


@dataclass(frozen=True)
class Slot:
    """A stretch of time. Neighbours with the same `block` follow on without a break."""

    id: str
    block: int


@dataclass(frozen=True)
class Room:
    """A room with its seats, what it has, and the numbers of the slots in which it is closed."""

    id: str
    capacity: int
    equipment: frozenset[str] = frozenset()
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Wish:
    """A slot, a room, or both; None leaves that part open."""

    slot: int | None = None
    room: int | None = None


@dataclass(frozen=True)
class Item:
    """Something to place: it runs for `length` slots and needs all of `people` in the room.

    `prefer` is a wish with a price, `pin` an order. `slots_allowed` must hold every slot the item covers. An item that
    people could star only late expects `late_factor` people for each star, 1.0 or more (core/popularity.py).
    """

    id: str
    length: int = 1
    people: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    topics: tuple[str, ...] = ()
    slots_allowed: frozenset[int] | None = None
    prefer: Wish = Wish()
    pin: Wish | None = None
    late_factor: float = 1.0


@dataclass(frozen=True)
class Weights:
    """What each kind of harm costs, in missed seats: one person missing one thing they starred."""

    clash: float = 1.0
    full: float = 1.0
    slot_wish: float = 3.0
    room_wish: float = 1.0
    unplaced: float = 5.0
    move_slot: float = 2.0
    move_room: float = 0.5


@dataclass(frozen=True)
class Problem:
    """All that the scheduler knows. `stars` has one tuple for each person: the numbers of the items they starred.

    `turnout` is how many people come for each star given, learnt from earlier check-ins: 0.7 where three of ten stay
    away, more than 1.0 where many come who never starred anything. It scales audiences, not clashes.
    """

    slots: tuple[Slot, ...]
    rooms: tuple[Room, ...]
    items: tuple[Item, ...]
    stars: tuple[tuple[int, ...], ...] = ()
    weights: Weights = Weights()
    turnout: float = 1.0

    @cached_property
    def for_search(self) -> "Problem":
        """What the search should look at: this problem, or with topics in place of people while nobody has starred."""
        return self if any(self.stars) else with_topics(self)

    @cached_property
    def fans(self) -> tuple[int, ...]:
        """For each item the people who starred it, as a set of bits (bit a = person a)."""
        return fan_sets(self.stars, len(self.items))

    @cached_property
    def popularity(self) -> tuple[int, ...]:
        """For each item the number of its stars."""
        return tuple(fans.bit_count() for fans in self.fans)

    @cached_property
    def heads(self) -> tuple[float, ...]:
        """For each item the people to expect for each of its stars, should nothing else they starred run then."""
        return tuple(item.late_factor * self.turnout for item in self.items)

    @cached_property
    def demand(self) -> tuple[float, ...]:
        """For each item the people it would draw if nothing else ran: its stars, corrected where they came late."""
        return tuple(stars * heads for stars, heads in zip(self.popularity, self.heads, strict=True))

    @cached_property
    def presenters(self) -> tuple[int, ...]:
        """For each item the people who give it, as a set of bits (numbered by first appearance)."""
        numbers: dict[str, int] = {}
        sets = []
        for item in self.items:
            bits = 0
            for person in item.people:
                bits |= 1 << numbers.setdefault(person, len(numbers))
            sets.append(bits)
        return tuple(sets)

    @cached_property
    def stretches(self) -> tuple[range, ...]:
        """The slots cut at the breaks: ranges of slot numbers that follow on without a break."""
        cuts = [0]
        cuts += [t for t in range(1, len(self.slots)) if self.slots[t].block != self.slots[t - 1].block]
        cuts.append(len(self.slots))
        return tuple(range(a, b) for a, b in pairwise(cuts) if a < b)

    @cached_property
    def stretch_of(self) -> tuple[int, ...]:
        """For each slot the number of its stretch."""
        return tuple(n for n, stretch in enumerate(self.stretches) for _ in stretch)

    @cached_property
    def equipped(self) -> tuple[int, ...]:
        """For each item the rooms that have what it needs, as a set of bits (bit r = room r)."""
        known: dict[frozenset[str], int] = {}
        for item in self.items:
            if item.needs not in known:
                known[item.needs] = bit_set(r for r, room in enumerate(self.rooms) if item.needs <= room.equipment)
        return tuple(known[item.needs] for item in self.items)

    @cached_property
    def unlocked(self) -> tuple[int, ...]:
        """For each slot the rooms that are open in it, as a set of bits."""
        return tuple(
            bit_set(r for r, room in enumerate(self.rooms) if t not in room.closed) for t in range(len(self.slots))
        )

    @cached_property
    def openings(self) -> tuple[dict[int, int], ...]:
        """For each item `{first slot: rooms as a set of bits}`: every place the rules about itself allow, by slot.

        Length, breaks, availability, equipment, closed rooms and pins are in it; other items are not.
        """
        return tuple(self._openings(s) for s in range(len(self.items)))

    def _openings(self, s: int) -> dict[int, int]:
        item, pin = self.items[s], self.items[s].pin or Wish()
        found: dict[int, int] = {}
        for t in range(len(self.slots)) if pin.slot is None else (pin.slot,):
            if not self.fits_block(t, item.length):
                continue
            span = range(t, t + item.length)
            if item.slots_allowed is not None and not item.slots_allowed.issuperset(span):
                continue
            rooms = self.equipped[s] if pin.room is None else self.equipped[s] & 1 << pin.room
            for u in span:
                rooms &= self.unlocked[u]
            if rooms:
                found[t] = rooms
        return found

    def fits_block(self, slot: int, length: int) -> bool:
        """Whether something of that length can begin in the slot without running into a break or past the end."""
        return 0 <= slot < len(self.slots) and slot + length <= self.stretches[self.stretch_of[slot]].stop

    def span(self, s: int, slot: int) -> range:
        """The slots item `s` covers when it begins in `slot`."""
        return range(slot, slot + self.items[s].length)

    def prices(self, s: int, before: Plan | None = None) -> list[float]:
        """For each first slot what it costs item `s` for its own sake: a broken slot wish, a move in time."""
        wish, old = self.items[s].prefer.slot, before[s] if before else None
        return [
            self.weights.slot_wish * (wish is not None and wish != t)
            + self.weights.move_slot * (old is not None and old.slot != t)
            for t in range(len(self.slots))
        ]


def with_topics(problem: Problem) -> Problem:
    """The same with topics for people: one for each topic, who starred all its items.

    Before anybody has voted this spreads the items of a topic over the day by the same rules as stars do.
    """
    tagged: dict[str, list[int]] = {}
    for s, item in enumerate(problem.items):
        for topic in dict.fromkeys(item.topics):
            tagged.setdefault(topic, []).append(s)
    return replace(problem, stars=tuple(tuple(items) for items in tagged.values()))


def bit_set(numbers: Iterable[int]) -> int:
    """Numbers as a set of bits."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def each_bit(bits: int) -> Iterator[int]:
    """The numbers in a set of bits, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
