"""People as bits: whole crowds compared in one step of integer arithmetic.

A set of people is an integer, bit a = person a. Python's integers do union, intersection and counting over thousands
of people in about a microsecond, which is what makes the search quick without any library.
"""

from collections.abc import Iterable, Sequence


def fan_sets(stars: Sequence[Sequence[int]], n_items: int) -> tuple[int, ...]:
    """For each item the people who starred it. `stars[a]` lists the items person a starred."""
    width = len(stars) + 7 >> 3
    rows = [bytearray(width) for _ in range(n_items)]
    for a, mine in enumerate(stars):
        byte, bit = a >> 3, 1 << (a & 7)
        for s in mine:
            rows[s][byte] |= bit
    return tuple(int.from_bytes(row, "little") for row in rows)


def levels(crowds: Iterable[int]) -> list[int]:
    """`levels[k]` = the people who are in more than k of the crowds."""
    found: list[int] = []
    for crowd in crowds:
        carry = crowd
        for k, level in enumerate(found):
            found[k], carry = level | carry, level & carry
            if not carry:
                break
        if carry:
            found.append(carry)
    return found


def turnout(fans: int, rivals: Sequence[int]) -> float:
    """People expected at an item, when everybody torn between k overlapping stars comes with a chance of 1/k.

    `rivals` are the levels of all items that overlap it, itself included, so every fan is in `rivals[0]`.
    """
    people, at_least = 0.0, [(fans & level).bit_count() for level in rivals]
    for k, count in enumerate(at_least):
        more = at_least[k + 1] if k + 1 < len(at_least) else 0
        people += (count - more) / (k + 1)
    return people


def reach_of_stretch(first: int, covers: Iterable[tuple[int, int, int]]) -> int:
    """Most stars, summed over all people, that can be sat through in slots that follow on without a break.

    `covers` holds `(end, start, people with a star on something there)`, sorted, `end` exclusive; `first` is the first
    slot. Earliest end first is best for one person (interval scheduling); here it runs for all people at once:
    `late[u]` are those who still sit in something when slot u begins.
    """
    late: list[int] = []
    total = 0
    for end, start, people in covers:
        late += [0] * (end - first - len(late))
        going = people ^ (people & late[start - first])
        total += going.bit_count()
        for u in range(end - first):
            late[u] |= going
    return total
