"""The whole draft at once: an arrangement is adopted, or a published version comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.errors import N_
from barcamp.people.models import Person
from barcamp.schedule import queries
from barcamp.schedule.draft import Draft, Placed, read
from barcamp.schedule.errors import Stale
from barcamp.schedule.service.fitting import frozen, what_fits
from barcamp.schedule.service.since import hold_unchanged
from barcamp.schedule.service.writing import Places, apply, still_there

if TYPE_CHECKING:
    from barcamp.core.timetable.solve import Solution


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
    """Adopt an arrangement that was computed from `draft`, read at revision `seen`. Pinned notes stay.

    Returns the number of notes placed. Refused when the board has changed since.
    """
    hold_unchanged(db, conference, seen)
    found = draft.by_ids(solution.plan)
    # one may have got longer while we computed
    lengths = queries.lengths_on_the_wall(db, conference)
    places = {note.id: found.get(note.id) for note in draft.notes if lengths.get(note.id) == note.length}
    return adopt(db, conference, actor, places, kind="arranged", seen=seen, now=now)


def adopt(
    db: Session,
    conference: Conference,
    actor: Person | None,
    places: Places,
    *,
    kind: str,
    seen: int,
    now: datetime,
) -> int:
    """Make these the places of their notes; `kind` is the line's in the log, "arranged" or "repaired". They were worked
    out from the draft at revision `seen`.

    Returns how many of them have a place then. Refused when the board has changed since, or when it would move what has
    begun meanwhile. A note that was edited since, and no longer fits where it should go, stays where it is.
    """
    hold_unchanged(db, conference, seen)
    draft = read(db, conference, stars=False, now=now)
    wanted = {
        note_id: still_there(draft, place) for note_id, place in places.items() if note_id in draft.note_number
    }  # fmt: skip
    if frozen(draft, wanted):
        raise Stale(N_("Something has begun since this was worked out, and it would be moved. Arrange once more."))
    fitting = what_fits(draft, wanted, may_stay=True)
    apply(db, conference, actor, kind, "draft", draft, fitting, now=now)
    return sum(placed is not None for placed in fitting.values())


def restore(
    db: Session,
    conference: Conference,
    actor: Person | None,
    places: Mapping[str, Any],
    number: int,
    *,
    seen: int,
    now: datetime,
) -> list[int]:
    """Make the draft what version `number` said: `places` as `Version.places` keeps them. What it did not hold goes to
    the tray; pins stay in. Where each move goes public by itself, what has begun or is about to stays as it is.

    Returns the ids of its notes, still on the wall, that could not get their place: the room or the slot is gone, or
    it would break a rule today. Refused when the board has changed since revision `seen`.
    """
    hold_unchanged(db, conference, seen)
    draft = read(db, conference, stars=False, now=now)
    said = {
        int(note_id): _as_pinned_now(draft, int(note_id), Placed(place["slot_id"], place["room_id"]))
        for note_id, place in places.items()
        if int(note_id) in draft.note_number
    }
    wanted = {note.id: still_there(draft, said.get(note.id)) for note in draft.notes}
    if draft.goes_live:
        kept = frozen(draft, wanted)
        wanted = {note_id: place for note_id, place in wanted.items() if note_id not in kept}
    fitting = what_fits(draft, wanted, may_stay=False)
    apply(db, conference, actor, "restored", f"version:{number}", draft, fitting, now=now)
    return sorted(
        note_id for note_id, place in said.items() if fitting.get(note_id, draft.placed.get(note_id)) != place
    )  # fmt: skip


def _as_pinned_now(draft: Draft, note_id: int, place: Placed) -> Placed:
    here = draft.placed.get(note_id)
    return replace(place, pinned=here is not None and here.pinned)
