"""A problem before anybody has voted: topics stand in for people."""

from dataclasses import replace

from barcamp.core.timetable.problem import Item
from barcamp.core.timetable.score import bill
from barcamp.core.timetable.solve import solve
from tests.core.timetable.instances import simple

TALKS = [
    Item("a", topics=("web", "art")),
    Item("b", topics=("art",)),
    Item("c"),
    Item("d", topics=("web", "web")),
]


def test_one_person_a_topic_who_starred_all_of_it() -> None:
    problem = simple(*TALKS, Item("e", topics=("law",)))
    assert problem.for_search == replace(problem, stars=((0, 3), (0, 1), (4,)))


def test_a_single_star_is_a_vote() -> None:
    voted = simple(*TALKS, stars=((), (1,)))
    assert voted.for_search is voted


def test_nothing_to_go_by() -> None:
    plain = simple(Item("a"), Item("b"), stars=((), ()))
    assert plain.for_search.stars == ()


def test_topics_are_spread_over_the_day() -> None:
    problem = simple(
        *(Item(f"s{n}", topics=(topic,)) for n, topic in enumerate("aabbcc")), rooms=(9, 9, 9), blocks="ab"
    )
    plan = solve(problem.for_search, seed=1, moves=500).plan
    assert bill(problem.for_search, plan).missed_clash == 0
