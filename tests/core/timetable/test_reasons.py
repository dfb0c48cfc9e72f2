"""Why something has no place: one case for each kind, and the proof behind "in any order"."""

from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Wish, each_bit
from barcamp.core.timetable.reasons import Reason, why_unplaced
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.solve import solve
from barcamp.core.timetable.words import reason_in_words
from tests.core.timetable.instances import plans, problems

CAMP = (
    (Slot("t0", 0), Slot("t1", 0), Slot("t2", 1)),
    (Room("hall", 50, frozenset({"projector"})), Room("attic", 9, frozenset({"piano"}), closed=frozenset({0, 2}))),
)


def reason(*items: Item, plan: tuple[Place | None, ...] = ()) -> tuple[Reason, str]:
    """Why the last of the items has no place, and in words."""
    problem = Problem(*CAMP, items)
    found = why_unplaced(problem, plan + (None,) * (len(items) - len(plan)))[len(items) - 1]
    return found, reason_in_words(problem, found)


def test_too_long() -> None:
    assert reason(Item("a", 3)) == (
        Reason("too-long", slots=(0, 1)),
        "no run without a break is long enough; the longest is t0, t1",
    )


def test_no_room_has_what_it_needs() -> None:
    assert reason(Item("a", needs=frozenset({"projector", "kiln"}))) == (
        Reason("no-room-with-needs", needs=("kiln",)),
        "no room has kiln",
    )


def test_no_room_has_all_it_needs_together() -> None:
    assert reason(Item("a", needs=frozenset({"projector", "piano"}))) == (
        Reason("no-room-with-needs", needs=("piano", "projector")),
        "no room has piano, projector",
    )


def test_the_room_is_closed_when_the_presenter_is_there() -> None:
    assert reason(Item("a", needs=frozenset({"piano"}), slots_allowed=frozenset({2, 0}))) == (
        Reason("no-open-slot", slots=(0, 2), rooms=(1,)),
        "no room that suits (attic) is open long enough in t0, t2",
    )


def test_a_pin_to_a_closed_room_without_the_equipment() -> None:
    assert reason(Item("a", needs=frozenset({"projector"}), pin=Wish(0, 1))) == (
        Reason("pin-impossible", slots=(0,), rooms=(1,), rules=("closed", "equipment")),
        "it is pinned to t0, attic; against that: closed, equipment",
    )


def test_a_pin_where_somebody_else_is() -> None:
    assert reason(Item("a"), Item("b", pin=Wish(1, 0)), plan=(Place(1, 0),)) == (
        Reason("pin-impossible", slots=(1,), rooms=(0,), items=(0,)),
        "it is pinned to t1, hall; against that: a",
    )


def test_its_presenter_is_always_busy() -> None:
    first = Item("a", 1, ("bob", "ann"))
    assert reason(first, Item("b", 1, ("cy", "ann"), slots_allowed=frozenset({1})), plan=(Place(1, 0),)) == (
        Reason("presenter-busy", items=(0,), people=("ann",)),
        "ann is busy with a whenever it could run",
    )


def test_more_items_than_places() -> None:
    films = [Item(f"f{n}", needs=frozenset({"projector"})) for n in range(4)]
    assert reason(*films, plan=(Place(2, 0), Place(1, 0), Place(0, 0))) == (
        Reason("no-place-left", items=(0, 1, 2), slots=(0, 1, 2), rooms=(0,), proven=True),
        "every place it could have in hall is taken in any order, by f0, f1, f2",
    )


def test_a_longer_item_in_the_way_is_no_proof() -> None:
    problem = (Item("long", 2), Item("short", slots_allowed=frozenset({0})))
    assert reason(*problem, plan=(Place(0, 0),)) == (
        Reason("no-place-left", items=(0,), slots=(0,), rooms=(0,)),
        "every place it could have in hall is taken now, by long",
    )


def test_it_was_only_not_placed() -> None:
    assert reason(Item("a"), Item("b"), plan=(Place(0, 0),)) == (
        Reason("place-free", slots=(1,), rooms=(0,)),
        "nothing speaks against hall in t1",
    )


@settings(deadline=None, max_examples=40)
@given(problems())
def test_a_proof_counts_one_item_more_than_places(problem: Problem) -> None:
    for s, why in solve(problem, seed=1).reasons.items():
        if why.proven:
            everyone = (s, *why.items)
            places = {(t, r) for x in everyone for t, rooms in problem.openings[x].items() for r in each_bit(rooms)}
            assert len(everyone) == len(places) + 1


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_a_free_place_is_free_and_every_reason_has_words(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan = data.draw(plans(problem))
    reasons = why_unplaced(problem, plan)
    assert list(reasons) == [s for s, place in enumerate(plan) if place is None]
    for s, why in reasons.items():
        assert reason_in_words(problem, why)
        if why.kind == "place-free":
            filled = (*plan[:s], Place(why.slots[0], why.rooms[0]), *plan[s + 1 :])
            assert [broken for broken in violations(problem, filled) if s in broken.items] == []
