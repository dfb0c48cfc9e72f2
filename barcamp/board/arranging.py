"""What pages say of a search for a better arrangement: the moves a plan makes, what no arrangement can do, budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from barcamp.board.words import REASONS, place_label
from barcamp.core.timetable.problem import Place, Problem
from barcamp.errors import N_
from barcamp.schedule.draft import Draft, Placed
from barcamp.schedule.found import Found, Search
from barcamp.web.words import _, ngettext

#: So many notes are arranged while the organizer waits; more than that only by the jobs worker.
QUICK = 300
#: How many times the usual budget, by the form's words.
EFFORTS = {"second": 1, "ten": 10, "minute": 60}


@dataclass(frozen=True, slots=True)
class Move:
    """One card that a plan would move; `before` and `after` are its places in words, "" for the tray."""

    title: str
    url: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Point:
    """One plan of a repair: what it allows, what it brings, the cards it moves."""

    found: Found
    moves: list[Move]


def budget(problem: Problem, effort: str) -> int:
    """The moves to try for a choice of the form."""
    from barcamp.core.timetable.solve import usual_moves

    return usual_moves(problem) * EFFORTS[effort]


def moves_of(draft: Draft, found: Found) -> list[Move]:
    """The cards whose place differs from the draft's, in the order of their new times, those for the tray last."""
    differing = [
        (number, found.places[note.id])
        for number, note in enumerate(draft.notes)
        if note.id in found.places and not _same(draft.placed.get(note.id), found.places[note.id])
    ]
    differing.sort(key=lambda pair: _order(draft, pair[1]))
    return [
        Move(
            title=draft.notes[number].title,
            url=url_for("wall.note", slug=draft.conference.slug, note_id=draft.notes[number].id),
            before=_label(draft, draft.placed.get(draft.notes[number].id)),
            after=_label(draft, place),
        )
        for number, place in differing
    ]


def points_of(draft: Draft, search: Search) -> list[Point]:
    """The plans of a repair, without those that bring nothing over the one before."""
    kept: list[Found] = []
    for found in search.plans:
        if not kept or found.places != kept[-1].places:
            kept.append(found)
    return [Point(found, moves_of(draft, found)) for found in kept]


def conflict_words(draft: Draft, conflict: Mapping[str, Any]) -> str | None:
    """One thing that no arrangement can do, as a sentence; None when its notes are gone."""
    numbers = [draft.note_number[note_id] for note_id in conflict["notes"] if note_id in draft.note_number]
    if len(numbers) != len(conflict["notes"]):
        return None
    titles = ", ".join(f"“{draft.notes[number].title}”" for number in numbers)
    if conflict["kind"] == "alone":
        why = REASONS.get(conflict["reason"]) or N_("No place suits it.")
        return f"{titles}: " + _(why).format(needs=", ".join(conflict["needs"]), notes="", place="")
    count = ngettext("%(num)s note", "%(num)s notes", len(numbers)) % {"num": len(numbers)}
    if conflict["kind"] == "places":
        places = ngettext("%(num)s place", "%(num)s places", conflict["cells"]) % {"num": conflict["cells"]}
        words = _("These {notes} can only go in these {places}: {titles}, in {rooms}.")
        return words.format(notes=count, places=places, titles=titles, rooms=_rooms(draft, conflict["rooms"]))
    words = _("These {notes} share presenters, who cannot be in two places at once: {titles}.")
    return words.format(notes=count, titles=titles)


def _same(old: Placed | None, new: Placed | None) -> bool:
    return (old and (old.slot, old.room)) == (new and (new.slot, new.room))


def _order(draft: Draft, place: Placed | None) -> tuple[int, int]:
    spot = _spot(draft, place)
    return (len(draft.slots), 0) if spot is None else (spot.slot, spot.room)


def _label(draft: Draft, place: Placed | None) -> str:
    spot = _spot(draft, place)
    return "" if spot is None else place_label(draft, spot)


def _spot(draft: Draft, place: Placed | None) -> Place | None:
    if place is None or place.slot not in draft.slot_number or place.room not in draft.room_number:
        return None
    return Place(draft.slot_number[place.slot], draft.room_number[place.room])


def _rooms(draft: Draft, ids: list[int]) -> str:
    names = [draft.rooms[draft.room_number[room_id]].name for room_id in ids if room_id in draft.room_number]
    return ", ".join(names)
