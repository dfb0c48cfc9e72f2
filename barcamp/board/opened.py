"""The opened card: where it is and why, where else it could go, and what that would mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from barcamp.board.prices import Priced, priced
from barcamp.board.reasons import reasons, second_run
from barcamp.board.words import place_label
from barcamp.core.timetable.problem import Place
from barcamp.schedule.draft import Draft, DraftNote
from barcamp.schedule.problems import Trouble
from barcamp.web.words import _

SUGGESTED = 5
SWAPS_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another place for the card and what it would mean; `other` names the card it would change places with."""

    slot_id: int
    room_id: int
    label: str
    effect: str
    other: str | None = None


class Opened:
    """One card of a draft by its number, with what troubles it."""

    def __init__(self, draft: Draft, number: int, troubles: Sequence[Trouble]) -> None:
        self.draft = draft
        self.number = number
        self.note: DraftNote = draft.notes[number]
        self.place: Place | None = draft.plan[number]
        self.warnings = [one for one in troubles if one.level == "warn" and one.note_ids[0] == self.note.id]

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        """The best free places, by what they would cost."""
        free = [one for one in self._prices if one.kind == "free" and not one.begun]
        return [self._suggestion(one) for one in _best(free)[:SUGGESTED]]

    @cached_property
    def swaps(self) -> list[Suggestion]:
        """The best cards to change places with, where that would gain anything."""
        gains = [one for one in self._prices if one.kind == "swap" and not one.begun and round(one.cost) < 0]
        return [self._suggestion(one) for one in _best(gains)[:SWAPS_SUGGESTED]]

    @cached_property
    def reasons(self) -> list[str]:
        """Why it is where it is; nothing for a card in the tray, whose reason is its card's."""
        return [] if self.place is None else reasons(self.draft, self.number)

    @cached_property
    def second_run(self) -> str | None:
        """Where it could run once more, if that would let more people hear it."""
        return None if self.place is None else second_run(self.draft, self.number)

    def said_of(self, place: Place) -> tuple[str, bool]:
        """What is said of an empty place while this card is open, and whether the card cannot go there."""
        one = self._price_at.get(place)
        if one is None:
            return ("", False) if place == self.place else (_("It would run into a break."), True)
        return one.words, one.kind == "blocked"

    @cached_property
    def _prices(self) -> list[Priced]:
        return priced(self.draft, self.note.id)

    @cached_property
    def _price_at(self) -> dict[Place, Priced]:
        return {one.place: one for one in self._prices}

    def _suggestion(self, one: Priced) -> Suggestion:
        return Suggestion(
            self.draft.slots[one.place.slot].id,
            self.draft.rooms[one.place.room].id,
            place_label(self.draft, one.place),
            one.effect,
            None if one.other is None else self.draft.notes[self.draft.note_number[one.other]].title,
        )


def _best(places: list[Priced]) -> list[Priced]:
    return sorted(places, key=lambda one: (one.cost, one.place))
