"""Every hard rule, broken once by hand."""

from dataclasses import replace

import pytest

from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Wish
from barcamp.core.timetable.rules import Violation, violations
from tests.core.timetable.instances import items, simple

CAMP = Problem(
    slots=(Slot("10:00", 0), Slot("11:00", 0), Slot("13:00", 1)),
    rooms=(Room("hall", 50, frozenset({"projector"})), Room("nook", 5, closed=frozenset({2}))),
    items=(),
)


def broken(*pairs: tuple[Item, Place | None]) -> list[Violation]:
    problem = replace(CAMP, items=tuple(item for item, _ in pairs))
    return violations(problem, tuple(place for _, place in pairs))


def test_a_plan_that_keeps_all_rules() -> None:
    assert (
        broken(
            (Item("a", 2, ("ann", "bob"), frozenset({"projector"}), pin=Wish(0, 0)), Place(0, 0)),
            (Item("b", 1, ("cy",), slots_allowed=frozenset({1})), Place(1, 1)),
            (Item("c", 1, ("ann",), pin=Wish(room=0)), Place(2, 0)),
            (Item("d"), None),
        )
        == []
    )


@pytest.mark.parametrize(
    ("item", "place", "rule", "detail"),
    [
        (Item("a"), Place(3, 0), "range", "a is in slot 3, room 0"),
        (Item("a"), Place(0, -1), "range", "a is in slot 0, room -1"),
        (Item("a", 2), Place(1, 0), "break", "a runs into a break or past the end from 11:00"),
        (Item("a", 2), Place(2, 0), "break", "a runs into a break or past the end from 13:00"),
        (Item("a", 2, slots_allowed=frozenset({0})), Place(0, 0), "availability", "a is not available in 10:00"),
        (Item("a", needs=frozenset({"projector"})), Place(0, 1), "equipment", "a needs projector, nook has none"),
        (Item("a"), Place(2, 1), "closed", "nook is closed in 13:00, a is there"),
        (Item("a", pin=Wish(slot=1)), Place(0, 0), "pin", "a is in 10:00, pinned to another time"),
        (Item("a", pin=Wish(room=1)), Place(0, 0), "pin", "a is in hall, pinned to another room"),
        (Item("a", pin=Wish(0, 0)), None, "pin", "a is pinned but not placed"),
    ],
)
def test_what_one_item_breaks(item: Item, place: Place | None, rule: str, detail: str) -> None:
    assert broken((item, place)) == [Violation(rule, (0,), detail)]


def test_two_items_in_one_room() -> None:
    assert broken((Item("a", 2), Place(0, 0)), (Item("b"), Place(1, 0))) == [
        Violation("room", (0, 1), "a and b both have hall in 11:00")
    ]


def test_one_person_in_two_rooms() -> None:
    assert broken((Item("a", 2, ("ann", "bob")), Place(0, 0)), (Item("b", 2, ("bob",)), Place(0, 1))) == [
        Violation("person", (0, 1), "a and b both have bob in 10:00")
    ]


def test_a_plan_for_another_number_of_items() -> None:
    assert violations(simple(*items(2)), (None,)) == [Violation("length", (), "1 places for 2 items")]


def test_blocks_that_come_back_are_not_one_block() -> None:
    problem = simple(Item("a", 3), blocks="aba")
    assert [one.rule for one in violations(problem, (Place(0, 0),))] == ["break"]
