"""Other places for one item: the change told is the change there would be, and nothing allowed is called forbidden."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.ledger import Change
from barcamp.core.timetable.options import Block, Option, Swap, options, shared_fans
from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Wish
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import bill
from tests.core.timetable import oracle
from tests.core.timetable.instances import items, plans, problems, simple

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


def test_a_taken_place_can_be_had_by_a_swap() -> None:
    swaps = {option.place: option.swap for option in options(CAMP, PLAN, 0, swaps=True)}
    assert swaps == {
        Place(0, 0): None,
        Place(1, 0): None,
        # Two people come each for half at tea now, and both at 10:00; three of haiku's crowd stay three.
        Place(1, 1): Swap(((1, Place(0, 1)),), Change(slot_wish=-3.0), None),
    }


def test_a_swap_from_the_tray_sends_the_other_there() -> None:
    swap = options(CAMP, PLAN, 2, swaps=True)[3].swap
    # Two people came to tea; it leaves one of them outside no longer, and each misses one star.
    assert swap == Swap(((1, None),), Change(full=-1.0, unplaced=2.0), None)


def test_a_swap_names_who_breaks_what() -> None:
    away = Item("tea", people=("bob",), slots_allowed=frozenset({1}))
    camp = Problem(CAMP.slots, CAMP.rooms, (CAMP.items[0], away, CAMP.items[2]))
    swap = options(camp, (Place(0, 1), Place(1, 1), Place(1, 0)), 0, swaps=True)[2].swap
    assert swap is not None
    assert swap.blocked_by == ((0, Block("person", (2,))), (1, Block("availability")))


def test_a_workshop_swaps_with_the_talks_it_meets() -> None:
    camp = simple(Item("workshop", 2), *items(3)[1:], rooms=(9, 9), blocks="aabb")
    plan = (Place(0, 0), Place(2, 1), Place(3, 1))
    found = {option.place: option.swap for option in options(camp, plan, 0, swaps=True)}
    assert found[Place(2, 0)] is None
    assert found[Place(2, 1)] == Swap(((1, Place(0, 0)), (2, Place(1, 0))), Change(), None)
    # The other way round the talk would take the workshop along; its end would run into the break.
    assert options(camp, plan, 2, swaps=True)[1].swap is None


@settings(deadline=None, max_examples=30)
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


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_swap_is_what_it_would_be(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan, before = data.draw(plans(problem)), data.draw(plans(problem))
    s = data.draw(st.integers(0, len(plan) - 1))
    for option in options(problem, plan, s, before, swaps=True):
        if option.swap is None:
            continue
        moves = {s: option.place, **dict(option.swap.others)}
        swapped = tuple(moves.get(x, place) for x, place in enumerate(plan))
        difference = oracle.cost(problem, swapped, before) - oracle.cost(problem, plan, before)
        assert option.swap.change.cost == pytest.approx(difference, abs=1e-6)
        broken = {
            (x, one.rule) for one in violations(problem, swapped) for x in one.items if swapped[x] in moves.values()
        }
        told = {(x, block.rule) for x, block in option.swap.blocked_by or ()}
        assert told == {(x, rule) for x, rule in broken if x in moves and moves[x] is not None}
