"""Which exchanges between two slots might pay: all others are refused by a few whole-number operations each.

What a change is sure to cost is set against the most it can bring. Where there are no longer items no good change is
missed; beside those the clashes are an estimate.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from barcamp.core.timetable.ledger import Ledger
from barcamp.core.timetable.problem import Place

NOBODY = -1


class Side(NamedTuple):
    """One item that might leave a slot for another, or nobody."""

    item: int
    fans: int
    rest: int  # the people with a star in its slot once it has left
    gain: float  # the most that its going brings, clashes left out: its wishes, its seats, the crowds it draws away


def promising(ledger: Ledger, p: int, q: int, there: Iterable[int], here: Iterable[int]) -> Iterator[tuple[int, int]]:
    """`(item, other)` for one-slot items `there` in slot p that might change with one `here` in slot q.

    NOBODY on either side stands for an empty cell.
    """
    clash = ledger.problem.weights.clash
    now = _once(ledger, p).bit_count() + _once(ledger, q).bit_count()
    others = list(_sides(ledger, q, p, here))
    for a in _sides(ledger, p, q, there):
        for b in others:
            more = (a.rest | b.fans).bit_count() + (b.rest | a.fans).bit_count() - now
            if a.gain + b.gain + clash * more > 1e-6:
                yield a.item, b.item


def _sides(ledger: Ledger, t: int, to: int, items: Iterable[int]) -> Iterator[Side]:
    """What may leave slot t for another slot: nobody, and the items."""
    problem, once = ledger.problem, _once(ledger, t)
    twice = ledger.levels[t][1] if len(ledger.levels[t]) > 1 else 0
    crowded = [(problem.fans[x], problem.heads[x] / 2, ledger.outside[x]) for x in ledger.held[to] if ledger.outside[x]]
    yield Side(NOBODY, 0, once, 0.0)
    for s in items:
        if to not in problem.openings[s]:
            continue
        fans = problem.fans[s]
        # Somebody torn between two comes half the time, so a rival draws away half of those they share.
        drawn = sum(min(outside, (fans & other).bit_count() * half) for other, half, outside in crowded)
        gain = problem.weights.full * (ledger.outside[s] + drawn) - _least_price(ledger, s, to)
        yield Side(s, fans, once ^ (once & fans) | twice, gain)


def _once(ledger: Ledger, t: int) -> int:
    """The people with a star in slot t."""
    return ledger.levels[t][0] if ledger.levels[t] else 0


def _least_price(ledger: Ledger, s: int, to: int) -> float:
    """The smallest change of what item s pays for its own sake, when it goes to that slot and the room suits it."""
    old = ledger.before[s] if ledger.before else None
    room = old.room if old is not None and old.slot == to else ledger.problem.items[s].prefer.room
    change = ledger.own_price({s: Place(to, room or 0)})
    return change.slot_wish + change.moved + min(change.room_wish, 0.0) - ledger.problem.weights.room_wish
