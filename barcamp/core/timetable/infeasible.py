"""Demands that no schedule can meet, each as a smallest set of items: drop any one of them and the rest fit.

    for conflict in impossible(problem):
        print(conflict_in_words(problem, conflict))    # words.py

Known before anything is solved. Not every impossible problem is found out (that would be as hard as solving it), but
what is named is proven.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from barcamp.core.timetable.cells import NOWHERE, Cells
from barcamp.core.timetable.problem import Problem, bit_set, each_bit
from barcamp.core.timetable.reasons import Reason, why_unplaced

MOST = 12  # items in a group of shared people that is tried in all orders
FEW = 60  # sets with longer items in them are made smallest up to here
STEPS = 20_000  # places tried for one such group; when they run out, nothing is claimed


@dataclass(frozen=True)
class Conflict:
    """Items that cannot all have a place, though all but any one of them could (unless very many with longer ones).

    - `alone`: one item that fits nowhere by itself; `reason` says why.
    - `places`: `items` need more cells than there are: they can only go in `slots` and `rooms`, which hold `cells`.
      With any of them dropped there is still no cell for any of `also`.
    - `people`: `people` cannot give all of `items`, which can only run within `slots`; one person cannot be in two
      places.
    """

    kind: Literal["alone", "places", "people"]
    items: tuple[int, ...]
    slots: tuple[int, ...] = ()
    rooms: tuple[int, ...] = ()
    cells: int = 0
    also: tuple[int, ...] = ()
    people: tuple[str, ...] = ()
    reason: Reason | None = None


def impossible(problem: Problem) -> list[Conflict]:
    """Every conflict found, single items first, then the smallest sets.

    What a conflict explains is not looked at again, so the list is short.
    """
    alone = [s for s, openings in enumerate(problem.openings) if not openings]
    reasons = why_unplaced(problem, (None,) * len(problem.items)) if alone else {}
    found = [Conflict("alone", (s,), reason=reasons[s]) for s in alone]
    left = [s for s in range(len(problem.items)) if s not in alone]
    places, left = _too_few_places(problem, left)
    people = _too_busy(problem, left)
    return found + sorted(places + people, key=lambda conflict: (len(conflict.items), conflict.items))


def _too_few_places(problem: Problem, items: Sequence[int]) -> tuple[list[Conflict], list[int]]:
    """Sets with fewer cells than they need, and the items without those that had to give way.

    A longer item needs a cell for each of its slots; that they must be in one run is left out, which proves no less.
    """
    found, kept = dict[int, Conflict](), list[int]()
    parts, wants = _parts(problem, items)
    cells = Cells(len(problem.slots) * len(problem.rooms), wants)
    by_item: dict[int, list[int]] = {}
    for part, s in enumerate(parts):
        by_item.setdefault(s, []).append(part)
    # What has few places to go comes first, so that what fails does so against the fewest.
    for s in sorted(items, key=lambda s: (sum(wants[part].bit_count() for part in by_item[s]), s)):
        failed = [part for part in by_item[s] if not cells.seat(part)]
        if not failed:
            kept.append(s)
            continue
        reached, full = _reached(cells, failed[0])
        if full in found:
            found[full] = replace(found[full], also=(*found[full].also, s))
        else:
            found[full] = _places_conflict(problem, {parts[part] for part in reached})
        for part in by_item[s]:
            if cells.cell_of[part] != NOWHERE:
                cells.unseat(part)
    return list(found.values()), sorted(kept)


def _parts(problem: Problem, items: Iterable[int]) -> tuple[list[int], list[int]]:
    """The items cut into slots: for each part its item, and the cells it could have, as bits."""
    width, parts, wants = len(problem.rooms), list[int](), list[int]()
    for s in items:
        for n in range(problem.items[s].length):
            parts.append(s)
            wants.append(sum(rooms << (t + n) * width for t, rooms in problem.openings[s].items()))
    return parts, wants


def _reached(cells: Cells, root: int) -> tuple[list[int], int]:
    """The unseated part and all that stand in its way, directly or not, and all cells these want, which are fewer."""
    seen, queue = 0, [root]
    for x in queue:
        fresh = cells.wants[x] & ~seen
        seen |= fresh
        queue += [owner for cell in each_bit(fresh) if (owner := cells.owner[cell]) not in (NOWHERE, root)]
    return queue, seen


def _have_cells(problem: Problem, items: Sequence[int]) -> bool:
    """Whether each slot of each item can have a cell of its own."""
    parts, wants = _parts(problem, items)
    cells = Cells(len(problem.slots) * len(problem.rooms), wants)
    return all(cells.seat(part) for part in range(len(parts)))


def _places_conflict(problem: Problem, reached: set[int]) -> Conflict:
    """Items of one slot reached from one another are a smallest set already (Hall 1935); not so longer ones."""
    items = tuple(sorted(reached))
    if any(problem.items[s].length > 1 for s in items) and len(items) <= FEW:
        items = _smallest(items, lambda some: _have_cells(problem, some))
    cells, width = 0, len(problem.rooms)
    for want in _parts(problem, items)[1]:
        cells |= want
    numbers = list(each_bit(cells))
    slots, rooms = sorted({cell // width for cell in numbers}), sorted({cell % width for cell in numbers})
    return Conflict("places", items, tuple(slots), tuple(rooms), len(numbers))


def _too_busy(problem: Problem, items: Sequence[int]) -> list[Conflict]:
    """Items that share people and cannot run at different times: those of one person first, then whole groups."""
    found, explained = list[Conflict](), set[int]()
    given_by: dict[str, list[int]] = {}
    for s in items:
        for person in problem.items[s].people:
            given_by.setdefault(person, []).append(s)
    for group in [*given_by.values(), *_groups(problem, items)]:
        if len(group) < 2 or explained.intersection(group) or _can_all_run(problem, group):
            continue
        crowd = _smallest(group, lambda some: _can_all_run(problem, some))
        found.append(_people_conflict(problem, crowd))
        explained.update(crowd)
    return found


def _groups(problem: Problem, items: Sequence[int]) -> list[list[int]]:
    """The items that hang together by shared people, where there are few enough to try everything."""
    groups: list[list[int]] = []
    for s in items:
        mine = [group for group in groups if any(problem.presenters[x] & problem.presenters[s] for x in group)]
        groups = [group for group in groups if group not in mine]
        groups.append([*(x for group in mine for x in group), s])
    return [sorted(group) for group in groups if 1 < len(group) <= MOST]


def _can_all_run(problem: Problem, items: Sequence[int]) -> bool:
    """Whether the items can have places at which nobody is in two of them; also yes when it takes too long to tell."""
    return _Trial(problem).place_all(sorted(items, key=lambda s: (len(problem.openings[s]), s)))


class _Trial:
    """All ways to place a few items, one after the other, until one is found."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.steps = problem, STEPS
        self.held, self.busy = [0] * len(problem.slots), [0] * len(problem.slots)

    def place_all(self, items: Sequence[int]) -> bool:
        if not items:
            return True
        s, people = items[0], self.problem.presenters[items[0]]
        for t, rooms in self.problem.openings[s].items():
            span = self.problem.span(s, t)
            if any(self.busy[u] & people for u in span):
                continue
            for r in each_bit(rooms & ~self.taken(span)):
                self.steps -= 1
                self.take_or_leave(span, r, people)
                if self.steps < 0 or self.place_all(items[1:]):
                    return True
                self.take_or_leave(span, r, people)
        return False

    def taken(self, span: range) -> int:
        rooms = 0
        for u in span:
            rooms |= self.held[u]
        return rooms

    def take_or_leave(self, span: range, room: int, people: int) -> None:
        for u in span:
            self.held[u] ^= 1 << room
            self.busy[u] ^= people


def _people_conflict(problem: Problem, items: tuple[int, ...]) -> Conflict:
    shared = [person for s in items for person in problem.items[s].people]
    people = tuple(person for person in dict.fromkeys(shared) if shared.count(person) > 1)
    slots = bit_set(u for s in items for t in problem.openings[s] for u in problem.span(s, t))
    rooms = bit_set(r for s in items for there in problem.openings[s].values() for r in each_bit(there))
    return Conflict("people", items, tuple(each_bit(slots)), tuple(each_bit(rooms)), people=people)


def _smallest(items: Iterable[int], fits: Callable[[Sequence[int]], bool]) -> tuple[int, ...]:
    """A smallest part of the set that does not fit either: one by one items are left out that are not to blame.

    Later numbers are left out first. When the set is minimal already this asks once for each item.
    """
    left = sorted(items)
    for s in reversed(left):
        without = [x for x in left if x != s]
        if not fits(without):
            left = without
    return tuple(left)
