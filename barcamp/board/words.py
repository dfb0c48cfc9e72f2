"""How the board speaks of places and cards: their names, why a card has no place, who presents it."""

from __future__ import annotations

from collections.abc import Sequence

from barcamp.core.times import day_label, time_label
from barcamp.core.timetable.problem import Place
from barcamp.errors import N_
from barcamp.schedule.draft import Draft, DraftNote
from barcamp.web.words import _, locale, ngettext

NAMED = 2  # how many notes a sentence names before it counts the rest

REASONS = {
    "too-long": N_("It is longer than any stretch of the day without a break."),
    "no-room-with-needs": N_("No room has {needs}."),
    "no-open-slot": N_("Whenever its presenter can, no room that suits it is open."),
    "pin-impossible": N_("Its pin cannot be kept."),
    "presenter-busy": N_("Whenever it could run, its presenter is busy with {notes}."),
    "no-place-left": N_("Every place it could have is taken, by {notes}."),
    "place-free": N_("Nothing is in its way: {place} is free."),
}


def card_url(board: str, note_id: int) -> str:
    """The board's address with this card open, scrolled to it."""
    return f"{board}{'&' if '?' in board else '?'}note={note_id}#card-{note_id}"


def place_label(draft: Draft, place: Place) -> str:
    """ "13:00 · KEC 1003", with the day before it where the conference has several."""
    slot, room, camp = draft.slots[place.slot], draft.rooms[place.room], draft.conference
    words = f"{time_label(slot.starts_at, camp.zone)} · {room.name}"
    if camp.starts_on == camp.ends_on:
        return words
    return f"{day_label(slot.starts_at, camp.zone, str(locale()), short=True)}, {words}"


def quoted(draft: Draft, numbers: Sequence[int]) -> str:
    """ "A", "B" and 3 more."""
    titles = ", ".join(f"“{draft.notes[number].title}”" for number in numbers[:NAMED])
    rest = len(numbers) - NAMED
    return titles if rest <= 0 else _("%(titles)s and %(count)s more") % {"titles": titles, "count": rest}


def hosts_words(note: DraftNote) -> str:
    """Who presents it; of a block how many talks it has."""
    if note.is_block:
        return ngettext("%(num)s talk", "%(num)s talks", len(note.line_up)) % {"num": len(note.line_up)}
    return ", ".join(note.hosts) or _("someone")


def late_words(note: DraftNote) -> str | None:
    would_have = round(note.stars * note.late_factor)
    if would_have <= note.stars:
        return None
    return _("It went up late: from the start it would have had about {stars} stars.").format(stars=would_have)
