"""What falls off the board when a room, a slot or a note changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.schedule.draft import Placed, placements, read
from barcamp.schedule.service.writing import apply, rebuild_cells


def settle(db: Session, conference: Conference, actor: Person | None, *, now: datetime) -> list[int]:
    """After a room, a slot or a note has changed: whatever no longer stands where the draft has it goes to the tray.

    That is a note off the wall, one whose slots are gone or no longer follow on, one that grew into a taken cell.
    Returns the ids of the notes that fell off. Writes a line in the log only if any did.
    """
    if not placements(db, conference):
        return []
    draft = read(db, conference, stars=False)
    problem = draft.problem_without_pins
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
    apply(db, conference, actor, "displaced", "draft", draft, wanted, now=now)
    rebuild_cells(db, conference, draft, without=wanted)
    return sorted(wanted)
