"""Changes of the draft: arrange, place, take off, pin, undo. Publishing is in publishing.py.

Every change names the draft's revision it was made on (`seen`); one that is stale changes nothing. The log keeps
{"places": {note id: {"slot", "room", "pinned"} or None}} before and after, and undo is made from that alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import time_label
from barcamp.core.timetable.problem import Place
from barcamp.core.timetable.solve import Solution, solve
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule import queries
from barcamp.schedule.draft import Draft, Placed, placements, read
from barcamp.schedule.errors import NothingToUndo, NotOnTheWall, RuleBroken, Stale
from barcamp.schedule.models import Cell, Placement
from barcamp.schedule.problems import breaches, of_notes

Places = Mapping[int, Placed | None]


def solve_draft(draft: Draft, *, seed: int = 1, moves: int = 0) -> Solution:
    """The arrangement of a draft: pure computing, to be done before the write gate is taken."""
    return solve(draft.problem, seed=seed, moves=moves)


def arrange(
    db: Session,
    conference: Conference,
    actor: Person | None,
    draft: Draft,
    solution: Solution,
    *,
    seen: int,
    now: datetime,
) -> int:
    """Adopt an arrangement that was computed from `draft`, read at draft revision `seen`. Pinned notes stay.

    Returns the number of notes placed. Refused when the board has changed since.
    """
    hold_unchanged(db, conference, seen)
    found = draft.by_ids(solution.plan)
    # one may have been withdrawn, or got longer, while we computed
    lengths = queries.lengths_on_the_wall(db, conference)
    wanted = {note.id: found.get(note.id) for note in draft.notes if lengths.get(note.id) == note.length}
    _apply(db, conference, actor, "arranged", "draft", draft, wanted, now=now)
    return sum(placed is not None for placed in wanted.values())


def place(
    db: Session,
    conference: Conference,
    actor: Person,
    note_id: int,
    slot_id: int,
    room_id: int,
    *,
    swap: bool = False,
    seen: int,
    now: datetime,
) -> None:
    """Put a note into a room and a slot, by hand. With `swap` a note that is there goes where this one was.

    Refused when the board has changed since, or when a hard rule would be broken.
    """
    hold_unchanged(db, conference, seen)
    draft = read(db, conference, stars=False)
    if note_id not in draft.note_number:
        raise NotOnTheWall
    if slot_id not in draft.slot_number or room_id not in draft.room_number:
        raise Stale(N_("This room or this time is no longer there. Here is the board as it is now."))

    old = draft.placed.get(note_id)
    wanted: dict[int, Placed | None] = {note_id: Placed(slot_id, room_id, old is not None and old.pinned)}
    if swap and (other := _who_is_there(draft, note_id, slot_id, room_id)) is not None:
        wanted[other] = None if old is None else replace(old, pinned=draft.placed[other].pinned)
    _refuse_broken_rules(draft, wanted)
    _apply(db, conference, actor, "placed", f"note:{note_id}", draft, wanted, now=now)


def take_off(db: Session, conference: Conference, actor: Person, note_id: int, *, seen: int, now: datetime) -> None:
    """Put a note back into the tray. One that is there already is left alone."""
    hold_unchanged(db, conference, seen)
    draft = read(db, conference, stars=False)
    _apply(db, conference, actor, "taken-off", f"note:{note_id}", draft, {note_id: None}, now=now)


def pin(
    db: Session, conference: Conference, actor: Person, note_id: int, *, pinned: bool, seen: int, now: datetime
) -> None:
    """Pin a placed note, so that no arrangement moves it, or take the pin out."""
    hold_unchanged(db, conference, seen)
    draft = read(db, conference, stars=False)
    placed = draft.placed.get(note_id)
    if placed is None:
        raise RuleBroken(N_("Only a note that has a place can be pinned."))
    kind = "pinned" if pinned else "unpinned"
    _apply(db, conference, actor, kind, f"note:{note_id}", draft, {note_id: replace(placed, pinned=pinned)}, now=now)


def undo(db: Session, conference: Conference, actor: Person, *, seen: int, now: datetime) -> Change:
    """Take back the newest change of the draft that has not been taken back. Returns that change.

    A note whose old room or time has been removed since goes to the tray, as it did when that was removed.
    """
    hold_unchanged(db, conference, seen)
    change = queries.find_undoable(db, conference)
    if change is None:
        raise NothingToUndo(N_("There is nothing to undo."))
    draft = read(db, conference, stars=False)
    before = {int(note_id): _from_log(place) for note_id, place in (change.before or {})["places"].items()}
    wanted = {note_id: _still_there(draft, place) for note_id, place in before.items() if note_id in draft.note_number}
    _refuse_broken_rules(draft, wanted)
    subject = f"change:{change.revision}"
    if not _apply(db, conference, actor, "undone", subject, draft, wanted, now=now):
        # nothing is left of it (its note was withdrawn, say): struck off all the same, else undo would stop here
        log.write(db, conference, actor, "undone", subject, before={"places": {}}, after={"places": {}}, now=now)
    return change


def settle(db: Session, conference: Conference, actor: Person | None, *, now: datetime) -> list[int]:
    """After a room, a slot or a note has changed: whatever no longer stands where the draft has it goes to the tray.

    That is a note off the wall, one whose slots are gone or no longer follow on, one that grew into a taken cell.
    Returns the ids of the notes that fell off. Writes a line in the log only if any did.
    """
    if not placements(db, conference):
        return []
    draft = read(db, conference, stars=False)
    problem = draft.problem_pinning(())
    taken: set[tuple[int, int]] = set()
    wanted: dict[int, Placed | None] = {note_id: None for note_id in draft.placed if note_id not in draft.note_number}
    for number, spot in sorted(enumerate(draft.plan), key=lambda pair: draft.notes[pair[0]].length):
        if spot is None:
            continue
        length = draft.notes[number].length
        cells = {(spot.slot + step, spot.room) for step in range(length)}
        if not problem.fits_block(spot.slot, length) or cells & taken:
            wanted[draft.notes[number].id] = None
        else:
            taken |= cells
    _apply(db, conference, actor, "displaced", "draft", draft, wanted, now=now)
    _rebuild_cells(db, conference, draft, without=wanted)
    return sorted(wanted)


def hold_unchanged(db: Session, conference: Conference, seen: int) -> None:
    """Stand in the conference's line, then see that the draft is still the one the actor looked at."""
    log.hold(db, conference)
    who = queries.find_who_changed_the_draft(db, conference, seen)
    if who == "":
        raise Stale(N_("The board has just changed, so nothing was done. Here is the board as it is now."))
    if who is not None:
        raise Stale(
            N_("{who} has just changed the board, so nothing was done. Here is the board as it is now."), who=who
        )


def _who_is_there(draft: Draft, note_id: int, slot_id: int, room_id: int) -> int | None:
    """The note in that cell, if there is another one."""
    t, r = draft.slot_number[slot_id], draft.room_number[room_id]
    for note, spot in zip(draft.notes, draft.plan, strict=True):
        if note.id != note_id and spot is not None and spot.room == r and spot.slot <= t < spot.slot + note.length:
            return note.id
    return None


def _refuse_broken_rules(draft: Draft, wanted: Places) -> None:
    """Refuse what these changes would break. What was broken before and stays so is no reason to refuse."""
    problem = draft.problem_pinning(())
    plan = list(draft.plan)
    for note_id, placed in wanted.items():
        number = draft.note_number[note_id]
        plan[number] = None if placed is None else Place(draft.slot_number[placed.slot], draft.room_number[placed.room])
    before, after = breaches(draft, problem, draft.plan), breaches(draft, problem, tuple(plan))
    for note_id, placed in wanted.items():
        if placed is None:
            continue
        for breach in of_notes(after, note_id):
            if draft.placed.get(note_id) != placed or breach not in before:
                raise RuleBroken(breach.words, **breach.facts)


def _apply(
    db: Session,
    conference: Conference,
    actor: Person | None,
    kind: str,
    subject: str,
    draft: Draft,
    wanted: Places,
    *,
    now: datetime,
) -> bool:
    """Write what differs from the draft, and one line in the log; nothing at all, and False, when nothing differs."""
    differing = {note_id: place for note_id, place in wanted.items() if draft.placed.get(note_id) != place}
    if not differing:
        return False
    before = {note_id: draft.placed.get(note_id) for note_id in differing}
    log.write(
        db, conference, actor, kind, subject,
        before={"places": _for_log(before)}, after={"places": _for_log(differing)}, now=now,
    )  # fmt: skip
    # all cells are given up before any is taken, so that notes can change places
    db.execute(delete(Placement).where(Placement.note_id.in_(list(differing))))
    taken = {note_id: place for note_id, place in differing.items() if place is not None}
    db.add_all(
        Placement(
            note_id=note_id, conference_id=conference.id, slot_id=placed.slot, room_id=placed.room, pinned=placed.pinned
        )
        for note_id, placed in taken.items()
    )
    db.flush()
    db.add_all(Cell(slot_id=slot, room_id=room, note_id=note_id) for slot, room, note_id in _cells(draft, taken))
    db.flush()
    return True


def _cells(draft: Draft, placed: Mapping[int, Placed]) -> Iterator[tuple[int, int, int]]:
    """(slot id, room id, note id) of every cell these places cover."""
    for note_id, place in placed.items():
        first = draft.slot_number[place.slot]
        length = draft.notes[draft.note_number[note_id]].length
        for slot in draft.slots[first : first + length]:
            yield slot.id, place.room, note_id


def _rebuild_cells(db: Session, conference: Conference, draft: Draft, *, without: Places) -> None:
    """Make the cells cover what the placements cover now, where a note or the grid has changed its length."""
    standing = {
        note_id: place
        for note_id, place in draft.placed.items()
        if note_id not in without and note_id in draft.note_number and place.slot in draft.slot_number
    }
    wanted = set(_cells(draft, standing))
    there = queries.cells(db, conference)
    for slot, room, note_id in there - wanted:
        db.execute(delete(Cell).where(Cell.slot_id == slot, Cell.room_id == room, Cell.note_id == note_id))
    db.add_all(Cell(slot_id=slot, room_id=room, note_id=note_id) for slot, room, note_id in wanted - there)
    db.flush()


def _for_log(places: Places) -> dict[str, Any]:
    return {str(note_id): None if placed is None else asdict(placed) for note_id, placed in sorted(places.items())}


def _still_there(draft: Draft, place: Placed | None) -> Placed | None:
    """The place, unless its room or its slot is gone."""
    gone = place is None or place.slot not in draft.slot_number or place.room not in draft.room_number
    return None if gone else place


def _from_log(place: Mapping[str, Any] | None) -> Placed | None:
    return None if place is None else Placed(**place)


def cell_label(conference: Conference, draft: Draft, placed: Placed) -> str:
    """ "13:00, KEC 1003"."""
    slot, room = draft.slots[draft.slot_number[placed.slot]], draft.rooms[draft.room_number[placed.room]]
    return f"{time_label(slot.starts_at, conference.zone)}, {room.name}"
