"""The files: read back as they were, and refused with the place where the mistake stands."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from barcamp.core.timetable.files import BadInstance, read, read_plan, write
from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Weights, Wish
from tests.core.timetable.instances import as_json, problems

GOOD: dict[str, Any] = {
    "format": "barcamp-instance/1",
    "name": "two talks",
    "seed": 3,
    "slots": [{"id": "t0", "block": 0}, {"id": "t1", "block": 1}],
    "rooms": [{"id": "hall", "capacity": 40, "equipment": ["sound"], "closed": [1]}],
    "sessions": [
        {"id": "a", "length": 1, "people": ["ann", "bob"], "needs": ["sound"], "topics": ["art"], "slots_allowed": [0]},
        {"id": "b", "length": 2, "people": [], "needs": [], "topics": [], "prefer": {"slot": 1}, "pin": {"room": 0}},
    ],
    "stars": [[0, 1], []],
    "weights": {"clash": 2, "move_room": 0.25},
}


def test_what_an_instance_says() -> None:
    assert read(GOOD) == Problem(
        slots=(Slot("t0", 0), Slot("t1", 1)),
        rooms=(Room("hall", 40, frozenset({"sound"}), frozenset({1})),),
        items=(
            Item("a", 1, ("ann", "bob"), frozenset({"sound"}), ("art",), frozenset({0})),
            Item("b", 2, prefer=Wish(slot=1), pin=Wish(room=0)),
        ),
        stars=((0, 1), ()),
        weights=Weights(clash=2.0, move_room=0.25),
    )


def test_the_turnout_is_one_unless_told() -> None:
    assert (read(GOOD).turnout, read(GOOD | {"turnout": 0.75}).turnout) == (1.0, 0.75)


def test_a_solution_there_and_back() -> None:
    plan = (Place(3, 1), None, Place(0, 0))
    assert write(plan) == {"assign": [[3, 1], None, [0, 0]]}
    assert read_plan(json.loads(json.dumps(write(plan)))) == plan


@settings(deadline=None, max_examples=25)
@given(problems())
def test_any_problem_there_and_back(problem: Problem) -> None:
    back = read(json.loads(json.dumps(as_json(problem))))
    assert [item.pin or Wish() for item in back.items] == [item.pin or Wish() for item in problem.items]
    assert as_json(back) == as_json(problem)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda top: top.update(format="2"), 'the instance should say "format": "barcamp-instance/1"'),
        (lambda top: top.pop("rooms"), "rooms should be a list"),
        (lambda top: top["slots"][1].update(id="t0"), "the ids of slots has 't0' twice"),
        (lambda top: top["slots"][1].update(block=None), "slots[1].block should be a whole number"),
        (lambda top: top["rooms"][0].update(capacity=-1), "rooms[0].capacity should be from 0 to 999999999, not -1"),
        (lambda top: top["rooms"][0].update(capacity=True), "rooms[0].capacity should be a whole number"),
        (lambda top: top["rooms"][0].update(closed=[2]), "rooms[0].closed[0] should be from 0 to 1, not 2"),
        (lambda top: top["rooms"][0].update(equipment=[7]), "rooms[0].equipment[0] should be text"),
        (lambda top: top["sessions"][0].update(length=0), "sessions[0].length should be at least 1"),
        (lambda top: top["sessions"][0].update(people=["x", "x"]), "sessions[0].people has 'x' twice"),
        (lambda top: top["sessions"][1].update(pin={"slot": 2}), "sessions[1].pin.slot should be from 0 to 1, not 2"),
        (lambda top: top["sessions"][1].update(pin=[0, 0]), "sessions[1].pin should be an object"),
        (lambda top: top["stars"][0].append(0), "stars[0] has 0 twice"),
        (lambda top: top["stars"][1].append(2), "stars[1][0] should be from 0 to 1, not 2"),
        (lambda top: top["weights"].update(full=-1), "weights.full should be a number from 0 up"),
        (lambda top: top["weights"].update(full=float("nan")), "weights.full should be a number from 0 up"),
        (lambda top: top["weights"].update(fun=1), "weights has no 'fun'"),
        (lambda top: top.update(turnout=-1), "turnout should be a number from 0 up"),
    ],
)
def test_a_mistake_is_named(spoil: Callable[[dict[str, Any]], object], message: str) -> None:
    instance = copy.deepcopy(GOOD)
    spoil(instance)
    with pytest.raises(BadInstance) as refused:
        read(instance)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("solution", "message"),
    [
        ([], "the solution should be an object"),
        ({}, "assign should be a list"),
        ({"assign": [None, [1]]}, "assign[1] should be [slot, room] or null"),
        ({"assign": [[0, 1.5]]}, "assign[0][1] should be a whole number"),
    ],
)
def test_a_mistake_in_a_solution_is_named(solution: object, message: str) -> None:
    with pytest.raises(BadInstance) as refused:
        read_plan(solution)
    assert str(refused.value) == message
