"""Lightning blocks: many talks of five minutes share one place on the schedule, one after the other.

A block is then one item of the problem, with everybody who speaks in it and the stars of all its talks.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Talk(NamedTuple):
    """One lightning talk: its number, how many people starred it, and who gives it."""

    id: int
    stars: int
    people: tuple[str, ...] = ()


def line_up(talks: Sequence[Talk], places: int) -> list[tuple[int, ...]]:
    """The ids of the talks of each block, in the order in which they are given; at most `places` talks a block.

    - There are as few blocks as it takes, nearly equal in length and in stars.
    - Whoever gives several talks gives them in one block where that is possible, since blocks may run side by side.
    - In a block the most starred talk comes first, so that an audience that thins out has seen it; ties go by id.
    - The block with the most starred talk comes first. The order in which talks are passed does not matter.

    Raises ValueError when a block has no places.
    """
    if places < 1:
        raise ValueError(f"a block should have at least 1 place, not {places}")
    n_blocks = -(-len(talks) // places)
    blocks: list[list[Talk]] = [[] for _ in range(n_blocks)]
    fair = -(-len(talks) // n_blocks) if talks else 0
    for group in _by_shared_people(talks):
        block = _block_for(blocks, len(group), fair) or _block_for(blocks, len(group), places)
        if block is not None:
            block.extend(group)
            continue
        for talk in group:  # more talks than one block has room for: they have to part
            lone = _block_for(blocks, 1, fair) or _block_for(blocks, 1, places)
            if lone is not None:
                lone.append(talk)
    ordered = sorted((sorted(block, key=_by_stars) for block in blocks), key=lambda block: _by_stars(block[0]))
    return [tuple(talk.id for talk in block) for block in ordered]


def _by_stars(talk: Talk) -> tuple[int, int]:
    return -talk.stars, talk.id


def _by_shared_people(talks: Iterable[Talk]) -> list[list[Talk]]:
    """The talks that hang together by the people who give them; the largest group first, then the most starred."""
    groups: list[list[Talk]] = []
    for talk in sorted(talks, key=_by_stars):
        mine = [group for group in groups if any(set(talk.people) & set(other.people) for other in group)]
        groups = [group for group in groups if group not in mine]
        groups.append([*(other for group in mine for other in group), talk])
    return sorted(groups, key=lambda group: (-len(group), -_stars(group), min(talk.id for talk in group)))


def _block_for(blocks: list[list[Talk]], size: int, most: int) -> list[Talk] | None:
    """The block with the fewest stars that so many more talks do not fill beyond `most`."""
    fitting = [block for block in blocks if len(block) + size <= most]
    return min(fitting, key=lambda block: (_stars(block), len(block)), default=None)


def _stars(talks: Iterable[Talk]) -> int:
    return sum(talk.stars for talk in talks)
