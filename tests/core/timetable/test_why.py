"""Why something is where it is: the facts of a small camp counted by hand, and in words."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.ledger import Change
from barcamp.core.timetable.options import Block, Option, Swap
from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Wish
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import audience
from barcamp.core.timetable.why import Why, why_here
from barcamp.core.timetable.words import explain
from tests.core.timetable import oracle
from tests.core.timetable.instances import plans, problems

CAMP = Problem(
    slots=(Slot("10:00", 0), Slot("11:00", 0)),
    rooms=(Room("hall", 2), Room("nook", 1)),
    items=(
        Item("haiku", people=("ann",), prefer=Wish(slot=1)),
        Item("tea", people=("bob",), prefer=Wish(room=1)),
        Item("go", people=("ann",)),
    ),
    stars=((0, 1), (0, 1), (0,)),
)
PLAN = (Place(0, 1), Place(1, 1), None)
LATER = Change(clash=2.0, full=-3.0, slot_wish=-3.0)


def test_the_facts() -> None:
    hall_later = Option(Place(1, 0), LATER, None)
    hall_now = Option(Place(0, 0), Change(full=-1.0), None)
    taken = Option(
        Place(1, 1),
        Change(clash=2.0, full=-2.0, slot_wish=-3.0),
        (Block("room", (1,)),),
        Swap(((1, Place(0, 1)),), Change(slot_wish=-3.0), None),
    )
    assert why_here(CAMP, PLAN, 0) == Why(
        item=0,
        place=Place(0, 1),
        stars=3,
        expected=3.0,
        seats=1,
        outside=2.0,
        undisturbed=3,
        clashes=(),
        apart=((1, 2),),
        served=2,
        pinned=False,
        slot_wish=False,
        room_wish=None,
        wished=hall_later,
        elsewhere=(hall_later,),
        rooms=(hall_now,),
        exchanges=(taken,),
    )


def test_the_facts_about_one_in_the_midst_of_others() -> None:
    together = (Place(0, 0), Place(0, 1), None)
    why = why_here(CAMP, together, 1)
    assert (why.stars, why.expected, why.undisturbed, why.clashes, why.apart) == (2, 1.0, 0, ((0, 2),), ())
    assert (why.slot_wish, why.room_wish, why.wished) == (None, True, None)


def test_a_pin_is_told_and_a_wish_that_is_forbidden() -> None:
    pinned = replace(CAMP.items[0], pin=Wish(0, 1))
    why = why_here(replace(CAMP, items=(pinned, *CAMP.items[1:])), PLAN, 0)
    assert (why.pinned, why.elsewhere, why.rooms, why.exchanges) == (True, (), (), ())
    assert why.wished == Option(Place(1, 0), LATER, (Block("pin"),))


def test_it_has_no_place() -> None:
    with pytest.raises(ValueError, match="go has no place"):
        why_here(CAMP, PLAN, 2)


def test_a_placed_item_in_words() -> None:
    later = "(clashes +2.0, full rooms -3.0, slot wish -3.0)"
    assert explain(CAMP, PLAN, 0) == [
        "haiku is in nook, 10:00: 3 stars, 3.0 people expected, room for 1",
        "kept apart from: tea (2 people); 2 people can go to both",
        f"the wish, hall, 11:00: -4.0 missed seats {later}; clashes mostly with tea (2 people)",
        "other times:",
        f"  hall, 11:00: -4.0 missed seats {later}; clashes mostly with tea (2 people)",
        "other rooms:",
        "  hall, 10:00: -1.0 missed seats (full rooms -1.0)",
        "exchanges:",
        "  nook, 11:00 with tea: -3.0 missed seats (slot wish -3.0)",
    ]


def test_clashes_wishes_and_pins_in_words() -> None:
    pinned = replace(CAMP.items[1], pin=Wish(0, 1))
    lines = explain(replace(CAMP, items=(CAMP.items[0], pinned, CAMP.items[2])), (Place(0, 0), Place(0, 1), None), 1)
    assert lines == [
        "tea is in nook, 10:00: 2 stars, 1.0 people expected, room for 1",
        "it is pinned",
        "clashes here: haiku (2 people)",
        "its room wish is kept",
    ]


def test_an_item_without_a_place_in_words() -> None:
    assert explain(CAMP, PLAN, 2) == [
        "go has no place (0 stars): nothing speaks against hall in 11:00",
        "free places:",
        "  hall, 11:00: -5.0 missed seats (placed -5.0)",
        "taken or forbidden:",
        "  hall, 10:00: -5.0 missed seats (placed -5.0); person haiku",
        "  nook, 10:00: -5.0 missed seats (placed -5.0); room haiku; person haiku",
        "  nook, 11:00: -5.0 missed seats (placed -5.0); room tea",
    ]


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_every_placed_item_has_true_reasons(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan = data.draw(plans(problem))
    for s, place in enumerate(plan):
        if place is None:
            continue
        why, fans = why_here(problem, plan, s), [mine for mine in problem.stars if s in mine]
        assert explain(problem, plan, s)[0].startswith(f"s{s} is in ")
        assert why.expected == pytest.approx(audience(problem, plan)[s])

        def meets(mine: tuple[int, ...], s: int = s) -> list[bool]:
            return [oracle.overlap(problem, plan, s, x) for x in mine if x != s and plan[x] is not None]

        assert why.undisturbed == sum(not any(meets(mine)) for mine in fans)
        assert why.served == sum(not all(meets(mine)) for mine in fans)
        for other in (*why.elsewhere, *why.rooms):
            moved = (*plan[:s], other.place, *plan[s + 1 :])
            assert not any(s in one.items for one in violations(problem, moved))
