"""The steps of the search: an item is drawn, all its changes are estimated, and the promising ones tried exactly.

Worse schedules are accepted with the chance exp(-change/heat), as in annealing; the threshold is drawn first, so that
what can never pass is refused early.
"""

from collections.abc import Iterable, Iterator
from math import log
from random import Random

from barcamp.core.timetable.books import NOTHING, NOWHERE
from barcamp.core.timetable.problem import Place, each_bit
from barcamp.core.timetable.search import Search

FROZEN = 1e-3  # a heat at which nothing gets worse
HOPELESS = 6.0  # so many times the heat: accepted once in 400 times


def cooling(movable: list[int], rng: Random, total: int, hot: float, cold: float) -> Iterator[tuple[int, float]]:
    """So many steps as `(item, heat)`: any items while it cools, and at last each once, downhill, if there is time.

    After that no single change is left that would gain anything to speak of.
    """
    last = len(movable) if total >= 2 * len(movable) else 0
    for step in range(total - last):
        yield movable[int(rng.random() * len(movable))], hot * (cold / hot) ** (step / (total - last))
    yield from ((s, FROZEN) for s in movable[:last])


def run(search: Search, rng: Random, steps: Iterable[tuple[int, float]]) -> None:
    """Take these steps, each an item and the heat."""
    items = search.problem.items
    for s, heat in steps:
        if items[s].length > 1:
            long_step(search, rng, s, heat)
        elif search.slot[s] == NOWHERE:
            waiting_step(search, rng, s, heat)
        else:
            short_step(search, rng, s, heat)


def short_step(search: Search, rng: Random, a: int, heat: float) -> None:
    """Look for another slot for a one-slot item, empty-handed or in exchange, and take the first change that passes."""
    saving, short, long, rooms_open = search.saving, search.short, search.long, search.rooms_open
    p, near, price, who = search.slot[a], search.near[a], search.prices[a], search.problem.presenters[a]
    coming_p = search.coming[p]
    # From now on all prices are about how much dearer a change is than one that is hopeless.
    spare = saving[a] + HOPELESS * heat
    for q in _from_anywhere(search.starts[a], rng):
        if q == p:
            continue
        base = price[q] - spare
        dear = base + (search.coming[q][a] or search.guess(q, a))
        if dear <= 0 and len(short[q]) + len(long[q]) < rooms_open[q] and not search.busy[q] & who:
            limit = _limit(rng, heat)
            if base + search.guess(q, a) + HOPELESS * heat <= limit and search.trade(a, NOTHING, q, limit):
                return
        partners = [b for b in short[q] if saving[b] + near[b] >= dear + coming_p[b]]
        if partners and _exchange(search, rng, a, q, base, dear, partners, heat):
            return


def _exchange(
    search: Search, rng: Random, a: int, q: int, base: float, dear: float, partners: list[int], heat: float
) -> bool:
    """Trade item a for one of these in slot q. `base` is the price of a's own move without clashes, `dear` with them,
    both beyond what is hopeless."""
    fans, presenters, openings = search.problem.fans, search.problem.presenters, search.problem.openings
    prices, saving, near, p = search.prices, search.saving, search.near[a], search.slot[a]
    clash, half = search.problem.weights.clash, search.problem.weights.full * search.problem.turnout / 2
    fans_a, rest_a, full_p, full_q = fans[a], search.rest[a], search.only_full[p], search.only_full[q]
    others_p, others_q = search.busy[p] & ~presenters[a], search.busy[q] & presenters[a]
    for b in partners:
        own = prices[b][p] - saving[b]
        if dear + (search.coming[p][b] or search.guess(p, b)) + own > near[b] or p not in openings[b]:
            continue
        fans_b = fans[b]
        change = base + own + clash * ((search.rest[b] & fans_a).bit_count() + (rest_a & fans_b).bit_count())
        if full_q:
            change -= half * (full_q & fans_a).bit_count()
        if full_p:
            change -= half * (full_p & fans_b).bit_count()
        if change > 0 or others_q & ~presenters[b] or others_p & presenters[b]:
            continue
        limit = _limit(rng, heat)
        if change + HOPELESS * heat <= limit and search.trade(a, b, q, limit):
            return True
    return False


def waiting_step(search: Search, rng: Random, a: int, heat: float) -> None:
    """Look for a one-slot item that could make way for one without a place; what is pinned or known stays."""
    problem, before = search.problem, search.before
    for q in _from_anywhere(search.starts[a], rng):
        for b in search.short[q]:
            if problem.items[b].pin or (before and before[b]):
                continue
            if search.busy[q] & ~problem.presenters[b] & problem.presenters[a]:
                continue
            change = problem.weights.clash * (search.rest[b] & problem.fans[a]).bit_count() - search.saving[b]
            change += search.prices[a][q] + problem.popularity[b] - problem.popularity[a]
            limit = _limit(rng, heat)
            if change <= limit and search.replace(a, b, limit):
                return


def _from_anywhere(slots: tuple[int, ...], rng: Random) -> tuple[int, ...]:
    """The slots in their order, beginning with any of them."""
    first = int(rng.random() * len(slots))
    return slots[first:] + slots[:first]


def _limit(rng: Random, heat: float) -> float:
    """What a change may cost this time."""
    return -heat * log(1.0 - rng.random())


def long_step(search: Search, rng: Random, a: int, heat: float) -> None:
    """Look for another run of slots for a longer item; what is in its way goes where it came from."""
    problem, home = search.problem, search.place[a]
    if home is None:
        return
    leaving = _long_saving(search, a, home.slot)
    for q in _from_anywhere(search.starts[a], rng):
        if abs(q - home.slot) < problem.items[a].length:
            continue
        rooms = [*each_bit(problem.openings[a][q])]
        goals = {a: Place(q, rooms[int(rng.random() * len(rooms))])}
        change = _long_coming(search, a, q) - leaving + _change_over(search, a, home, goals)
        limit = _limit(rng, heat)
        if change <= limit and search.rearrange(goals, limit):
            return


def _change_over(search: Search, a: int, home: Place, goals: dict[int, Place]) -> float:
    """Add to the goals what must go where item a came from; returns what that costs, about, or infinity.

    That is a longer item in its room; otherwise, from every slot that is full, the short one that costs least.
    """
    problem, goal, cost = search.problem, goals[a], 0.0
    span = problem.span(a, goal.slot)
    for s in dict.fromkeys(s for u in span for s in search.long[u]):
        if (there := search.place[s]) and there.room == goal.room:
            back = goals[s] = Place(there.slot - goal.slot + home.slot, home.room)
            if not problem.openings[s].get(back.slot, 0) >> back.room & 1:
                return float("inf")
            cost += _long_coming(search, s, back.slot) - _long_saving(search, s, there.slot)
    for u in span if len(goals) == 1 else ():
        if len(search.short[u]) + len(search.long[u]) < search.rooms_open[u]:
            continue
        back = Place(u - goal.slot + home.slot, home.room)
        offers = [
            (search.guess(back.slot, b) + search.prices[b][back.slot] - search.saving[b], b)
            for b in search.short[u]
            if back.slot in problem.openings[b]
        ]
        if not offers:
            return float("inf")
        least, b = min(offers)
        goals[b] = back
        cost += least
    return cost


def _long_saving(search: Search, s: int, t: int) -> float:
    """What the leaving of a longer item would save, about: those with nothing else in all of its slots lose it."""
    mine = search.problem.fans[s]
    for u in search.problem.span(s, t):
        mine &= search.only[u]
    lost = search.problem.popularity[s] - mine.bit_count()
    return search.problem.weights.clash * lost + search.prices[s][t] + search.long_price[s]


def _long_coming(search: Search, s: int, t: int) -> float:
    """What the coming of a longer item would cost, about: those with something else in one of its slots miss one."""
    taken = 0
    for u in search.problem.span(s, t):
        taken |= search.once[u]
    return search.problem.weights.clash * (search.problem.fans[s] & taken).bit_count() + search.prices[s][t]
