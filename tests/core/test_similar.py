"""How alike two ideas are: what people would call the same, what they would not, and what holds for any two texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barcamp.core.similar import ALIKE, THE_SAME, Topic, most_similar, similarity

SAME = [
    ("How to brew beer", "Brewing beer at home"),
    ("How to brew beer", "how to BREW BEER?"),
    ("How to kayak", "Kayaking for beginners"),
    ("Chickens in your backyard", "How to grow chickens in your backyard"),
    ("Straße fegen", "strasse fegen"),
    ("맥주 만들기", "집에서 맥주 만들기"),
    ("Varim pivo doma", "Vařím pivo"),
    ("🍺", "🍺"),
]
AKIN = [
    ("Brewng beer at hme", "Brewing beer at home"),
    ("Baking bread", "How to bake bread at home"),
    ("Bike repair", "Bicycle repair"),
    ("Python for data", "Python for the web"),
    ("日本酒の作り方", "日本酒を作る"),
    ("Part 1", "Part 2"),
]
APART = [
    ("How to kayak", "How to brew beer"),
    ("Intro to woodworking", "Intro to networking"),
    ("Mushrooms of the Willamette Valley", "A tour of the stars over the Coast Range"),
    ("Bees", "Beer"),
    ("What to do", "How to be"),
    ("C++", "C#"),
    ("日本酒の作り方", "お茶の飲み方"),
    ("", ""),
    ("", "How to kayak"),
    ("🍺", "🍻"),
]


def said(one: str, other: str) -> str:
    score = similarity(Topic(one), Topic(other))
    return "same" if score >= THE_SAME else "akin" if score >= ALIKE else "apart"


@pytest.mark.parametrize(
    ("pairs", "expected"), [(SAME, "same"), (AKIN, "akin"), (APART, "apart")], ids=["same", "akin", "apart"]
)
def test_what_people_would_say(pairs: list[tuple[str, str]], expected: str) -> None:
    assert {pair: said(*pair) for pair in pairs} == dict.fromkeys(pairs, expected)


def test_tags_and_description_only_tip_the_scale() -> None:
    typed = Topic("Beer tasting")
    plain, told = Topic("Sour beer"), Topic("Sour beer", ("tasting",), "A tasting of six.")
    elsewhere = Topic("Evening programme", ("beer",), "Tasting beer in the yard.")
    assert similarity(typed, plain) < similarity(typed, told)
    assert similarity(typed, elsewhere) < ALIKE


def test_the_most_similar_come_first_and_ties_stay_in_order() -> None:
    wall = {
        1: Topic("How to kayak"), 2: Topic("Brewing beer at home"), 3: Topic("How to brew beer"),
        4: Topic("Brewing beer"), 5: Topic("Brew your beer"),
    }  # fmt: skip
    found = most_similar(Topic("How to brew beer"), wall)
    assert [(key, round(score, 2)) for key, score in found] == [(3, 1.0), (4, 1.0), (5, 1.0)]
    assert [key for key, _score in most_similar(Topic("How to brew beer"), wall, most=9)] == [3, 4, 5, 2]
    assert most_similar(Topic("Sourdough"), wall) == []
    assert [key for key, _score in most_similar(Topic("Sourdough"), wall, most=9, least=0)] == [1, 2, 3, 4, 5]


topics = st.builds(
    Topic, st.text(max_size=60), st.lists(st.text(max_size=10), max_size=3).map(tuple), st.text(max_size=80)
)


@given(topics, topics)
def test_it_is_a_share_and_does_not_ask_who_came_first(one: Topic, other: Topic) -> None:
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, other) == similarity(other, one)


@given(topics)
def test_the_same_title_is_the_same(one: Topic) -> None:
    again = Topic(one.title, ("other",), "Other words.")
    assert similarity(one, again) in ({1.0} if any(map(str.isalnum, one.title)) else {0.0, 1.0})
