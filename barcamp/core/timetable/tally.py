"""How many stars each person has among some items, for all people at once.

A tally is a list of sets of people, the binary digits of each person's count: in `tally[0]` are those whose count is
odd, and so on. Items come and go in a few steps of integer arithmetic, however many people there are.
"""

from collections.abc import Iterable

Tally = list[int]
TAKEN_FOR = (0.0, 1.0, 1 / 2, 1 / 3)


def tally_of(crowds: Iterable[int]) -> Tally:
    """The tally of these crowds."""
    tally = [0, 0, 0]
    for crowd in crowds:
        join(tally, crowd)
    return tally


def join(tally: Tally, crowd: int) -> None:
    """Count a crowd in."""
    digit = 0
    while crowd:
        if digit == len(tally):
            tally.append(0)
        old = tally[digit]
        tally[digit], crowd, digit = old ^ crowd, old & crowd, digit + 1


def leave(tally: Tally, crowd: int) -> None:
    """Count a crowd out that was in."""
    digit = 0
    while crowd:
        old = tally[digit]
        tally[digit], crowd, digit = old ^ crowd, crowd ^ old & crowd, digit + 1


def at_least_two(tally: Tally) -> int:
    """The people who are in more than one of the crowds."""
    several = 0
    for people in tally[1:]:
        several |= people
    return several


def more_than_three(tally: Tally) -> int:
    """The people who are in more than three of the crowds."""
    many = tally[2]
    for people in tally[3:]:
        many |= people
    return many


def exactly_two(tally: Tally) -> int:
    """The people who are in two of the crowds."""
    return tally[1] & ~(tally[0] | more_than_three(tally))


def shared_out(crowd: int, tally: Tally, many: int) -> float:
    """The people expected at one item, when everybody torn between k of the items comes with a chance of 1/k.

    `crowd` are the fans of one item in the tally, `many` its `more_than_three`. It is what `crowd.turnout` finds from
    other books.
    """
    odd, twos, torn = tally[0] & crowd, tally[1] & crowd, many & crowd
    people = odd.bit_count() + twos.bit_count() / 2 - (odd & twos).bit_count() * (7 / 6)
    if not torn:
        return people
    # Those above were taken for people with one to three; put right what that makes of the others.
    if not any(set_digit & torn for set_digit in tally[3:]):
        seven = (odd & twos & torn).bit_count()
        five, six = (odd & torn).bit_count() - seven, (twos & torn).bit_count() - seven
        four = torn.bit_count() - five - six - seven
        return people + four / 4 - five * (4 / 5) - six / 3 - seven * (4 / 21)
    groups = [(0, torn)]
    for digit, set_digit in enumerate(tally):
        groups = [
            (count + (inside << digit), part)
            for count, group in groups
            for inside, part in ((0, group & ~set_digit), (1, group & set_digit))
            if part
        ]
    return people + sum(part.bit_count() * (1 / count - TAKEN_FOR[count & 3]) for count, part in groups)
