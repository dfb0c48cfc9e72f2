"""What cannot be is named as a smallest set: it truly cannot be, and all but any one of it could."""

from dataclasses import replace
from itertools import combinations, product

from hypothesis import given, settings

from barcamp.core.timetable.infeasible import Conflict, impossible
from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Wish, each_bit
from barcamp.core.timetable.reasons import Reason
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.words import conflict_in_words
from tests.core.timetable.instances import camp, items, problems, simple

FILM = frozenset({"projector"})
HOUSE = (
    (Slot("10:00", 0), Slot("11:00", 0), Slot("12:00", 1)),
    (Room("hall", 50, FILM), Room("attic", 9, closed=frozenset({2}))),
)


def named(*sessions: Item) -> tuple[list[Conflict], list[str]]:
    problem = Problem(*HOUSE, sessions)
    found = impossible(problem)
    return found, [conflict_in_words(problem, one) for one in found]


def test_one_that_fits_nowhere() -> None:
    assert named(Item("a"), Item("b", needs=frozenset({"kiln"}))) == (
        [Conflict("alone", (1,), reason=Reason("no-room-with-needs", needs=("kiln",)))],
        ["b can have no place: no room has kiln"],
    )


def test_more_films_than_places_with_a_projector() -> None:
    films = [Item(f"f{n}", needs=FILM) for n in range(5)]
    crowd = "these 4 sessions can only go in these 3 places (hall in 10:00, 11:00, 12:00)"
    assert named(Item("a"), *films) == (
        [Conflict("places", (1, 2, 3, 4), slots=(0, 1, 2), rooms=(0,), cells=3, also=(5,))],
        [f"{crowd}: f0, f1, f2, f3; nor is there one for f4"],
    )


def test_two_pins_on_one_place() -> None:
    both = [Item("a", pin=Wish(1, 1)), Item("b"), Item("c", pin=Wish(1, 1))]
    assert named(*both) == (
        [Conflict("places", (0, 2), slots=(1,), rooms=(1,), cells=1)],
        ["these 2 sessions can only go in this one place (attic in 11:00): a, c"],
    )


def test_one_person_pinned_twice_at_once() -> None:
    twice = [Item("a", people=("ann",), pin=Wish(1, 1)), Item("b", people=("ann", "bob"), pin=Wish(1))]
    assert named(*twice) == (
        [Conflict("people", (0, 1), slots=(1,), rooms=(0, 1), people=("ann",))],
        ["ann cannot give all of these 2 sessions in this one slot (11:00): a, b"],
    )


def test_three_who_meet_in_pairs_need_three_times() -> None:
    early = frozenset({0, 1})
    pairs = [
        Item(name, people=tuple(people), slots_allowed=early)
        for name, people in zip("xyz", ["ab", "bc", "ca"], strict=True)
    ]
    found, words = named(*pairs)
    assert found == [Conflict("people", (0, 1, 2), slots=(0, 1), rooms=(0, 1), people=("a", "b", "c"))]
    assert words == ["a, b, c cannot give all of these 3 sessions in these 2 slots (10:00, 11:00): x, y, z"]


def test_a_workshop_counts_for_each_of_its_slots() -> None:
    problem = simple(Item("workshop", 2), *items(3)[1:], rooms=(9,), blocks="abb")
    assert impossible(problem) == [Conflict("places", (0, 1, 2), slots=(0, 1, 2), rooms=(0,), cells=3)]


def test_a_good_camp_has_none() -> None:
    assert impossible(camp(2)) == []


def test_the_smaller_set_is_named_first() -> None:
    films = [Item(f"f{n}", needs=FILM, slots_allowed=frozenset({0})) for n in range(2)]
    rest = [Item(f"a{n}", slots_allowed=frozenset({1})) for n in range(3)]
    found, _ = named(*rest, *films)
    assert [one.items for one in found] == [(3, 4), (0, 1, 2)]


def fits(problem: Problem, chosen: tuple[int, ...]) -> bool:
    """Whether these items alone can have valid places, by trying everything."""
    some = replace(problem, items=tuple(problem.items[s] for s in chosen), stars=())
    places = [[Place(t, r) for t, rooms in openings.items() for r in each_bit(rooms)] for openings in some.openings]
    return any(violations(some, plan) == [] for plan in product(*places))


@settings(deadline=None, max_examples=40)
@given(problems(longest=2))
def test_what_is_named_is_impossible_and_minimal(problem: Problem) -> None:
    problem = replace(problem, slots=problem.slots[:3], rooms=problem.rooms[:2], items=problem.items[:6], stars=())
    inside = [
        replace(
            item,
            slots_allowed=item.slots_allowed and item.slots_allowed & frozenset(range(len(problem.slots))),
            pin=None,
            prefer=Wish(),
        )
        for item in problem.items
    ]
    problem = replace(problem, items=tuple(inside))
    for conflict in impossible(problem):
        assert conflict_in_words(problem, conflict)
        assert not fits(problem, conflict.items)
        if conflict.kind == "people" or all(problem.items[s].length == 1 for s in conflict.items):
            people_aside = problem if conflict.kind == "people" else without_people(problem)
            assert all(fits(people_aside, some) for some in combinations(conflict.items, len(conflict.items) - 1))


def without_people(problem: Problem) -> Problem:
    return replace(problem, items=tuple(replace(item, people=()) for item in problem.items))
