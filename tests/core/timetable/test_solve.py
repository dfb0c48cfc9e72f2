"""What every solution promises: no rule broken, the cost told is the cost there, the same again for the same seed."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot, Wish
from barcamp.core.timetable.progress import Step
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import bill
from barcamp.core.timetable.solve import solve
from tests.core.timetable import oracle
from tests.core.timetable.instances import EQUIPMENT, as_json, camp, items, problems, simple

budgets = st.sampled_from([0, 0, 300])


def test_two_favorites_of_one_crowd_are_not_put_against_each_other() -> None:
    problem = simple(*items(4), rooms=(9, 5), blocks="ab", stars=((0, 1),) * 6 + ((2, 3),) * 3)
    solution = solve(problem, seed=1)
    slots = [place and place.slot for place in solution.plan]
    assert (slots[0] == slots[1], slots[2] == slots[3], solution.figures.cost) == (False, False, 0)


def test_a_wish_is_granted_when_it_harms_nobody() -> None:
    problem = simple(*items(2), Item("s2", prefer=Wish(2, 1)), rooms=(9, 5), stars=((0, 1, 2),))
    assert (solve(problem, seed=1).plan[2], solve(problem, seed=1).figures.cost) == (Place(2, 1), 0)


def test_one_presenter_gives_two_sessions_one_after_the_other() -> None:
    problem = simple(Item("a", people=("ann",)), Item("b", people=("bob", "ann")), rooms=(5, 5), blocks="aa")
    assert {place.slot for place in solve(problem, seed=1).plan if place} == {0, 1}


def test_the_last_room_with_a_projector_is_left_to_those_who_need_it() -> None:
    problem = Problem(
        (Slot("t0", 0), Slot("t1", 0)),
        (Room("big", 50, frozenset({"projector"})), Room("small", 5)),
        (
            Item("hit"),
            Item("hit too"),
            Item("film", needs=frozenset({"projector"})),
            Item("film 2", needs=frozenset({"projector"})),
        ),
        ((0,),) * 40 + ((1,),) * 30 + ((2,), (3,)),
    )
    solution = solve(problem, seed=1)
    assert solution.reasons == {}
    assert [place and place.room for place in solution.plan] == [1, 1, 0, 0]


def test_long_items_get_a_run_of_one_room_though_short_ones_are_wanted_more() -> None:
    problem = simple(Item("workshop", 3), *items(4)[1:], rooms=(9, 9), stars=((1,), (2,), (3,)) * 3)
    solution = solve(problem, seed=1)
    assert (solution.plan[0] and solution.plan[0].slot, solution.reasons) == (0, {})


def test_another_item_makes_way() -> None:
    held = Item("flexible", slots_allowed=frozenset({0, 1}))
    bound_to_first = Item("only now", slots_allowed=frozenset({0}))
    problem = simple(held, bound_to_first, blocks="aa")
    known = (Place(0, 0), None)
    assert solve(problem, seed=1, before=known).plan == (Place(1, 0), Place(0, 0))


def test_two_short_items_are_worth_more_than_the_long_one_in_their_place() -> None:
    problem = simple(Item("long", 2), *items(3)[1:], blocks="aa", stars=((0,),) * 4 + ((1,), (2,)) * 3)
    solution = solve(problem, seed=1)
    assert (solution.plan[0], {place and place.slot for place in solution.plan[1:]}) == (None, {0, 1})


def test_a_wall_with_more_notes_than_places_takes_the_most_wanted() -> None:
    problem = simple(*items(40), rooms=(9, 9), stars=tuple((s,) for s in range(40) for _ in range(s)))
    solution = solve(problem, seed=1, moves=100)
    assert list(solution.reasons) == list(range(34))
    assert {(why.kind, why.proven) for why in solution.reasons.values()} == {("no-place-left", True)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Item("a", pin=Wish(0, 0)), Item("b", pin=Wish(0, 0))),
        (Item("a", people=("ann",), pin=Wish(0, 0)), Item("b", people=("ann",), pin=Wish(0, 1))),
    ],
)
def test_of_two_pins_that_exclude_each_other_the_first_is_kept(one: Item, other: Item) -> None:
    problem = simple(one, other, rooms=(5, 5), blocks="ab", stars=((1,),) * 5)
    solution = solve(problem, seed=1, moves=200)
    assert solution.plan == (Place(0, 0), None)
    assert [(broken.rule, broken.items) for broken in violations(problem, solution.plan)] == [("pin", (1,))]
    assert (solution.reasons[1].kind, solution.reasons[1].items) == ("pin-impossible", (0,))


def test_a_pin_to_a_part_leaves_the_rest_to_the_solver() -> None:
    problem = simple(Item("a", pin=Wish(slot=1)), Item("b", pin=Wish(1, 0)), rooms=(9, 9), blocks="aa")
    assert solve(problem, seed=1).plan == (Place(1, 1), Place(1, 0))


@settings(deadline=None, max_examples=40)
@given(problems(), budgets, st.integers(0, 3))
def test_no_rule_is_broken_but_pins_that_cannot_be_kept(problem: Problem, moves: int, seed: int) -> None:
    solution = solve(problem, seed=seed, moves=moves)
    unplaced = [s for s, place in enumerate(solution.plan) if place is None]
    assert list(solution.reasons) == unplaced
    assert [(broken.rule, broken.items) for broken in violations(problem, solution.plan)] == [
        ("pin", (s,)) for s in unplaced if problem.items[s].pin not in (None, Wish())
    ]
    assert "place-free" not in {reason.kind for reason in solution.reasons.values()}


@settings(deadline=None, max_examples=30)
@given(problems(), problems(), budgets)
def test_the_cost_told_is_that_of_the_slow_oracle(problem: Problem, other: Problem, moves: int) -> None:
    before = (solve(other, seed=1).plan * len(problem.items))[: len(problem.items)]
    solution = solve(problem, seed=1, moves=moves, before=before)
    assert solution.figures.cost == pytest.approx(oracle.cost(problem, solution.plan, before))


@settings(deadline=None, max_examples=30)
@given(problems(), st.integers(0, 3))
def test_searching_never_makes_it_dearer(problem: Problem, seed: int) -> None:
    assert solve(problem, seed=seed, moves=300).figures.cost <= solve(problem, seed=seed).figures.cost + 1e-6


@settings(deadline=None, max_examples=30)
@given(problems(), budgets)
def test_what_people_know_stays_when_nothing_has_changed(problem: Problem, moves: int) -> None:
    known = solve(problem, seed=1, moves=moves).plan
    assert solve(problem, seed=7, before=known).plan == known


@settings(deadline=None, max_examples=30)
@given(problems(), budgets)
def test_names_do_not_matter(problem: Problem, moves: int) -> None:
    new_name = dict(zip("abcdefg", "gfbaxyz", strict=True))
    equipment = dict(zip(EQUIPMENT, reversed(EQUIPMENT), strict=True))
    renamed = replace(
        problem,
        slots=tuple(replace(slot, id=f"later {slot.id}") for slot in problem.slots),
        rooms=tuple(
            replace(room, id=f"{99 - r}", equipment=frozenset(equipment[one] for one in room.equipment))
            for r, room in enumerate(problem.rooms)
        ),
        items=tuple(
            replace(
                item,
                id=f"z{99 - s}",
                people=tuple(new_name[person] for person in item.people),
                needs=frozenset(equipment[one] for one in item.needs),
            )
            for s, item in enumerate(problem.items)
        ),
    )
    assert solve(renamed, seed=1, moves=moves).plan == solve(problem, seed=1, moves=moves).plan


def test_a_camp_is_solved_better_by_searching() -> None:
    problem = camp(1)
    quick, searched = solve(problem, seed=1), solve(problem, seed=1, moves=60_000)
    assert (violations(problem, quick.plan), violations(problem, searched.plan)) == ([], [])
    assert searched.figures.cost < quick.figures.cost - 10
    assert searched.figures.cost == pytest.approx(bill(problem, searched.plan).price(problem.weights))


def test_a_closed_room_moves_few_and_nothing_else() -> None:
    problem = camp(2)
    known = solve(problem, seed=1, moves=5_000).plan
    shut = replace(problem.rooms[2], closed=frozenset({5}))
    changed = replace(problem, rooms=(*problem.rooms[:2], shut, *problem.rooms[3:]))
    solution = solve(changed, seed=1, before=known)
    assert violations(changed, solution.plan) == []
    assert (solution.figures.unplaced, solution.figures.moved_slot <= 2, solution.figures.moved_room <= 3) == (
        0,
        True,
        True,
    )


def test_a_known_schedule_is_not_turned_over_by_searching_again() -> None:
    problem = camp(2)
    known = solve(problem, seed=1, moves=20_000)
    assert solve(problem, seed=7, moves=20_000, before=known.plan) == known


def test_a_known_schedule_is_changed_where_that_helps_many() -> None:
    problem = simple(*items(4), rooms=(9, 9), blocks="ab", stars=((0, 1),) * 9 + ((2, 3),) * 9)
    known = (Place(0, 0), Place(0, 1), Place(1, 0), Place(1, 1))
    figures = solve(problem, seed=1, moves=500, before=known).figures
    assert (figures.missed_clash, figures.moved_slot, figures.cost) == (0, 2, 4)


def test_an_item_without_a_place_gets_that_of_one_that_disturbs_more() -> None:
    fixed = [Item(f"s{s}", slots_allowed=frozenset({s // 2})) for s in range(4)]
    stars = ((0, 1),) * 6 + ((2, 3),) * 5 + ((4,),) * 4
    problem = simple(*fixed, Item("s4"), rooms=(20, 20), blocks="ab", stars=stars)
    quick, searched = solve(problem, seed=1), solve(problem, seed=1, moves=2_000)
    assert (quick.plan[4], quick.figures.cost) == (None, 20)
    assert (searched.plan[4] is None, searched.figures.unplaced, searched.figures.cost) == (False, 1, 16)


def test_without_stars_sessions_on_one_topic_are_spread() -> None:
    talks = [Item(f"s{n}", people=(f"p{n}",), topics=("law" if n % 2 else "art",)) for n in range(4)]
    plan = solve(simple(*talks, rooms=(9, 9), blocks="ab"), seed=1, moves=500).plan
    assert [[s % 2 for s, place in enumerate(plan) if place and place.slot == slot] for slot in (0, 1)] == [
        [0, 1],
        [0, 1],
    ]


def test_a_plan_known_for_another_number_of_items_is_refused() -> None:
    with pytest.raises(ValueError, match="1 places before for 2 items"):
        solve(simple(*items(2)), seed=1, before=(None,))


def test_progress_is_told_from_the_first_draft_to_the_end() -> None:
    told: list[Step] = []

    def tell(step: Step) -> bool:
        told.append(step)
        return True

    problem = camp(1)
    solution = solve(problem, seed=1, moves=6_000, on_progress=tell)
    assert [step.done for step in told] == [look * 100 // 24 * 60 for look in range(25)]
    assert {step.moves for step in told} == {6_000}
    assert told[0].plan == solve(problem, seed=1).plan
    assert [step.cost for step in told] == sorted((step.cost for step in told), reverse=True)
    assert [step.cost for step in told] == [
        pytest.approx(bill(problem, step.plan).price(problem.weights)) for step in told
    ]
    assert told[-1].cost >= solution.figures.cost


def test_a_search_that_is_stopped_keeps_the_best_so_far() -> None:
    told: list[Step] = []

    def stop_late(step: Step) -> bool:
        told.append(step)
        return step.done < 3_000

    problem = camp(1)
    assert solve(problem, seed=1, moves=6_000, on_progress=lambda step: False) == solve(problem, seed=1)
    stopped = solve(problem, seed=1, moves=6_000, on_progress=stop_late)
    assert (len(told), told[-2].done < 3_000 <= told[-1].done, told[-1].done < 6_000) == (13, True, True)
    assert stopped.figures.cost <= told[-1].cost


def test_the_same_seed_gives_the_same_schedule_in_another_process() -> None:
    program = (
        "import json, sys; from barcamp.core.timetable import files; from barcamp.core.timetable.solve import solve;"
        "problem = files.read(json.load(sys.stdin));"
        "print(json.dumps(files.write(solve(problem, seed=5, moves=4000).plan)))"
    )
    instance = json.dumps(as_json(camp(3)))
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=instance,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("1", "2")
    }
    plan = solve(camp(3), seed=5, moves=4000).plan
    assert answers == {json.dumps({"assign": [place and list(place) for place in plan]}) + "\n"}
