"""The draft's history in words: who did what and when, "How to kayak: 11:00 · KEC 1003 → 13:00 · KEC 1007"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from barcamp.board.words import place_label, quoted
from barcamp.conferences.models import Conference
from barcamp.core.times import time_label
from barcamp.core.timetable.problem import Place
from barcamp.errors import N_
from barcamp.log.models import Change
from barcamp.schedule import queries
from barcamp.schedule.draft import Draft, Placed, read
from barcamp.schedule.queries import Line
from barcamp.schedule.service import Places, Reverted, from_log, still_there
from barcamp.web.words import _, ngettext

Turn = Literal["take-back", "bring-back"]

SHOWN = 40  # how many moves of one change a page lists
SOMEBODY = N_("Somebody")

_WORDS = {
    "arranged": N_("{who} had the notes arranged"),
    "imported": N_("{who} placed sessions as an import has them"),
    "repaired": N_("{who} had the schedule repaired"),
    "restored": N_("{who} brought version {number} back into the draft"),
    "placed": N_("{who} placed {title}"),
    "moved": N_("{who} moved {title}"),
    "swapped": N_("{who} let {title} and {other} change places"),
    "taken-off": N_("{who} took {title} off the board"),
    "pinned": N_("{who} pinned {title}"),
    "unpinned": N_("{who} took the pin out of {title}"),
    "displaced": N_("What could not stay went back to the tray, after a change by {who}"),
    "undone": N_("{who} took a change back"),
    "redone": N_("{who} brought a change back"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One note in a change; places in words, None where it had none."""

    note_id: int
    title: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class PastChange:
    """One line of the history.

    `about` is the revision of the change that a line did or turned; `turn` is what can be done with it now, from the
    newest line about it alone. `is_undone`: it was taken back since, and not brought back.
    """

    revision: int
    at: datetime
    words: str
    moves: Sequence[Move]
    more: int  # moves that are not listed
    about: int
    turn: Turn | None
    is_undone: bool


def past(db: Session, conference: Conference, lines: Sequence[Line]) -> list[PastChange]:
    """These lines of the history for people, in their order. A constant number of SELECTs."""
    draft = read(db, conference, stars=False)
    turns = queries.last_turns(db, conference, {queries.about(line) for line in lines})
    words = _Words(db, conference, draft, lines)
    return [words.of(line, turns.get(queries.about(line))) for line in lines]


def said(db: Session, conference: Conference, done: Reverted, *, undone: bool) -> str:
    """What was just taken back, or brought back, in a sentence or two."""
    draft = read(db, conference, stars=False)
    places = from_log(done.change.before if undone else done.change.after)
    back = [note_id for note_id in places if note_id in draft.note_number and note_id not in done.left]
    if len(back) == 1:
        sentence = _of_one(draft, back[0], undone=undone)
    elif back:
        sentence = (
            ngettext("Taken back: %(num)s session.", "Taken back: %(num)s sessions are where they were.", len(back))
            if undone
            else ngettext("Redone: %(num)s session.", "Redone: %(num)s sessions have moved again.", len(back))
        ) % {"num": len(back)}
    else:
        sentence = _("Nothing was left of it to take back.") if undone else _("Nothing was left of it to redo.")
    if done.left:
        stayed = [draft.note_number[note_id] for note_id in done.left if note_id in draft.note_number]
        sentence += " " + _("Not with it: %(titles)s.") % {"titles": quoted(draft, stayed)}
    return sentence


def _of_one(draft: Draft, note_id: int, *, undone: bool) -> str:
    number = draft.note_number[note_id]
    facts, here = {"title": f"“{draft.notes[number].title}”"}, draft.plan[number]
    if here is None:
        words = _("Taken back: %(title)s is in the tray again.") if undone else _("Redone: %(title)s is in the tray.")
        return words % facts
    words = _("Taken back: %(title)s is at %(place)s again.") if undone else _("Redone: %(title)s is at %(place)s.")
    return words % (facts | {"place": place_label(draft, here)})


class _Words:
    """Names what the history is about: notes, also those off the wall, and places, also those that are gone."""

    def __init__(self, db: Session, conference: Conference, draft: Draft, lines: Sequence[Line]) -> None:
        places = [places for line in lines for places in (from_log(line.before), from_log(line.after))]
        named = {place for side in places for place in side.values() if place is not None}
        self.draft = draft
        self.titles = queries.note_titles(db, conference, {note_id for side in places for note_id in side})
        gone = {f"room:{one.room}" for one in named if one.room not in draft.room_number}
        gone |= {f"slot:{one.slot}" for one in named if one.slot not in draft.slot_number}
        self.gone = queries.removed(db, conference, gone)

    def of(self, line: Line, turned: Change | None) -> PastChange:
        before, after = from_log(line.before), from_log(line.after)
        listed = list(after)[:SHOWN]
        moves = [self._move(note_id, before.get(note_id), after[note_id]) for note_id in listed]
        about, newest = queries.about(line), line.revision if turned is None else turned.revision
        is_undone = turned is not None and turned.kind == "undone"
        return PastChange(
            revision=line.revision,
            at=line.at,
            words=self._sentence(line, before, after),
            moves=moves,
            more=len(after) - len(listed),
            about=about,
            turn=self._turn(before, after, line.kind) if line.revision == newest else None,
            is_undone=is_undone and line.revision == about,
        )

    def _sentence(self, line: Line, before: Places, after: Places) -> str:
        titles = [self._title(note_id) for note_id in after]
        kind: str = line.kind
        if kind == "placed":
            first = int(line.subject.partition(":")[2])
            titles.sort(key=lambda title: title != self._title(first))
            kind = "swapped" if len(titles) > 1 else "placed" if before.get(first) is None else "moved"
        number = line.subject.partition(":")[2]
        other = titles[1] if len(titles) > 1 else ""
        return _(_WORDS[kind]).format(
            who=line.who or _(SOMEBODY), title=titles[0] if titles else "", other=other, number=number
        )

    def _turn(self, before: Places, after: Places, kind: str) -> Turn | None:
        """What can be done with a line, going by where its notes are now; whether a rule is in the way shows then."""
        for note_id, place in after.items():
            target, here = still_there(self.draft, before.get(note_id)), self.draft.placed.get(note_id)
            if note_id in self.draft.note_number and here == still_there(self.draft, place) and here != target:
                return "bring-back" if kind == "undone" else "take-back"
        return None

    def _move(self, note_id: int, before: Placed | None, after: Placed | None) -> Move:
        return Move(note_id, self.titles.get(note_id, ""), self._place(before), self._place(after))

    def _title(self, note_id: int) -> str:
        return f"“{self.titles.get(note_id, '')}”"

    def _place(self, place: Placed | None) -> str | None:
        """ "13:00 · KEC 1003", also where the slot or the room has been removed since."""
        if place is None:
            return None
        slot, room = self.draft.slot_number.get(place.slot), self.draft.room_number.get(place.room)
        if slot is not None and room is not None:
            return place_label(self.draft, Place(slot, room))
        return " · ".join((self._time(place.slot), self._room(place.room)))

    def _time(self, slot_id: int) -> str:
        number = self.draft.slot_number.get(slot_id)
        facts = self.gone.get(f"slot:{slot_id}", {})
        starts_at = self.draft.slots[number].starts_at if number is not None else _instant(facts.get("starts_at"))
        if starts_at is None:
            return _("a time that is gone")
        return time_label(starts_at, self.draft.conference.zone)

    def _room(self, room_id: int) -> str:
        number = self.draft.room_number.get(room_id)
        name = self.gone.get(f"room:{room_id}", {}).get("name") if number is None else self.draft.rooms[number].name
        return str(name or _("a room that is gone"))


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
