"""Rooms: the assignment is the cheapest there is, and the largest crowd sits in the largest room."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.assignment import cheapest_assignment
from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Weights, Wish
from barcamp.core.timetable.rooms import assign_rooms
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import audience, bill
from barcamp.core.timetable.solve import solve
from tests.core.timetable.instances import items, problems, simple

tables = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(-9, 9), min_size=columns, max_size=columns), min_size=0, max_size=columns
    )
)


@settings(deadline=None, max_examples=40)
@given(tables)
def test_no_assignment_is_cheaper(table: list[list[int]]) -> None:
    chosen = cheapest_assignment(table)
    columns = range(len(table[0]) if table else 0)
    assert len(set(chosen)) == len(table)
    assert sum(row[column] for row, column in zip(table, chosen, strict=True)) == min(
        sum(row[column] for row, column in zip(table, picked, strict=True))
        for picked in permutations(columns, len(table))
    )


def test_the_larger_crowd_gets_the_larger_room_even_when_both_overflow() -> None:
    problem = simple(
        *items(3), rooms=(1, 3, 2), blocks="a", stars=((0,), (0,), (0,), (0,), (0,), (1,), (1,), (1,), (2,))
    )
    assert assign_rooms(problem, (Place(0, 0), Place(0, 1), Place(0, 2))) == (Place(0, 1), Place(0, 2), Place(0, 0))


def test_equipment_and_closed_rooms_come_before_size() -> None:
    problem = Problem(
        (Slot("t", 0),),
        (Room("r0", 99, closed=frozenset({0})), Room("r1", 50, frozenset({"projector"})), Room("r2", 5)),
        (Item("crowd"), Item("film", needs=frozenset({"projector"}))),
        tuple((0,) for _ in range(20)),
    )
    assert assign_rooms(problem, (Place(0, 2), Place(0, 1))) == (Place(0, 2), Place(0, 1))


def test_a_wish_for_a_room_is_worth_one_missed_seat_and_no_more() -> None:
    wishing = Item("s0", prefer=Wish(room=1))
    one_outside = simple(wishing, rooms=(5, 4), blocks="a", stars=((0,),) * 5)
    two_outside = simple(wishing, rooms=(6, 4), blocks="a", stars=((0,),) * 6)
    assert assign_rooms(one_outside, (Place(0, 0),)) == (Place(0, 0),)
    assert assign_rooms(two_outside, (Place(0, 1),)) == (Place(0, 0),)
    assert assign_rooms(simple(wishing, rooms=(6, 6), blocks="a"), (Place(0, 0),)) == (Place(0, 1),)


def test_a_pinned_room_is_kept() -> None:
    problem = simple(Item("s0", pin=Wish(room=0)), rooms=(1, 9), blocks="a", stars=((0,),) * 5)
    assert assign_rooms(problem, (Place(0, 0),)) == (Place(0, 0),)


def test_nobody_changes_rooms_to_gain_less_than_the_price_of_a_move() -> None:
    problem = simple(Item("s0"), rooms=(5, 9), blocks="a", stars=((0,),) * 5)
    known = (Place(0, 0),)
    assert assign_rooms(problem, known, before=known) == known
    assert assign_rooms(problem, known) == (Place(0, 1),)


def test_a_long_item_changes_rooms_with_all_that_is_in_its_way() -> None:
    problem = simple(Item("long", 2), *items(3)[1:], rooms=(2, 9), blocks="aa", stars=((0,),) * 6 + ((1,), (2,)))
    plan = (Place(0, 0), Place(0, 1), Place(1, 1))
    assert assign_rooms(problem, plan) == (Place(0, 1), Place(0, 0), Place(1, 0))


@settings(deadline=None, max_examples=30)
@given(problems(pins=False))
def test_new_rooms_cost_no_more_and_break_nothing(problem: Problem) -> None:
    plan = solve(problem, seed=3).plan
    turned = solve(Problem(problem.slots, problem.rooms, problem.items, problem.stars[::2]), seed=1).plan
    for start in (plan, turned):
        better = assign_rooms(problem, start)
        assert violations(problem, better) == []
        assert [place and place.slot for place in better] == [place and place.slot for place in start]
        assert bill(problem, better).price(problem.weights) <= bill(problem, start).price(problem.weights) + 1e-6


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.lists(st.lists(st.integers(0, 5), unique=True, max_size=6).map(tuple), max_size=12),
)
def test_in_every_slot_the_crowds_stand_in_the_order_of_the_rooms(
    seats: list[int], stars: list[tuple[int, ...]]
) -> None:
    problem = Problem(
        (Slot("a", 0), Slot("b", 0)),
        tuple(Room(f"r{n}", size) for n, size in enumerate(seats)),
        tuple(items(6)),
        tuple(stars),
        Weights(),
    )
    plan = solve(problem, seed=1).plan
    people = audience(problem, plan)
    for slot in range(2):
        here = [(people[s], seats[place.room]) for s, place in enumerate(plan) if place and place.slot == slot]
        sizes = [size for _, size in sorted(here, key=lambda pair: (-pair[0], -pair[1]))]
        crowds = [crowd for crowd, _ in here]
        if len(set(crowds)) == len(crowds) and 0 not in crowds:
            assert sizes == sorted(seats, reverse=True)[: len(sizes)]
