"""How others assign sessions, for comparison: by chance, by popularity, and as Minnebar's planner does it.

All of them keep the hard rules, and all get the best rooms for what they put into a slot: what differs is who is put
against whom. They know sessions of one slot only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from random import Random

from barcamp.core.timetable.problem import Place, Plan, Problem, each_bit
from barcamp.core.timetable.rooms import assign_rooms

Baseline = Callable[[Problem, Random], Plan]
MINNEBAR_STEPS = 12_000
MINNEBAR_QUALITY = 40  # its own setting for the final schedule


class Sheet:
    """A schedule being filled: who is in a slot, whether its people are free, and whether it has rooms for all."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.held: list[list[int]] = [[] for _ in problem.slots]
        self.popularity = problem.popularity
        self.by_size = sorted(range(len(problem.rooms)), key=lambda r: (-problem.rooms[r].capacity, r))

    def fits(self, s: int, t: int) -> bool:
        return t in self.problem.openings[s] and self.rooms(t, [*self.held[t], s]) is not None

    def put(self, s: int, slots: Iterable[int]) -> None:
        """Into the first of these slots that has a place for it, if any has."""
        for t in slots:
            if self.fits(s, t):
                self.held[t].append(s)
                return

    def rooms(self, t: int, those: list[int]) -> dict[int, int] | None:
        """A room for each, the most starred choosing first and the largest room first; None where there is no way."""
        presenters, busy = self.problem.presenters, 0
        for s in those:
            if busy & presenters[s]:
                return None
            busy |= presenters[s]
        owner: dict[int, int] = {}
        for s in sorted(those, key=lambda s: (-self.popularity[s], s)):
            if not self._seat(s, t, owner, set()):
                return None
        return {s: r for r, s in owner.items()}

    def _seat(self, s: int, t: int, owner: dict[int, int], seen: set[int]) -> bool:
        allowed = self.problem.openings[s].get(t, 0)
        for only_free in (True, False):
            for r in self.by_size:
                if not allowed >> r & 1 or r in seen or (only_free and r in owner):
                    continue
                seen.add(r)
                if r not in owner or self._seat(owner[r], t, owner, seen):
                    owner[r] = s
                    return True
        return False

    def plan(self) -> Plan:
        """What is on the sheet, with the best rooms there are for it."""
        places: list[Place | None] = [None] * len(self.problem.items)
        for t, those in enumerate(self.held):
            for s, r in (self.rooms(t, those) or {}).items():
                places[s] = Place(t, r)
        return assign_rooms(self.problem, tuple(places))


def by_chance(problem: Problem, rng: Random) -> Plan:
    """Anywhere the rules allow."""
    sheet = _with_pins(problem)
    for s in _shuffled(rng, _loose(problem)):
        sheet.put(s, _shuffled(rng, range(len(problem.slots))))
    return sheet.plan()


def popular_first(problem: Problem, rng: Random) -> Plan:
    """The most starred first: the first slot is filled with them, then the next."""
    sheet = _with_pins(problem)
    for s in sorted(_loose(problem), key=lambda s: (-problem.popularity[s], s)):
        sheet.put(s, range(len(problem.slots)))
    return sheet.plan()


def dealt_round(problem: Problem, rng: Random) -> Plan:
    """The most starred first, dealt round the slots like cards."""
    sheet, slots = _with_pins(problem), list(range(len(problem.slots)))
    for n, s in enumerate(sorted(_loose(problem), key=lambda s: (-problem.popularity[s], s))):
        turn = n % len(slots)
        sheet.put(s, slots[turn:] + slots[:turn])
    return sheet.plan()


def minnebar(problem: Problem, rng: Random) -> Plan:
    """Exchanges that make people happier, from a schedule by chance (minnestar/sessionizer, lib/scheduling)."""
    sheet = _with_pins(problem)
    for s in _shuffled(rng, _loose(problem)):
        sheet.put(s, _shuffled(rng, range(len(problem.slots))))
    crowd = Crowd(sheet)
    movable = [s for s in _loose(problem) if s in crowd.slot_of]
    for _ in range(round(MINNEBAR_STEPS * MINNEBAR_QUALITY**0.5)):
        a = movable[int(rng.random() * len(movable))]
        q, n = int(rng.random() * len(problem.slots)), int(rng.random() * len(problem.rooms))
        there = sheet.held[q]
        crowd.try_exchange(a, q, there[n] if n < len(there) else None)
    return sheet.plan()


class Crowd:
    """How happy everybody is: somebody with N stars, of which k meet in a slot, has 2k/(N(k+1)) of it."""

    def __init__(self, sheet: Sheet) -> None:
        problem = self.problem = sheet.problem
        self.sheet = sheet
        self.fans = [list(each_bit(people)) for people in problem.fans]
        self.stars_of = [len(mine) for mine in problem.stars]
        self.meeting = [Counter(a for s in those for a in self.fans[s]) for those in sheet.held]
        self.slot_of = {s: t for t, those in enumerate(sheet.held) for s in those}

    def try_exchange(self, a: int, q: int, b: int | None) -> None:
        """Put a into slot q and b, if anything, where a was, unless that makes people less happy or breaks a rule."""
        p, openings = self.slot_of[a], self.problem.openings
        if p == q or q not in openings[a]:
            return
        if b is not None and (self.problem.items[b].pin is not None or p not in openings[b]):
            return
        changes = [(a, p, q)] if b is None else [(a, p, q), (b, q, p)]
        happier = sum(self.leave(s, old) for s, old, _ in changes) + sum(self.join(s, new) for s, _, new in changes)
        here = [s for s in self.sheet.held[p] if s != a] + ([] if b is None else [b])
        there = [s for s in self.sheet.held[q] if s != b] + [a]
        if happier >= 0 and self.sheet.rooms(p, here) is not None and self.sheet.rooms(q, there) is not None:
            self.sheet.held[p], self.sheet.held[q] = here, there
            self.slot_of.update({s: new for s, _, new in changes})
        else:
            for s, old, new in changes:
                self.leave(s, new)
                self.join(s, old)

    def leave(self, s: int, t: int) -> float:
        return -sum(self._worth(a, t, -1) for a in self.fans[s])

    def join(self, s: int, t: int) -> float:
        return sum(self._worth(a, t, +1) for a in self.fans[s])

    def _worth(self, a: int, t: int, step: int) -> float:
        """What the last of a person's stars in a slot is worth to them; it is counted in or out by this."""
        k = max(self.meeting[t][a], self.meeting[t][a] + step)
        self.meeting[t][a] += step
        return (2 * k / (k + 1) - 2 * (k - 1) / k) / self.stars_of[a]


def _with_pins(problem: Problem) -> Sheet:
    if any(item.length > 1 for item in problem.items):
        raise ValueError("the baselines know sessions of one slot only")
    sheet = Sheet(problem)
    for s, item in enumerate(problem.items):
        if item.pin is not None:
            sheet.put(s, range(len(problem.slots)))
    return sheet


def _loose(problem: Problem) -> list[int]:
    return [s for s, item in enumerate(problem.items) if item.pin is None]


def _shuffled(rng: Random, numbers: Iterable[int]) -> list[int]:
    return sorted(numbers, key=lambda _: rng.random())


BASELINES: dict[str, Baseline] = {
    "by chance": by_chance,
    "popular first, slot by slot": popular_first,
    "popular first, dealt round": dealt_round,
    "as Minnebar does": minnebar,
}
