"""Why an item is where it is: facts and prices that a page or the command line puts into words."""

from dataclasses import dataclass

from barcamp.core.timetable.options import Option, options, shared_fans
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.score import audience

NAMED = 5


@dataclass(frozen=True)
class Why:
    """What speaks for a place. Others are `(item, people who starred both)`, most people first.

    - `expected` people for `seats`; `outside` of them find none. `undisturbed` fans have nothing else starred then.
    - `clashes`: what runs at the same time and shares fans, all of it.
    - `apart`: the few others that share most fans and run at other times; `served` people starred at least one of all
      that do, and can go to both.
    - `slot_wish`, `room_wish`: whether it is kept; None where there is none. `wished` is the cheapest place that would
      keep the whole wish, allowed or not, where it is not kept.
    - `elsewhere`: for each other time the cheapest place that is free for it, the cheapest first; `rooms`: the other
      rooms at the same time, likewise; `exchanges`: for each other time the cheapest allowed swap.
    """

    item: int
    place: Place
    stars: int
    expected: float
    seats: int
    outside: float
    undisturbed: int
    clashes: tuple[tuple[int, int], ...]
    apart: tuple[tuple[int, int], ...]
    served: int
    pinned: bool
    slot_wish: bool | None
    room_wish: bool | None
    wished: Option | None
    elsewhere: tuple[Option, ...]
    rooms: tuple[Option, ...]
    exchanges: tuple[Option, ...]


def why_here(problem: Problem, plan: Plan, s: int, before: Plan | None = None) -> Why:
    """The facts about a placed item. Raises ValueError when it has no place; that is for reasons.why_unplaced."""
    place = plan[s]
    if place is None:
        raise ValueError(f"{problem.items[s].id} has no place")
    item, seats = problem.items[s], problem.rooms[place.room].capacity
    expected = audience(problem, plan)[s]
    choices = sorted(options(problem, plan, s, before, swaps=True), key=_by_cost)
    allowed = [one for one in choices if one.blocked_by is None]
    swaps = [one for one in choices if one.swap is not None and one.swap.blocked_by is None]
    swaps.sort(key=lambda one: (round(one.swap.change.cost, 6) if one.swap else 0.0, one.place))
    apart, served = _kept_apart(problem, plan, s, place)
    disturbed = 0
    clashes = shared_fans(problem, plan, s, place.slot)
    for x, _ in clashes:
        disturbed |= problem.fans[x]
    return Why(
        item=s,
        place=place,
        stars=problem.popularity[s],
        expected=expected,
        seats=seats,
        outside=max(0.0, expected - seats),
        undisturbed=(problem.fans[s] & ~disturbed).bit_count(),
        clashes=tuple(clashes),
        apart=tuple(apart[:NAMED]),
        served=served,
        pinned=item.pin is not None and (item.pin.slot is not None or item.pin.room is not None),
        slot_wish=None if item.prefer.slot is None else item.prefer.slot == place.slot,
        room_wish=None if item.prefer.room is None else item.prefer.room == place.room,
        wished=_wished(problem, s, place, choices),
        elsewhere=_one_for_each_time(place, allowed),
        rooms=tuple(one for one in allowed if one.place.slot == place.slot),
        exchanges=_one_for_each_time(place, swaps),
    )


def _by_cost(one: Option) -> tuple[float, Place]:
    return round(one.change.cost, 6), one.place


def _one_for_each_time(here: Place, choices: list[Option]) -> tuple[Option, ...]:
    """The first of each slot but the present one."""
    first: dict[int, Option] = {}
    for one in choices:
        if one.place.slot != here.slot:
            first.setdefault(one.place.slot, one)
    return tuple(first.values())


def _kept_apart(problem: Problem, plan: Plan, s: int, here: Place) -> tuple[list[tuple[int, int]], int]:
    """Items with common fans that do not overlap item s, and how many people can go to it and at least one of them."""
    span, found, everybody = problem.span(s, here.slot), list[tuple[int, int]](), 0
    for x, place in enumerate(plan):
        if x == s or place is None:
            continue
        both = problem.fans[x] & problem.fans[s]
        if both and (place.slot >= span.stop or place.slot + problem.items[x].length <= span.start):
            found.append((x, both.bit_count()))
            everybody |= both
    return sorted(found, key=lambda pair: (-pair[1], pair[0])), everybody.bit_count()


def _wished(problem: Problem, s: int, here: Place, choices: list[Option]) -> Option | None:
    """The cheapest place that keeps a wish which is not kept, one that is allowed if there is any."""
    wish = problem.items[s].prefer

    def keeps(place: Place) -> bool:
        return wish.slot in (None, place.slot) and wish.room in (None, place.room)

    if keeps(here):
        return None
    wished = [one for one in choices if keeps(one.place)]
    return next((one for one in wished if one.blocked_by is None), wished[0] if wished else None)
