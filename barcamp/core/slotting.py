"""Slots for talks whose times somebody else has set.

Here slots are the same for all rooms, never overlap, and a talk takes 1 to 4 of them in a row; elsewhere every room may
have times of its own. Every start and every end becomes a border between slots, as long as no talk gets longer than
four slots by that; where it would, those borders are left out that cost the fewest talks their place. A short pause in
which nobody starts or ends is no slot: talks may run through it, as they do in a grid that was made by hand.

    grid = derive(talks, fixed)     # grid.slots are new ones, grid.lengths[i] the slots that talk i takes, or None
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from barcamp.core.times import LONGEST_SLOT, SAME_BLOCK, SHORTEST_SLOT, Span

MOST_LENGTH = 4
#: Choices of borders that are followed at a time; with fewer than that the best one is found.
BEAM = 300

_PAUSE = timedelta(minutes=SAME_BLOCK)
_SHORTEST, _LONGEST = timedelta(minutes=SHORTEST_SLOT), timedelta(minutes=LONGEST_SLOT)

Borders = tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """`slots` are the new ones, in time order. `lengths` has for each talk the number of slots, new and fixed, that it
    takes, or None where its times cannot be had.
    """

    slots: tuple[Span, ...]
    lengths: tuple[int | None, ...]


def derive(
    talks: Sequence[Span], fixed: Iterable[Span] = (), pauses: Iterable[Span] = (), shut: Iterable[Span] = ()
) -> Grid:
    """Slots beside the `fixed` ones, which stay as they are, and around `pauses`, through which no talk runs.

    In the stretches that are `shut` no new slot may be: something runs through them that would get shorter by it.
    """
    there, pauses = sorted(fixed), sorted(pauses)
    closed = sorted(shut)
    possible = Counter(talk for talk in talks if _is_free(talk, there, pauses) and not _cuts(talk, closed))
    ruler = _Ruler(possible, there)
    chosen: set[datetime] = set()
    for cluster in _clusters(possible, there):
        chosen.update(ruler.best_borders(cluster))
    lengths = {talk: ruler.length(sorted(chosen), talk) for talk in possible}
    kept = [talk for talk, length in lengths.items() if length is not None]
    new = [
        Span(start, end)
        for start, end in pairwise(sorted(chosen))
        if Span(start, end) not in ruler.fixed
        and not ruler.is_pause(start, end)
        and any(talk.start <= start and end <= talk.end for talk in kept)
    ]
    return Grid(tuple(new), tuple(lengths.get(talk) for talk in talks))


def _is_free(talk: Span, there: Sequence[Span], pauses: Sequence[Span]) -> bool:
    """Whether it begins and ends on borders that can be: not within a slot that is there, and not over a pause."""
    if any(talk.start < pause.end and pause.start < talk.end for pause in pauses):
        return False
    return not any(slot.start < border < slot.end for slot in there for border in (talk.start, talk.end))


def _cuts(talk: Span, shut: Sequence[Span]) -> bool:
    """Whether it begins or ends in one of these stretches."""
    return any(gap.start <= talk.start < gap.end or gap.start < talk.end <= gap.end for gap in shut)


def _clusters(talks: Iterable[Span], there: Iterable[Span]) -> list[list[datetime]]:
    """The borders that can be chosen, in groups that have nothing to do with each other."""
    groups: list[list[datetime]] = []
    until: datetime | None = None
    for span in sorted([*talks, *there]):
        if until is None or span.start > until + _PAUSE:
            groups.append([])
        groups[-1] += [span.start, span.end]
        until = span.end if until is None else max(until, span.end)
    return [sorted(set(group)) for group in groups]


class _Ruler:
    """Measures talks by borders."""

    def __init__(self, talks: Counter[Span], there: Iterable[Span]) -> None:
        self.weight = talks
        self.fixed = frozenset(there)
        self.starts = {talk.start for talk in talks} | {slot.start for slot in self.fixed}
        self.ends = {talk.end for talk in talks} | {slot.end for slot in self.fixed}
        self.needed = {border for slot in self.fixed for border in (slot.start, slot.end)}
        self.talks_by_end: dict[datetime, list[Span]] = {}
        for talk in talks:
            self.talks_by_end.setdefault(talk.end, []).append(talk)

    def is_pause(self, start: datetime, end: datetime) -> bool:
        """Whether nobody starts at the beginning of this stretch or ends at its end, and it is short."""
        if Span(start, end) in self.fixed:
            return False
        return end - start <= _PAUSE and start not in self.starts and end not in self.ends

    def length(self, borders: Sequence[datetime], talk: Span) -> int | None:
        """The slots a talk takes between these borders; None where it does not fit them."""
        inside = [border for border in borders if talk.start <= border <= talk.end]
        if len(inside) < 2 or inside[0] != talk.start or inside[-1] != talk.end:
            return None
        slots = [Span(start, end) for start, end in pairwise(inside) if not self.is_pause(start, end)]
        if len(slots) > MOST_LENGTH:
            return None
        fits = all(slot in self.fixed or _SHORTEST <= slot.end - slot.start <= _LONGEST for slot in slots)
        return len(slots) if fits else None

    def best_borders(self, borders: Sequence[datetime]) -> Borders:
        """Of these borders those with which the most talks fit; all of them where that does as well."""
        within = [talk for border in borders for talk in self.talks_by_end.get(border, ())]
        if all(self.length(borders, talk) is not None for talk in within):
            return tuple(borders)
        longest = max(talk.end - talk.start for talk in within)
        choices: dict[Borders, tuple[int, Borders]] = {(): (0, ())}  # by the borders that may still count
        for border in borders:
            found: dict[Borders, tuple[int, Borders]] = {}
            for recent, (fitting, chosen) in choices.items():
                near = tuple(one for one in recent if one >= border - longest)[-2 * MOST_LENGTH :]
                taken = (*near, border)
                gained = sum(
                    self.weight[talk]
                    for talk in self.talks_by_end.get(border, ())
                    if self.length(taken, talk) is not None
                )
                _keep(found, taken, (fitting + gained, (*chosen, border)))
                if border not in self.needed:
                    _keep(found, recent, (fitting, chosen))
            choices = _best(found, self._promise(borders, border))
        return max(choices.values(), key=_worth)[1]

    def _promise(self, borders: Sequence[datetime], here: datetime) -> dict[datetime, int]:
        """How many talks that are still to end begin at each border until here."""
        promised: dict[datetime, int] = {}
        for border in borders:
            for talk in self.talks_by_end.get(border, ()) if border > here else ():
                if talk.start <= here:
                    promised[talk.start] = promised.get(talk.start, 0) + self.weight[talk]
        return promised


def _worth(choice: tuple[int, Borders]) -> tuple[int, int, Borders]:
    """The more talks fit the better, and then the fewer borders; always the same one of equals."""
    return choice[0], -len(choice[1]), choice[1]


def _keep(found: dict[Borders, tuple[int, Borders]], recent: Borders, choice: tuple[int, Borders]) -> None:
    other = found.get(recent)
    if other is None or _worth(choice) > _worth(other):
        found[recent] = choice


def _best(
    found: dict[Borders, tuple[int, Borders]], promised: dict[datetime, int]
) -> dict[Borders, tuple[int, Borders]]:
    """The choices to follow: by the talks that fit, and those that still may."""
    if len(found) <= BEAM:
        return found

    def hope(one: tuple[Borders, tuple[int, Borders]]) -> tuple[int, int, Borders]:
        recent, (fitting, chosen) = one
        return fitting + sum(promised.get(border, 0) for border in recent[-MOST_LENGTH:]), -len(chosen), recent

    return dict(sorted(found.items(), key=hope, reverse=True)[:BEAM])
