"""One card by hand: place, take off, pin. Refused when somebody has been quicker, or a hard rule would be broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.errors import N_
from barcamp.people.models import Person
from barcamp.schedule.draft import Placed, read
from barcamp.schedule.errors import RuleBroken
from barcamp.schedule.service.fitting import refuse_broken_rules, refuse_frozen
from barcamp.schedule.service.since import hold_lines, refuse_changed_note, refuse_changed_target
from barcamp.schedule.service.writing import apply


def place(
    db: Session,
    conference: Conference,
    actor: Person,
    note_id: int,
    slot_id: int,
    room_id: int,
    *,
    swap: bool = False,
    anyway: bool = False,
    seen: int,
    now: datetime,
) -> None:
    """Put a note into a room and a slot, by hand. With `swap` a note that is there goes where this one was.

    Refused when what it touches has changed since revision `seen`, when a hard rule would be broken, and, where each
    move goes public by itself, when it would move what has begun or is about to; unless `anyway`. A note that is in
    that place already is left alone.
    """
    lines = hold_lines(db, conference, seen, note_id)
    draft = read(db, conference, stars=False, now=now)
    old = draft.placed.get(note_id)
    if old is not None and (old.slot, old.room) == (slot_id, room_id) and note_id in draft.note_number:
        return
    refuse_changed_note(draft, lines, note_id)
    target = Placed(slot_id, room_id, old is not None and old.pinned)
    other = refuse_changed_target(draft, lines, note_id, target, swap=swap)

    wanted: dict[int, Placed | None] = {note_id: target}
    if swap and other is not None:
        wanted[other] = None if old is None else replace(old, pinned=draft.placed[other].pinned)
    if not anyway:
        refuse_frozen(draft, wanted, now=now)
    refuse_broken_rules(draft, wanted)
    apply(db, conference, actor, "placed", f"note:{note_id}", draft, wanted, now=now)


def take_off(
    db: Session,
    conference: Conference,
    actor: Person,
    note_id: int,
    *,
    anyway: bool = False,
    seen: int,
    now: datetime,
) -> None:
    """Put a note back into the tray; refused like `place`. One that is there already is left alone."""
    lines = hold_lines(db, conference, seen, note_id)
    draft = read(db, conference, stars=False, now=now)
    if note_id not in draft.placed:
        return
    refuse_changed_note(draft, lines, note_id)
    wanted = {note_id: None}
    if not anyway:
        refuse_frozen(draft, wanted, now=now)
    apply(db, conference, actor, "taken-off", f"note:{note_id}", draft, wanted, now=now)


def pin(
    db: Session, conference: Conference, actor: Person, note_id: int, *, pinned: bool, seen: int, now: datetime
) -> None:
    """Pin a placed note, so that no arrangement moves it, or take the pin out. Refused when it has moved since."""
    lines = hold_lines(db, conference, seen, note_id)
    draft = read(db, conference, stars=False)
    placed = draft.placed.get(note_id)
    if placed is not None and placed.pinned == pinned:
        return
    refuse_changed_note(draft, lines, note_id)
    if placed is None:
        raise RuleBroken(N_("Only a note that has a place can be pinned."))
    kind = "pinned" if pinned else "unpinned"
    apply(db, conference, actor, kind, f"note:{note_id}", draft, {note_id: replace(placed, pinned=pinned)}, now=now)
