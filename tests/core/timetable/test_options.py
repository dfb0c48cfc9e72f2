"""Other places for one item: the change told is the change there would be, and nothing allowed is called forbidden."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.options import Block, Change, Option, options, shared_fans
from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Wish
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import bill
from barcamp.core.timetable.words import explain
from tests.core.timetable import oracle
from tests.core.timetable.instances import plans, problems

CAMP = Problem(
    slots=(Slot("10:00", 0), Slot("11:00", 0)),
    rooms=(Room("hall", 2), Room("nook", 1)),
    items=(
        Item("haiku", people=("ann",), prefer=Wish(slot=1)),
        Item("tea", people=("bob",)),
        Item("go", people=("ann",)),
    ),
    stars=((0, 1), (0, 1), (0,)),
)
PLAN = (Place(0, 1), Place(1, 1), None)


def test_every_other_place_with_its_price() -> None:
    # Three people at 10:00 on one seat now; at 11:00 two of them are torn and come half the time.
    assert options(CAMP, PLAN, 0) == [
        Option(Place(0, 0), Change(full=-1.0), None),
        Option(Place(1, 0), Change(clash=2.0, full=-3.0, slot_wish=-3.0), None),
        Option(Place(1, 1), Change(clash=2.0, full=-2.0, slot_wish=-3.0), (Block("room", (1,)),)),
    ]


def test_placing_what_had_no_place_saves_its_price() -> None:
    assert options(CAMP, PLAN, 2)[0] == Option(Place(0, 0), Change(unplaced=-5.0), (Block("person", (0,)),))
    assert [option.change.cost for option in options(CAMP, PLAN, 2)] == [-5.0] * 4


def test_moves_are_priced_from_what_people_know() -> None:
    known = (Place(1, 1), Place(1, 1), None)
    assert [(option.place, option.change.moved) for option in options(CAMP, PLAN, 0, before=known)] == [
        (Place(0, 0), 0.0),
        (Place(1, 0), -1.5),
        (Place(1, 1), -2.0),
    ]


def test_who_shares_fans() -> None:
    assert shared_fans(CAMP, PLAN, 0, 1) == [(1, 2)]
    assert shared_fans(CAMP, PLAN, 0, 0) == []


def test_the_explanation_of_a_placed_item() -> None:
    later = "(clashes +2.0, full rooms -3.0, slot wish -3.0)"
    smaller = "(clashes +2.0, full rooms -2.0, slot wish -3.0)"
    assert explain(CAMP, PLAN, 0) == [
        "haiku is in nook, 10:00: 3 stars, 3.0 people expected, room for 1",
        "other places:",
        f"  hall, 11:00: -4.0 missed seats {later}; clashes mostly with tea (2 people)",
        "  hall, 10:00: -1.0 missed seats (full rooms -1.0)",
        "taken or forbidden:",
        f"  nook, 11:00: -3.0 missed seats {smaller}; room tea; clashes mostly with tea (2 people)",
        f"the wish, hall, 11:00: -4.0 missed seats {later}",
    ]


def test_the_explanation_of_an_item_without_a_place() -> None:
    assert explain(CAMP, PLAN, 2)[0] == "go has no place (0 stars): nothing speaks against hall in 11:00"


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_change_is_exact_and_blocks_are_the_broken_rules(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan, before = data.draw(plans(problem)), data.draw(plans(problem))
    s = data.draw(st.integers(0, len(plan) - 1))
    found = options(problem, plan, s, before)
    starts = [t for t in range(len(problem.slots)) if problem.fits_block(t, problem.items[s].length)]
    everywhere = [Place(t, r) for t in starts for r in range(len(problem.rooms))]
    assert [option.place for option in found] == [place for place in everywhere if place != plan[s]]
    for option in found:
        moved = (*plan[:s], option.place, *plan[s + 1 :])
        difference = oracle.cost(problem, moved, before) - oracle.cost(problem, plan, before)
        assert option.change.cost == pytest.approx(difference, abs=1e-6)
        assert option.change.full == pytest.approx(
            problem.weights.full * (bill(problem, moved).missed_full - bill(problem, plan).missed_full), abs=1e-6
        )
        broken = {one.rule for one in violations(problem, moved) if s in one.items}
        assert {block.rule for block in option.blocked_by or ()} == broken
        assert (option.blocked_by is None) == (broken == set())
