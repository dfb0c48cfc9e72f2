"""The draft as the board shows it: rows of cells, the tray with its reasons, the problems, the opened card."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from flask import url_for

from barcamp.core.times import DAY_TURNS_AT, day_label, day_of, span_label, time_label
from barcamp.core.timetable.options import options
from barcamp.core.timetable.problem import Place
from barcamp.core.timetable.reasons import Reason, why_unplaced
from barcamp.core.timetable.score import Figures, audience, figures
from barcamp.errors import N_
from barcamp.schedule.draft import Draft, DraftNote
from barcamp.schedule.problems import Breach, breaches, of_notes
from barcamp.venue.models import Room, Slot
from barcamp.web.words import _, locale, ngettext

REASONS = {
    "too-long": N_("It is longer than any stretch of the day without a break."),
    "no-room-with-needs": N_("No room has {needs}."),
    "no-open-slot": N_("Whenever its presenter can, no room that suits it is open."),
    "pin-impossible": N_("Its pin cannot be kept."),
    "presenter-busy": N_("Whenever it could run, its presenter is busy with {notes}."),
    "no-place-left": N_("Every place it could have is taken, by {notes}."),
    "place-free": N_("Nothing is in its way: {place} is free."),
}
NAMED = 2  # how many other notes a reason names before it counts the rest
SUGGESTED = 5


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
    problems: list[str]
    selected: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of a row: a card with the number of rows it covers, or an empty or closed place."""

    room: Room
    card: Card | None
    rows: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the grid: a slot for talks with its cells (those covered from above left out), or a break."""

    slot: Slot
    time: str
    day: str | None  # the day's name on its first row
    minutes: int
    cells: list[GridCell]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another place for the opened card and what it would change, in people who can hear what they starred."""

    slot_id: int
    room_id: int
    label: str
    effect: str


class Board:
    """Everything the board's page shows, worked out once from one draft."""

    def __init__(self, draft: Draft, slug: str, opened: int | None) -> None:
        self.draft = draft
        self.slug = slug
        self.opened = opened if opened in draft.note_number else None
        self.expected = audience(draft.problem, draft.plan)

    @cached_property
    def figures(self) -> Figures:
        return figures(self.draft.problem, self.draft.plan)

    @cached_property
    def breaches(self) -> list[Breach]:
        return breaches(self.draft, self.draft.problem_pinning(()), self.draft.plan)

    @cached_property
    def problems(self) -> list[str]:
        return [_(breach.words).format(**breach.facts) for breach in self.breaches]

    @cached_property
    def tight(self) -> list[Card]:
        """Cards that expect more people than their room seats, the worst first."""
        over = [card for card in self.cards.values() if card.seats is not None and (card.expected or 0) > card.seats]
        return sorted(over, key=lambda card: (card.seats or 0) - (card.expected or 0))

    @cached_property
    def cards(self) -> dict[int, Card]:
        return {note.id: self._card(number) for number, note in enumerate(self.draft.notes)}

    @cached_property
    def tray(self) -> list[Card]:
        """Notes without a place, the most wanted first: late notes by the stars they would have had."""
        loose = [note for note, place in zip(self.draft.notes, self.draft.plan, strict=True) if place is None]
        loose.sort(key=lambda note: (-note.stars * note.late_factor, note.id))
        return [self.cards[note.id] for note in loose]

    @cached_property
    def rows(self) -> list[Row]:
        """The whole day (or days) from top to bottom, breaks between the slots."""
        rows, day = [], None
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
                )
            )
            day = today
        return rows

    @cached_property
    def card(self) -> Card | None:
        """The opened card."""
        return None if self.opened is None else self.cards[self.opened]

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        """The best other places for the opened card, by what they would cost."""
        if self.opened is None:
            return []
        found = options(self.draft.problem_pinning(()), self.draft.plan, self.draft.note_number[self.opened])
        free = [option for option in found if not option.blocked_by]
        best = sorted(free, key=lambda option: (option.change.cost, option.place))[:SUGGESTED]
        return [self._suggestion(option.place, option.change.cost) for option in best]

    @cached_property
    def placed(self) -> Place | None:
        return None if self.opened is None else self.draft.plan[self.draft.note_number[self.opened]]

    def place_label(self, place: Place) -> str:
        """ "13:00 · KEC 1003", with the day before it where the conference has several."""
        slot, room, camp = self.draft.slots[place.slot], self.draft.rooms[place.room], self.draft.conference
        words = f"{time_label(slot.starts_at, camp.zone)} · {room.name}"
        if camp.starts_on == camp.ends_on:
            return words
        return f"{day_label(slot.starts_at, camp.zone, str(locale()), short=True)}, {words}"

    def span(self, slot: Slot) -> str:
        return span_label(slot.starts_at, slot.ends_at, self.draft.conference.zone)

    @cached_property
    def _reasons(self) -> dict[int, Reason]:
        return why_unplaced(self.draft.problem, self.draft.plan)

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
        for note in self.draft.notes:
            for breach in of_notes(self.breaches, note.id):
                found[note.id].append(_(breach.words).format(**breach.facts))
        return found

    def _card(self, number: int) -> Card:
        note, place = self.draft.notes[number], self.draft.plan[number]
        return Card(
            id=note.id,
            title=note.title,
            url=url_for("board.show", slug=self.slug, note=note.id, _anchor=f"card-{note.id}"),
            hosts=", ".join(note.hosts) or _("someone"),
            stars=note.stars,
            length=note.length,
            expected=None if place is None else round(self.expected[number]),
            seats=None if place is None else self.draft.rooms[place.room].seats,
            pinned=note.id in self.draft.placed and self.draft.placed[note.id].pinned,
            problems=self._problems_of[note.id],
            selected=note.id == self.opened,
            reason=None if place is not None else self._why_in_the_tray(number),
        )

    def _why_in_the_tray(self, number: int) -> str | None:
        """Why it has no place, and why it stands where it does among the others that have none."""
        words = [said for said in (self._why(number), _late_words(self.draft.notes[number])) if said]
        return " ".join(words) or None

    def _why(self, number: int) -> str | None:
        reason = self._reasons.get(number)
        if reason is None:
            return None
        return _(REASONS[reason.kind]).format(
            needs=", ".join(reason.needs),
            notes=self._named(reason.items),
            place=self.place_label(Place(reason.slots[0], reason.rooms[0])) if reason.slots and reason.rooms else "",
        )

    def _named(self, numbers: tuple[int, ...]) -> str:
        """ "A", "B" and 3 more."""
        titles = ", ".join(f"“{self.draft.notes[number].title}”" for number in numbers[:NAMED])
        rest = len(numbers) - NAMED
        return titles if rest <= 0 else _("%(titles)s and %(count)s more") % {"titles": titles, "count": rest}

    def _cells(self, slot: Slot) -> list[GridCell]:
        u = self.draft.slot_number[slot.id]
        cells = []
        for r, room in enumerate(self.draft.rooms):
            number = self._owners.get((u, r))
            if number is None:
                cells.append(GridCell(room, None, 1, closed=u in self.draft.problem.rooms[r].closed))
                continue
            place, note = self.draft.plan[number], self.draft.notes[number]
            if place is not None and place.slot == u:
                cells.append(GridCell(room, self.cards[note.id], note.length, closed=False))
        return cells

    def _suggestion(self, place: Place, cost: float) -> Suggestion:
        slot, room = self.draft.slots[place.slot], self.draft.rooms[place.room]
        change = round(cost)
        if change < 0:
            effect = ngettext("%(num)s more can go", "%(num)s more can go", -change) % {"num": -change}
        elif change == 0:
            effect = _("as good as here") if self.placed is not None else _("nobody misses more")
        else:
            effect = ngettext("%(num)s fewer can go", "%(num)s fewer can go", change) % {"num": change}
        return Suggestion(slot.id, room.id, self.place_label(place), effect)


def _late_words(note: DraftNote) -> str | None:
    would_have = round(note.stars * note.late_factor)
    if would_have <= note.stars:
        return None
    return _("It went up late: from the start it would have had about {stars} stars.").format(stars=would_have)
