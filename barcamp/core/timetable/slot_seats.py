"""How many people one slot can seat, or at least cover, with a set of items in it.

This is what a set of items is worth to the proof of a floor (proof.py): the more exact, the higher the floor.
"""

from collections.abc import Callable, Sequence

from barcamp.core.timetable.assignment import cheapest_assignment
from barcamp.core.timetable.crowd import levels, turnout
from barcamp.core.timetable.problem import Problem, each_bit

FEW_ROOMS = 10  # above this assigning rooms takes too long, and room sizes cost little compared with clashes
NEVER = 1e6

Seats = Callable[[Sequence[int]], float]


def seats_of_a_slot(problem: Problem, numbers: Sequence[int]) -> Seats:
    """A function from positions in `numbers` (items of the problem) to people, never too few for any slot.

    With few rooms these are seated people: everybody torn between k stars comes with a chance of 1/k, and the items
    have the best rooms for their needs that any slot offers. Otherwise, or where longer items break the sum of
    shares, or a full room costs less than a clash, it is everybody with at least one star there.
    """
    fans = [problem.fans[s] for s in numbers]

    def covered(items: Sequence[int]) -> float:
        people = 0
        for n in items:
            people |= fans[n]
        return people.bit_count()

    if counts_whole_people(problem, numbers):
        return covered
    rooms = [0] * len(numbers)
    for n, s in enumerate(numbers):
        for there in problem.openings[s].values():
            rooms[n] |= there
    known: dict[tuple[int, ...], float] = {}

    def seated(items: Sequence[int]) -> float:
        some = tuple(sorted(items))
        if some not in known:
            known[some] = _seated([fans[n] for n in some], [rooms[n] for n in some], problem)
        return known[some]

    return seated


def counts_whole_people(problem: Problem, numbers: Sequence[int]) -> bool:
    """Whether it is covered people that are counted, who are whole: of people in seats there are parts."""
    smallest = min((room.capacity for room in problem.rooms), default=0)
    if all(problem.popularity[s] <= smallest for s in numbers):
        return True
    long = any(problem.items[s].length > 1 for s in numbers)
    cheap = problem.turnout < 1 or problem.weights.full < min(problem.weights.clash, 1.0)
    return long or cheap or len(problem.rooms) > FEW_ROOMS


def _seated(fans: list[int], rooms: list[int], problem: Problem) -> float:
    """The most people in their seats; far below 0 when there are not enough rooms for all the items."""
    if len(fans) > len(problem.rooms):
        return -NEVER
    crowd = levels(fans)
    table = [[NEVER] * len(problem.rooms) for _ in fans]
    for row, mine, open_to in zip(table, fans, rooms, strict=True):
        people = turnout(mine, crowd)
        for r in each_bit(open_to):
            row[r] = -float(min(people, problem.rooms[r].capacity))
    return -sum(row[r] for row, r in zip(table, cheapest_assignment(table), strict=True)) if fans else 0.0
