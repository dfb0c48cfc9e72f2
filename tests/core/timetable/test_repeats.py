"""A second run: whom it brings in, where it can be, and when it is not worth the room."""

import pytest

from barcamp.core.timetable.problem import Item, Place, Plan, Wish
from barcamp.core.timetable.repeats import Repeat, repeats
from barcamp.core.timetable.words import repeat_in_words
from tests.core.timetable.instances import items, simple

CROWD = ((0,),) * 8


def test_those_outside_come_to_the_second_run() -> None:
    problem = simple(*items(1), rooms=(5, 2), blocks="ab", stars=CROWD)
    found = repeats(problem, (Place(0, 0),))
    assert found == [Repeat(0, Place(1, 0), gain=3.0, outside=3.0, torn=0.0)]
    assert repeat_in_words(problem, found[0]) == "run s0 twice, again in r0, t1: about 3 more people get in"


def test_no_more_than_the_seats_of_the_second_room() -> None:
    problem = simple(*items(2), rooms=(5, 2), blocks="ab", stars=CROWD)
    assert repeats(problem, (Place(0, 0), Place(1, 0))) == [Repeat(0, Place(1, 1), gain=2.0, outside=2.0, torn=0.0)]


def test_those_who_had_to_be_elsewhere_hear_both() -> None:
    # Four of eight are torn at t0: they come half the time, six are expected, one finds no seat.
    problem = simple(*items(2), rooms=(5, 9), blocks="ab", stars=((0,),) * 4 + ((0, 1),) * 4)
    # All four hear the other one first and come later; the two of them expected before leave seats enough.
    assert repeats(problem, (Place(0, 0), Place(0, 1))) == [Repeat(0, Place(1, 0), gain=5.0, outside=1.0, torn=4.0)]


def test_who_is_busy_then_does_not_come() -> None:
    problem = simple(*items(2), rooms=(5, 9), blocks="ab", stars=((0,),) * 4 + ((0, 1),) * 4)
    # At t1 half of them want to be at item 1: of three outside, half can come.
    assert repeats(problem, (Place(0, 0), Place(1, 0))) == [Repeat(0, Place(1, 1), gain=1.5, outside=1.5, torn=0.0)]


@pytest.mark.parametrize(
    ("item", "plan"),
    [
        (Item("s0", people=("ann",)), (Place(0, 0), Place(1, 0))),  # its presenter is busy then
        (Item("s0", slots_allowed=frozenset({0})), (Place(0, 0), None)),  # nobody is there then
        (Item("s0"), (None, None)),  # it does not even run once
    ],
)
def test_nowhere_to_run_again(item: Item, plan: Plan) -> None:
    assert repeats(simple(item, Item("s1", people=("ann",)), rooms=(5, 2), blocks="ab", stars=CROWD), plan) == []


def test_it_fits() -> None:
    problem = simple(*items(1), rooms=(9, 9), blocks="ab", stars=CROWD)
    assert repeats(problem, (Place(0, 0),)) == []


def test_a_pin_binds_the_first_run_only() -> None:
    problem = simple(Item("s0", pin=Wish(0, 0)), rooms=(5, 2), blocks="ab", stars=CROWD)
    assert [found.place for found in repeats(problem, (Place(0, 0),))] == [Place(1, 0)]


def test_the_most_gained_comes_first() -> None:
    problem = simple(*items(2), rooms=(5, 1), blocks="ab", stars=CROWD + ((1,),) * 12)
    assert [(found.item, found.gain) for found in repeats(problem, (Place(0, 0), Place(0, 1)))] == [(1, 5.0), (0, 3.0)]
    assert [found.item for found in repeats(problem, (Place(0, 0), Place(0, 1)), frozenset({0}))] == [0]
