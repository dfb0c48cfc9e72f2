"""The rooms of one slot dealt anew, with as much reluctance to change as one likes.

Exact for that slot (assignment.py): the higher the reluctance, the fewer items change rooms, for most of what could be
gained. rooms.py does the same for a whole schedule that nobody knows yet.
"""

from collections.abc import Container

from barcamp.core.timetable.assignment import cheapest_assignment
from barcamp.core.timetable.ledger import Ledger
from barcamp.core.timetable.problem import Place

EXACT, FORBIDDEN = 10**6, 1 << 100  # rents are whole millionths of a missed seat, so that equal ones are equal
LEAST_PRICE = 0.5  # of another room, should the weights ask for less


def deal(ledger: Ledger, t: int, reluctance: float, loose: Container[int]) -> dict[int, Place]:
    """New places in slot t for its one-slot items, those that stay left out; longer items keep their rooms.

    For an item to be in another room than in `ledger.before` costs `reluctance` times the usual price; nothing if it
    is loose.
    """
    problem = ledger.problem
    here = [s for s in ledger.held[t] if problem.items[s].length == 1]
    taken = {place.room for s in ledger.held[t] if s not in here and (place := ledger.place[s])}
    rooms = [r for r in range(len(problem.rooms)) if r not in taken]
    extra = reluctance * max(problem.weights.move_room, LEAST_PRICE)
    rents = []
    for s in here:
        people = ledger.expected(s, Place(t, 0))
        rents.append([_rent(ledger, s, Place(t, r), people, 0.0 if s in loose else extra) for r in rooms])
    places = [Place(t, rooms[column]) for column in cheapest_assignment(rents)]
    return {s: place for s, place in zip(here, places, strict=True) if ledger.place[s] != place}


def _rent(ledger: Ledger, s: int, place: Place, people: float, extra: float) -> int:
    """What item s would pay for a room, in halves of a millionth of a missed seat; ties leave it where it is."""
    problem = ledger.problem
    if not problem.openings[s].get(place.slot, 0) >> place.room & 1:
        return FORBIDDEN
    missed = problem.weights.full * max(0.0, people - problem.rooms[place.room].capacity)
    missed += problem.weights.room_wish * (problem.items[s].prefer.room not in (None, place.room))
    missed += extra * (ledger.before is None or place != ledger.before[s])
    return 2 * round(missed * EXACT) + (place != ledger.place[s])
