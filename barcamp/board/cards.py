"""The draft as the board shows it: rows of cells, the tray with its reasons, the problems. One card: opened.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from flask import url_for

from barcamp.board.opened import Opened
from barcamp.board.words import REASONS, card_url, hosts_words, late_words, place_label, quoted
from barcamp.core.slugs import fold
from barcamp.core.times import DAY_TURNS_AT, day_label, day_of, span_label, time_label
from barcamp.core.timetable.bound import bound
from barcamp.core.timetable.problem import Place, Problem
from barcamp.core.timetable.reasons import Reason, why_unplaced
from barcamp.core.timetable.score import Figures, audience, figures
from barcamp.schedule.draft import Draft, DraftNote
from barcamp.schedule.limit import Limit, seated_pct
from barcamp.schedule.problems import Trouble
from barcamp.venue.models import Room, Slot
from barcamp.web.words import _, locale

#: How the tray can be sorted; the first one is what nobody has to ask for.
SORTS: dict[str, Callable[[DraftNote], tuple[float | str, ...]]] = {
    "wanted": lambda note: (-note.stars * note.late_factor, note.id),
    "stars": lambda note: (-note.stars, note.id),
    "newest": lambda note: (-note.id,),
    "title": lambda note: (fold(note.title), note.id),
}


@dataclass(frozen=True, slots=True)
class Card:
    """What parts/board.html needs of one note. `stars` it has; `expected` goes by those that a late one would have."""

    id: int
    title: str
    url: str
    hosts: str
    stars: int
    length: int
    expected: int | None
    seats: int | None
    pinned: bool
    problems: Sequence[str]
    selected: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of a row: a card with the number of rows it covers, or an empty or closed place.

    While a card is open, `words` say of a free place what it would mean to move there, or, if `barred`, why it cannot.
    """

    room: Room
    card: Card | None
    rows: int
    closed: bool
    words: str = ""
    barred: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the grid: a slot for talks with its cells (those covered from above left out), or a break."""

    slot: Slot
    time: str
    day: str | None  # the day's name on its first row
    minutes: int
    cells: list[GridCell]
    begun: bool  # or about to
    away: bool  # the presenter of the open card cannot


class Board:
    """Everything the board's page shows, worked out once from one draft."""

    def __init__(
        self,
        draft: Draft,
        slug: str,
        opened: int | None,
        troubles: Sequence[Trouble] = (),
        kept: Mapping[str, Any] | None = None,
        expected: Sequence[float] | None = None,
        limit: Limit | None = None,
    ) -> None:
        """`kept` is what the address carries along: how the tray is sorted. `expected` is each note's audience, `limit`
        what was proven about a draft, perhaps this one.
        """
        self.limit = limit
        self.draft = draft
        self.slug = slug
        self.kept = dict(kept or {})
        self.troubles = list(troubles)
        self.expected = audience(draft.problem, draft.plan) if expected is None else expected
        number = draft.note_number.get(opened or 0)
        self.opened = None if number is None else Opened(draft, number, self.troubles)

    @cached_property
    def figures(self) -> Figures:
        return figures(self.draft.problem, self.draft.plan)

    @cached_property
    def at_most(self) -> float | None:
        """A share of the starred sessions that no schedule gets beyond; None where that says nothing."""
        quick = _seated_at_most(self.draft.problem_without_pins)
        found = min(quick, seated_pct(self.limit, self.draft.problem_to_arrange))
        return found if found < 100 else None

    @cached_property
    def broken(self) -> list[Trouble]:
        """What keeps the draft from being published."""
        return [trouble for trouble in self.troubles if trouble.level == "block"]

    @cached_property
    def warnings(self) -> list[Trouble]:
        """What somebody should look at."""
        return [trouble for trouble in self.troubles if trouble.level == "warn" and trouble.counts]

    @cached_property
    def waived(self) -> list[Trouble]:
        """What organizers have decided to live with."""
        return [trouble for trouble in self.troubles if not trouble.counts]

    @cached_property
    def tight(self) -> int:
        """How many rooms are too small for whom they expect."""
        return sum(trouble.kind == "small" for trouble in self.warnings)

    @cached_property
    def cards(self) -> dict[int, Card]:
        return {note.id: self._card(number) for number, note in enumerate(self.draft.notes)}

    @property
    def card(self) -> Card | None:
        """The opened card."""
        return None if self.opened is None else self.cards[self.opened.note.id]

    @cached_property
    def tray(self) -> list[Card]:
        """Notes without a place, the most wanted first (late notes by the stars they would have had), or as asked."""
        loose = [note for note, place in zip(self.draft.notes, self.draft.plan, strict=True) if place is None]
        loose.sort(key=SORTS[self.sort])
        return [self.cards[note.id] for note in loose]

    @property
    def sort(self) -> str:
        return str(self.kept.get("sort", next(iter(SORTS))))

    @cached_property
    def sorts(self) -> list[dict[str, object]]:
        """The ways to sort the tray, as links."""
        labels = {
            "wanted": _("Most expected"), "stars": _("Most starred"), "newest": _("Newest"), "title": _("By title")
        }  # fmt: skip
        note = None if self.opened is None else self.opened.note.id
        rest = {name: value for name, value in self.kept.items() if name != "sort"}
        return [
            {
                "label": labels[name],
                "url": url_for(
                    "board.show", slug=self.slug, note=note, **rest | ({"sort": name} if name != "wanted" else {})
                ),
                "current": name == self.sort,
            }
            for name in SORTS
        ]

    @cached_property
    def rows(self) -> list[Row]:
        """The whole day (or days) from top to bottom, breaks between the slots."""
        rows, day = [], None
        away = frozenset[int]() if self.opened is None else self.opened.note.away
        for slot in sorted([*self.draft.slots, *self.draft.pauses], key=lambda slot: slot.starts_at):
            zone = self.draft.conference.zone
            today = day_of(slot.starts_at, zone, turns_at=DAY_TURNS_AT)
            rows.append(
                Row(
                    slot=slot,
                    time=time_label(slot.starts_at, zone),
                    day=day_label(slot.starts_at, zone, str(locale())) if today != day else None,
                    minutes=int((slot.ends_at - slot.starts_at).total_seconds() // 60),
                    cells=self._cells(slot) if slot.is_for_talks else [],
                    begun=slot.id in self.draft.frozen_slots,
                    away=slot.id in away,
                )
            )
            day = today
        return rows

    def url(self, note_id: int) -> str:
        """The board with this card open."""
        return card_url(self._address, note_id)

    def place_label(self, place: Place) -> str:
        return place_label(self.draft, place)

    def span(self, slot: Slot) -> str:
        return span_label(slot.starts_at, slot.ends_at, self.draft.conference.zone)

    def told(self, trouble: Trouble) -> str:
        return _(trouble.words).format(**trouble.facts)

    @cached_property
    def _address(self) -> str:
        return url_for("board.show", slug=self.slug, **self.kept)

    @cached_property
    def _reasons(self) -> dict[int, Reason]:
        return why_unplaced(self.draft.problem_to_arrange, self.draft.plan)

    @cached_property
    def _owners(self) -> dict[tuple[int, int], int]:
        """The number of the note in each taken cell, by slot and room numbers."""
        return {
            (place.slot + step, place.room): number
            for number, place in enumerate(self.draft.plan)
            if place is not None
            for step in range(self.draft.notes[number].length)
        }

    @cached_property
    def _problems_of(self) -> dict[int, list[str]]:
        found = defaultdict(list)
        for trouble in self.broken:
            for note_id in trouble.note_ids:
                found[note_id].append(self.told(trouble))
        return found

    def _card(self, number: int) -> Card:
        note, place = self.draft.notes[number], self.draft.plan[number]
        return Card(
            id=note.id,
            title=note.title,
            url=self.url(note.id),
            hosts=hosts_words(note),
            stars=note.stars,
            length=note.length,
            expected=None if place is None else round(self.expected[number]),
            seats=None if place is None else self.draft.rooms[place.room].seats,
            pinned=note.id in self.draft.placed and self.draft.placed[note.id].pinned,
            problems=self._problems_of.get(note.id, ()),
            selected=self.opened is not None and note.id == self.opened.note.id,
            reason=None if place is not None else self._why_in_the_tray(number),
        )

    def _why_in_the_tray(self, number: int) -> str | None:
        """Why it has no place, and why it stands where it does among the others that have none."""
        words = [said for said in (self._why(number), late_words(self.draft.notes[number])) if said]
        return " ".join(words) or None

    def _why(self, number: int) -> str | None:
        reason = self._reasons.get(number)
        if reason is None:
            return None
        return _(REASONS[reason.kind]).format(
            needs=", ".join(reason.needs),
            notes=quoted(self.draft, reason.items),
            place=self.place_label(Place(reason.slots[0], reason.rooms[0])) if reason.slots and reason.rooms else "",
        )

    def _cells(self, slot: Slot) -> list[GridCell]:
        u = self.draft.slot_number[slot.id]
        cells = []
        for r, room in enumerate(self.draft.rooms):
            number = self._owners.get((u, r))
            if number is None:
                cells.append(self._empty_cell(room, Place(u, r)))
                continue
            place, note = self.draft.plan[number], self.draft.notes[number]
            if place is not None and place.slot == u:
                cells.append(GridCell(room, self.cards[note.id], note.length, closed=False))
        return cells

    def _empty_cell(self, room: Room, place: Place) -> GridCell:
        closed = place.slot in self.draft.problem.rooms[place.room].closed
        if self.opened is None:
            return GridCell(room, None, 1, closed)
        words, barred = self.opened.said_of(place)
        return GridCell(room, None, 1, closed, words, barred)


@lru_cache(maxsize=16)
def _seated_at_most(problem: Problem) -> float:
    """Worked out once for all moves of the cards: it depends on rooms, slots, notes and stars alone."""
    return bound(problem).seated_pct_at_most
