"""What every other place would mean for one card, in the words that the board shows before anything is moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from barcamp.core.timetable.ledger import Change
from barcamp.core.timetable.options import Block, Option, Swap, options
from barcamp.core.timetable.problem import Place, Problem
from barcamp.schedule.draft import Draft
from barcamp.schedule.errors import RULES
from barcamp.schedule.problems import rule_words
from barcamp.web.words import _, ngettext

Kind = Literal["free", "swap", "blocked"]
OWN_RULES = ("break", "availability", "equipment", "closed")  # what bars a place whoever else is where


@dataclass(frozen=True, slots=True)
class Priced:
    """One other place for a card.

    `cost` is in missed seats, for putting places in order; `effect` says it in a few words, or what forbids the place.
    A "swap" is with the note `other`. `barred` places stay forbidden whoever else moves; `begun` ones run already, or
    are about to.
    """

    place: Place
    kind: Kind
    cost: float
    effect: str
    other: int | None = None
    barred: bool = False
    begun: bool = False

    @property
    def words(self) -> str:
        """As on a cell of the grid, where a card may stand that would go elsewhere."""
        return _("swap: %(effect)s") % {"effect": self.effect} if self.kind == "swap" else self.effect


def priced(draft: Draft, note_id: int) -> list[Priced]:
    """Every other place for a note, by slot, then room; those with which it would run into a break are left out."""
    problem, number = draft.problem_without_pins, draft.note_number[note_id]
    return [
        _priced(draft, problem, number, option) for option in options(problem, draft.plan, number, swaps=True)
    ]  # fmt: skip


def effect_words(problem: Problem, change: Change, placed: int = 0) -> str:
    """ "+4 people seated", "11 new clashes", "same"; and what becomes of wishes.

    `placed` is by how many the cards on the schedule grow: what having a place is worth in itself is not about people.
    """
    worth = change.unplaced + problem.weights.unplaced * placed
    said = [_people_words(change.clash, change.full, worth), *_wish_words(change)]
    return ", ".join(said)


def _people_words(clash: float, full: float, worth: float) -> str:
    fewer = round(clash + full + worth)
    if fewer < 0:
        return ngettext("+%(num)s person seated", "+%(num)s people seated", -fewer) % {"num": -fewer}
    if fewer == 0:
        return _("same")
    if worth > 0 or max(clash, full) < fewer / 2:
        return ngettext("%(num)s person fewer seated", "%(num)s people fewer seated", fewer) % {"num": fewer}
    if clash >= full:
        return ngettext("%(num)s new clash", "%(num)s new clashes", fewer) % {"num": fewer}
    return ngettext("%(num)s more without a seat", "%(num)s more without a seat", fewer) % {"num": fewer}


def _wish_words(change: Change) -> Iterator[str]:
    wishes = round(change.slot_wish + change.room_wish)
    if wishes < 0:
        yield _("a wish kept")
    elif wishes > 0:
        yield _("a wish not kept")


def _priced(draft: Draft, problem: Problem, number: int, option: Option) -> Priced:
    place = option.place
    length = draft.notes[number].length
    begun = any(slot.id in draft.frozen_slots for slot in draft.slots[place.slot : place.slot + length])
    placed = int(draft.plan[number] is None)
    if option.blocked_by is None:
        return Priced(place, "free", option.change.cost, effect_words(problem, option.change, placed), begun=begun)
    other = _who_would_swap(draft, number, option)
    if other is not None and option.swap is not None and option.swap.blocked_by is None:
        effect = effect_words(problem, option.swap.change)
        return Priced(place, "swap", option.swap.change.cost, effect, draft.notes[other].id, begun=begun)
    return Priced(
        place, "blocked", option.change.cost, _blocked_words(draft, problem, number, option),
        barred=any(block.rule in OWN_RULES for block in option.blocked_by), begun=begun,
    )  # fmt: skip


def _who_would_swap(draft: Draft, number: int, option: Option) -> int | None:
    """The one note that would change places with this one, each to where the other begins."""
    if option.swap is None or len(option.swap.others) != 1:
        return None
    other, to = option.swap.others[0]
    here = draft.plan[number]
    return other if draft.plan[other] == option.place and to == here else None


def _blocked_words(draft: Draft, problem: Problem, number: int, option: Option) -> str:
    """The first thing that stands in the way: of the card itself, or else of the one it would change places with."""
    blocked = option.blocked_by or ()
    own = next((block for block in blocked if block.rule in OWN_RULES), None)
    swap = _who_would_swap(draft, number, option)
    if own is None and swap is not None and option.swap is not None and option.swap.blocked_by:
        return _words_of_swap(draft, problem, number, option.swap, option.place)
    return _words_of(
        draft, problem, own or next(block for block in blocked if block.rule in RULES), number, option.place
    )


def _words_of_swap(draft: Draft, problem: Problem, number: int, swap: Swap, place: Place) -> str:
    who, block = (swap.blocked_by or ())[0]
    to = place if who == number else dict(swap.others)[who]
    return _words_of(draft, problem, block, who, to or place)


def _words_of(draft: Draft, problem: Problem, block: Block, number: int, place: Place) -> str:
    breach = rule_words(draft, problem, block.rule, number, place, block.items)
    return _(breach.words).format(**breach.facts)
