"""Has somebody been quicker? What was done to the draft since the actor's page was made, and whether it is in the way.

A change of one card is in conflict only with what was done since to that card, to the cells it goes to, to their room
and slot, or to the card it changes places with. All else may have changed. A change of the whole draft is in conflict
with everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NoReturn

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import day_label, time_label
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.schedule import queries
from barcamp.schedule.draft import Draft, Placed
from barcamp.schedule.errors import Conflict, NotOnTheWall, Stale
from barcamp.schedule.queries import DRAFT_KINDS, MOVES, Line
from barcamp.schedule.service.writing import from_log, slots_covered

OFF_THE_WALL = ("note-withdrawn", "note-hidden", "note-seeks-host", "note-merged", "talk-in", "block-ended")
EDITED = ("note-edited", "block-changed")
#: What of a note decides where it can be.
PLACING_FIELDS = frozenset(("length", "needs", "step_free", "away", "copresenters"))


def hold_unchanged(db: Session, conference: Conference, seen: int, *, kinds: Collection[str] = DRAFT_KINDS) -> None:
    """Stand in the conference's line, then see that the draft is still the one the actor looked at."""
    log.hold(db, conference)
    who = queries.find_who_changed_the_draft(db, conference, seen, kinds)
    if who == "":
        raise Stale(N_("The board has just changed, so nothing was done. Here is the board as it is now."))
    if who is not None:
        raise Stale(
            N_("{who} has just changed the board, so nothing was done. Here is the board as it is now."), who=who
        )


def hold_lines(db: Session, conference: Conference, seen: int, note_id: int) -> list[Line]:
    """Stand in the conference's line, then read what has happened since to the draft and to a note; newest first."""
    log.hold(db, conference)
    return queries.lines_since(db, conference, seen, notes=[note_id])


def refuse_changed_note(draft: Draft, lines: list[Line], note_id: int) -> None:
    """Refuse when the card has been moved, pinned or edited since, or has left the wall."""
    if note_id not in draft.note_number:
        _refuse_off_the_wall(lines, note_id)
    if note_id in _changed(draft, lines):
        raise conflict_about(draft, lines, note_id)
    for line in lines:
        if line.kind in EDITED and line.subject == f"note:{note_id}" and _is_about_places(line):
            raise Conflict("edited", line.who, title=_title(draft, note_id))


def refuse_changed_target(draft: Draft, lines: list[Line], note_id: int, target: Placed, *, swap: bool) -> int | None:
    """Refuse when somebody has taken one of the cells since, or changed their room or slot, or moved the card that is
    to change places. Returns the id of the note that is there, if there is one.
    """
    _refuse_changed_grid(draft, lines, note_id, target)
    cells = slots_covered(draft, note_id, target)
    there = _who_is_in(draft, draft.placed, cells, target.room, note_id)
    changed = _changed(draft, lines)
    if there in changed:
        raise Conflict("put", _who_moved(lines, there), title=_title(draft, there))
    if swap and there is None:
        left = _who_is_in(draft, _at_the_time(draft, lines), cells, target.room, note_id)
        if left is not None:
            raise conflict_about(draft, lines, left)
    return there


def conflict_about(draft: Draft, lines: list[Line], note_id: int) -> Conflict:
    """What to say of a card that somebody has just moved, pinned or taken off."""
    what, who, facts = what_was_done(draft, lines, note_id)
    return Conflict(what, who, **facts)


def what_was_done(draft: Draft, lines: Iterable[Line], note_id: int) -> tuple[str, str, dict[str, object]]:
    """(what, who, facts) of the newest of these lines that moved a card, as CONFLICTS and SINCE name it."""
    line = next((line for line in lines if line.kind in MOVES and note_id in from_log(line.after)), None)
    here = draft.placed.get(note_id)
    facts: dict[str, object] = {"title": _title(draft, note_id)}
    who = "" if line is None or line.kind == "displaced" else line.who
    if here is None:
        return "taken-off", who, facts
    if line is not None and line.kind in ("pinned", "unpinned"):
        return line.kind, who, facts
    return "moved", who, facts | {"place": place_words(draft, here)}


def place_words(draft: Draft, placed: Placed) -> Callable[[str], str]:
    """ "13:00, KEC 1003", with the day where the conference has several; as a locale writes it."""
    slot, room = draft.slots[draft.slot_number[placed.slot]], draft.rooms[draft.room_number[placed.room]]
    zone = draft.conference.zone
    has_days = draft.conference.starts_on != draft.conference.ends_on

    def words(locale: str) -> str:
        day = f"{day_label(slot.starts_at, zone, locale, short=True)}, " if has_days else ""
        return f"{day}{time_label(slot.starts_at, zone, locale)}, {room.name}"

    return words


def _is_about_places(line: Line) -> bool:
    before, after = line.before or {}, line.after or {}
    return any(before.get(name) != after.get(name) for name in PLACING_FIELDS)


def _refuse_off_the_wall(lines: Iterable[Line], note_id: int) -> NoReturn:
    line = next((line for line in lines if line.kind in OFF_THE_WALL and line.subject == f"note:{note_id}"), None)
    if line is None:
        raise NotOnTheWall
    raise Conflict("off-the-wall", line.who)


def _refuse_changed_grid(draft: Draft, lines: list[Line], note_id: int, target: Placed) -> None:
    if target.slot not in draft.slot_number or target.room not in draft.room_number:
        about = (f"slot:{target.slot}", f"room:{target.room}")
        gone = next((line for line in lines if line.subject in about or line.kind == "slots-made"), None)
        raise Conflict("grid-gone", "" if gone is None else gone.who)
    room = draft.rooms[draft.room_number[target.room]]
    slots = [draft.slots[draft.slot_number[slot_id]] for slot_id in slots_covered(draft, note_id, target)]
    for line in lines:
        if line.kind == "room-changed" and line.subject == f"room:{room.id}":
            raise Conflict("grid", line.who, thing=room.name)
        for slot in slots:
            if line.subject == f"slot:{slot.id}" or line.kind == "slots-rezoned":
                raise Conflict("grid", line.who, thing=time_label(slot.starts_at, draft.conference.zone))


def _changed(draft: Draft, lines: list[Line]) -> set[int]:
    """The notes (ids) whose places are not what they were; what was moved and moved back is as it was."""
    before = _at_the_time(draft, lines)
    return {note_id for note_id in {*before, *draft.placed} if before.get(note_id) != draft.placed.get(note_id)}


def _at_the_time(draft: Draft, lines: Iterable[Line]) -> dict[int, Placed | None]:
    """Where the notes were before these lines, newest first."""
    placed: dict[int, Placed | None] = dict(draft.placed)
    for line in lines:
        if line.kind in MOVES:
            placed |= from_log(line.before)
    return placed


def _who_is_in(
    draft: Draft, placed: Mapping[int, Placed | None], slots: Collection[int], room: int, apart_from: int
) -> int | None:
    """The note that takes one of these slots (ids) in a room, the earliest if there are several."""
    there = [
        (draft.slot_number[place.slot], note_id)
        for note_id, place in placed.items()
        if place is not None and place.room == room and note_id != apart_from
        and note_id in draft.note_number and place.slot in draft.slot_number
        and not set(slots_covered(draft, note_id, place)).isdisjoint(slots)
    ]  # fmt: skip
    return min(there)[1] if there else None


def _who_moved(lines: Iterable[Line], note_id: int) -> str:
    return next((line.who for line in lines if line.kind in MOVES and note_id in from_log(line.after)), "")


def _title(draft: Draft, note_id: int) -> str:
    return f"“{draft.notes[draft.note_number[note_id]].title}”"
