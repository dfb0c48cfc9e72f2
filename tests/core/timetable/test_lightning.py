"""Line-ups of lightning blocks: nobody is left out, nobody is in two blocks without need, the best come first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.lightning import Talk, line_up


def test_one_block_has_the_most_starred_talk_first() -> None:
    assert line_up([Talk(4, 2), Talk(7, 9), Talk(5, 2)], places=6) == [(7, 4, 5)]


def test_blocks_share_the_stars_and_are_nearly_as_long() -> None:
    talks = [Talk(n, stars) for n, stars in enumerate([10, 9, 8, 7, 1, 1, 1])]
    # 7 talks in blocks of 6 are 4 and 3, not 6 and 1.
    assert line_up(talks, places=6) == [(0, 3, 4, 6), (1, 2, 5)]


def test_who_gives_two_talks_gives_them_in_one_block() -> None:
    talks = [Talk(0, 9, ("ann",)), Talk(1, 8, ("bob", "ann")), Talk(2, 7, ("bob",)), Talk(3, 1, ("cy",))]
    assert line_up(talks, places=3) == [(0, 1, 2), (3,)]


def test_more_talks_by_one_person_than_a_block_holds() -> None:
    talks = [Talk(n, 5 - n, ("ann",)) for n in range(5)]
    assert line_up(talks, places=2) == [(0,), (1, 4), (2, 3)]


def test_nobody_and_nowhere() -> None:
    assert line_up([], places=3) == []
    with pytest.raises(ValueError, match="a block should have at least 1 place, not 0"):
        line_up([Talk(0, 1)], places=0)


TALKS = st.lists(
    st.builds(Talk, st.integers(0, 99), st.integers(0, 9), st.lists(st.sampled_from("abcde"), max_size=2).map(tuple)),
    max_size=12,
    unique_by=lambda talk: talk.id,
)


@settings(deadline=None, max_examples=30)
@given(TALKS, st.integers(1, 5))
def test_everybody_once_in_as_few_blocks_as_it_takes(talks: list[Talk], places: int) -> None:
    blocks = line_up(talks, places)
    by_id = {talk.id: talk for talk in talks}
    assert sorted(n for block in blocks for n in block) == sorted(by_id)
    assert len(blocks) == -(-len(talks) // places)
    assert all(0 < len(block) <= places for block in blocks)
    for block in blocks:
        assert list(block) == sorted(block, key=lambda n: (-by_id[n].stars, n))
    assert line_up(talks[::-1], places) == blocks
