"""Taking changes of the draft back, and bringing them back again: one's own and others', the newest or an older one.

Each is a line in the log of its own, "undone" or "redone", about the change it turns. A change can be turned as long as
what it moved is where the last turn has left it. Where a part of it cannot go back, the actor is told what stands in
the way, and can have the rest: so the history never ends at a step that cannot be taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule import queries
from barcamp.schedule.draft import Draft, Placed, read
from barcamp.schedule.errors import SINCE, CannotGoBack, NothingToUndo
from barcamp.schedule.service.fitting import find_in_the_way, refuse_frozen, what_fits
from barcamp.schedule.service.since import hold_unchanged, what_was_done
from barcamp.schedule.service.writing import apply, from_log, still_there


@dataclass(frozen=True)
class Reverted:
    """What was turned: the change itself, and the notes (ids) of it that could not go back where they were."""

    change: Change
    left: tuple[int, ...]


@dataclass
class _Way:
    """Where a turn would put notes, and those (ids) that have been moved since."""

    wanted: dict[int, Placed | None] = field(default_factory=dict)
    moved_since: list[int] = field(default_factory=list)


def undo(
    db: Session,
    conference: Conference,
    actor: Person,
    *,
    rest: bool = False,
    anyway: bool = False,
    seen: int,
    now: datetime,
) -> Reverted:
    """Take back the newest change of the draft that has not been taken back, whoever made it.

    A note whose old room or time has been removed since goes to the tray, as it did when that was removed. Refused when
    the draft's notes have been moved since revision `seen`, and when a part of the change cannot go back. With `rest`
    that part stays as it is, or goes to the tray where it would be in the way.
    """
    hold_unchanged(db, conference, seen, kinds=queries.MOVES)
    change = queries.find_undoable(db, conference)
    if change is None:
        raise NothingToUndo(N_("There is nothing to undo."))
    return _turn(db, conference, actor, "undone", change, rest=rest, anyway=anyway, now=now)


def redo(
    db: Session,
    conference: Conference,
    actor: Person,
    *,
    rest: bool = False,
    anyway: bool = False,
    seen: int,
    now: datetime,
) -> Reverted:
    """Bring back the change that was taken back last, unless something new was done since. Refused like `undo`."""
    hold_unchanged(db, conference, seen, kinds=queries.MOVES)
    change = queries.find_redoable(db, conference)
    if change is None:
        raise NothingToUndo(N_("There is nothing to redo."))
    return _turn(db, conference, actor, "redone", change, rest=rest, anyway=anyway, now=now)


def take_back(
    db: Session,
    conference: Conference,
    actor: Person,
    change: Change,
    *,
    rest: bool = False,
    anyway: bool = False,
    now: datetime,
) -> Reverted:
    """Take back any change of the draft. Refused when it is taken back already, and, without `rest`, when what it moved
    has been moved since or a rule would be broken.
    """
    log.hold(db, conference)
    if _is_undone(db, conference, change):
        raise NothingToUndo(N_("This has been taken back already."))
    return _turn(db, conference, actor, "undone", change, rest=rest, anyway=anyway, now=now)


def bring_back(
    db: Session,
    conference: Conference,
    actor: Person,
    change: Change,
    *,
    rest: bool = False,
    anyway: bool = False,
    now: datetime,
) -> Reverted:
    """Bring back any change of the draft that was taken back. Refused like `take_back`."""
    log.hold(db, conference)
    if not _is_undone(db, conference, change):
        raise NothingToUndo(N_("This has been brought back already."))
    return _turn(db, conference, actor, "redone", change, rest=rest, anyway=anyway, now=now)


def _is_undone(db: Session, conference: Conference, change: Change) -> bool:
    last = queries.last_turns(db, conference, [change.revision]).get(change.revision)
    return last is not None and last.kind == "undone"


def _turn(
    db: Session, conference: Conference, actor: Person, kind: str, change: Change, *,
    rest: bool, anyway: bool, now: datetime,
) -> Reverted:  # fmt: skip
    last = queries.last_turns(db, conference, [change.revision]).get(change.revision, change)
    since = queries.lines_since(db, conference, last.revision, kinds=queries.MOVES)
    draft = read(db, conference, stars=False, now=now)
    way = _way_back(draft, since, last.before, last.after)
    if not rest:
        _refuse_what_stands_in_the_way(draft, since, way)
    fitting = what_fits(draft, way.wanted, may_stay=True)
    if not anyway:
        refuse_frozen(draft, fitting, now=now)
    subject = f"change:{change.revision}"
    if not apply(db, conference, actor, kind, subject, draft, fitting, now=now):
        # nothing is left of it (its note was withdrawn, say): struck off all the same, else undo would stop here
        log.write(db, conference, actor, kind, subject, before={"places": {}}, after={"places": {}}, now=now)
    lost = [note_id for note_id, place in fitting.items() if place != way.wanted[note_id]]
    return Reverted(change, tuple(sorted([*way.moved_since, *lost])))


def _way_back(
    draft: Draft,
    since: list[queries.Line],
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> _Way:
    """What going from `after` to `before` means today. Notes off the wall are left out, and so are places as they are.

    A note that has only lost its place since, by no move of anybody, may go back.
    """
    fell_off: dict[int, bool] = {}
    for line in since:
        for note_id in from_log(line.after):
            fell_off.setdefault(note_id, line.kind == "displaced")
    way, now_after = _Way(), from_log(after)
    for note_id, place in from_log(before).items():
        here, target = draft.placed.get(note_id), still_there(draft, place)
        if note_id not in draft.note_number or here == target:
            continue
        if here == still_there(draft, now_after.get(note_id)) or (here is None and fell_off.get(note_id)):
            way.wanted[note_id] = target
        else:
            way.moved_since.append(note_id)
    return way


def _refuse_what_stands_in_the_way(draft: Draft, since: list[queries.Line], way: _Way) -> None:
    if way.moved_since:
        what, who, facts = what_was_done(draft, since, way.moved_since[0])
        by_somebody, by_nobody = SINCE[what]
        raise CannotGoBack(by_somebody if who else by_nobody, **facts, **({"who": who} if who else {}))
    breach = find_in_the_way(draft, way.wanted)
    if breach is not None:
        raise CannotGoBack(breach.words, **breach.facts)
