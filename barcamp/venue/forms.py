"""What organizers type about rooms, closures and slots. Times are typed as the clock on the venue's wall shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, cast

from wtforms import BooleanField, IntegerField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from barcamp.conferences.fields import Seen, attempt, given, needed, typed
from barcamp.conferences.models import Conference
from barcamp.core.times import LONGEST_PAUSE, LONGEST_SLOT, SHORTEST_SLOT, to_wall
from barcamp.venue.day import Wanted, camp_day, instant, whole_day
from barcamp.venue.models import EQUIPMENT, Room, Slot
from barcamp.venue.words import EQUIPMENT_WORDS, SLOT_WORDS
from barcamp.web.forms import Line, Ticks, Typed, WallTime
from barcamp.web.pages import day as day_in_words
from barcamp.web.words import _, lazy

ONE_MINUTE = timedelta(minutes=1)
MOST_SEATS = 100_000
FIXED_ROWS = range(1, 9)


def number(lowest: int, highest: int) -> list[Any]:
    words = lazy("Please give a number from {lowest} to {highest}.", lowest=lowest, highest=highest)
    return [given(), NumberRange(lowest, highest, words)]


class RoomForm(Seen):
    name = Line(lazy("Name on the door"), 60, [needed()])
    seats = IntegerField(lazy("Seats"), number(1, MOST_SEATS))
    equipment = Ticks(lazy("What is in it"), choices=[SelectChoice(word, EQUIPMENT_WORDS[word]) for word in EQUIPMENT])
    step_free = BooleanField(lazy("Can be reached without steps"), default=True)
    where = Line(lazy("How to find it"), 120, description=lazy("For example: second floor, left of the stairs."))

    @classmethod
    def of(cls, room: Room, revision: int, *, as_stored: bool = False) -> RoomForm:
        return cls(None if as_stored else typed(), obj=room, data={"seen": str(revision)})

    def facts(self) -> dict[str, Any]:
        return {
            "name": self.name.data,
            "seats": self.seats.data,
            "equipment": [word for word in EQUIPMENT if word in (self.equipment.data or ())],
            "step_free": self.step_free.data,
            "where": self.where.data,
        }


class ClosureForm(Typed):
    closed_from = WallTime(lazy("Closed from"), [given()])
    closed_until = WallTime(lazy("Until"), [given()])

    def span(self, zone: str) -> tuple[datetime, datetime] | None:
        """The instants, or None with messages on the fields."""
        starts_at: datetime | None = attempt(self, "closed_from", lambda: self.closed_from.in_zone(zone))
        ends_at: datetime | None = attempt(self, "closed_until", lambda: self.closed_until.in_zone(zone))
        if starts_at is None or ends_at is None:
            return None
        if ends_at <= starts_at:
            self.refuse("closed_until", _("The end must be after the start."))
            return None
        return starts_at, ends_at


class OfADay(Seen):
    """A form with a camp's day and clock times on it."""

    day = SelectField(lazy("Day"))

    def offer_days(self, conference: Conference, *more: date) -> None:
        """The conference's days, and `more` that something lies on already."""
        count = (conference.ends_on - conference.starts_on).days + 1
        days = {conference.starts_on + timedelta(days=number) for number in range(count)} | set(more)
        self.day.choices = [SelectChoice(day.isoformat(), day_in_words(day)) for day in sorted(days)]

    @property
    def chosen_day(self) -> date:
        return date.fromisoformat(self.day.data)

    def instants(self, zone: str, starts: str, ends: str) -> tuple[datetime, datetime] | None:
        """The instants of two clock times of the chosen day; None with messages on the fields."""
        starts_at = attempt(self, starts, lambda: instant(self.chosen_day, self[starts].data, zone))
        ends_at = attempt(self, ends, lambda: instant(self.chosen_day, self[ends].data, zone, is_end=True))
        if starts_at is None or ends_at is None:
            return None
        if ends_at <= starts_at:
            self.refuse(ends, _("The end must be after the start."))
            return None
        return starts_at, ends_at


class SlotForm(OfADay):
    """One slot."""

    kind = SelectField(lazy("What for"), choices=[SelectChoice(kind, words) for kind, words in SLOT_WORDS.items()])
    starts = TimeField(lazy("From"), [given()])
    ends = TimeField(lazy("To"), [given()])
    name = Line(lazy("Name"), 60, description=lazy("For example: Lunch. A slot for sessions needs none."))
    sponsor = Line(lazy("Sponsored by"), 80)

    @classmethod
    def of(cls, slot: Slot, conference: Conference, revision: int, *, as_stored: bool = False) -> SlotForm:
        starts, ends = to_wall(slot.starts_at, conference.zone), to_wall(slot.ends_at, conference.zone)
        day = camp_day(slot.starts_at, conference.zone)
        data = {
            "seen": str(revision), "day": day.isoformat(), "starts": starts.time(), "ends": ends.time(),
            "kind": slot.kind, "name": slot.name, "sponsor": slot.sponsor,
        }  # fmt: skip
        form = cls(None if as_stored else typed(), data=data)
        form.offer_days(conference, day)
        return form

    def wanted(self, zone: str) -> Wanted | None:
        span = self.instants(zone, "starts", "ends")
        if span is None:
            return None
        if (span[1] - span[0]) > timedelta(minutes=LONGEST_SLOT):
            self.refuse("ends", _("A slot is 12 hours long at the most."))
            return None
        return Wanted(*span, self.kind.data, self.name.data or "", self.sponsor.data or "")


class GridForm(OfADay):
    """A day's grid in one go: from when to when, how long, and what is fixed in it (rows `…_1` to `…_8`)."""

    first = TimeField(lazy("First start"), [given()], default=time(10))
    last = TimeField(lazy("Last end"), [given()], default=time(17))
    length = IntegerField(lazy("Minutes each"), number(SHORTEST_SLOT, LONGEST_SLOT), default=50)
    pause = IntegerField(lazy("Minutes between"), number(0, LONGEST_PAUSE), default=10)

    @classmethod
    def of_day(cls, conference: Conference, day: date, slots: Sequence[Slot]) -> GridForm:
        """The form filled with the breaks and meals that the day has; a day without slots gets a lunch."""
        fixed = [slot for slot in slots if not slot.is_for_talks]
        data: dict[str, Any] = {"day": day.isoformat()}
        if slots:
            data["first"] = to_wall(slots[0].starts_at, conference.zone).time()
            data["last"] = to_wall(max(slot.ends_at for slot in slots), conference.zone).time()
            data |= _rhythm([slot for slot in slots if slot.is_for_talks])
        for row, slot in zip(FIXED_ROWS, fixed, strict=False):
            starts, ends = to_wall(slot.starts_at, conference.zone), to_wall(slot.ends_at, conference.zone)
            data |= _row(row, slot.kind, slot.name, starts.time(), ends.time(), slot.sponsor)
        if not slots:
            data |= _row(1, "meal", _("Lunch"), time(12), time(13))
        form = cls(data=data)
        form.offer_days(conference)
        return form

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """The fixed rows for the page: number, fields by their plain names, whether anything is typed or wrong."""
        for row in FIXED_ROWS:
            fields = {name: self[f"{name}_{row}"] for name in ("kind", "name", "starts", "ends", "sponsor")}
            typed = any(field.data or field.errors for name, field in fields.items() if name != "kind")
            yield {"number": row, "is_used": typed, **fields}

    def day_of_slots(self, zone: str) -> list[Wanted] | None:
        """The whole day as typed, by time; None with messages on the fields."""
        fixed = [self._fixed(row["number"], zone) for row in self.rows if row["is_used"]]
        span = self.instants(zone, "first", "last")
        if span is None or None in fixed:
            return None
        rows = cast(list[Wanted], fixed)
        return attempt(self, "", lambda: whole_day(*span, self.length.data, self.pause.data, rows, zone))

    def _fixed(self, row: int, zone: str) -> Wanted | None:
        starts, ends = f"starts_{row}", f"ends_{row}"
        missing = [name for name in (starts, ends) if self[name].data is None]
        for name in missing:
            self.refuse(name, _("Please fill this in."))
        span = None if missing else self.instants(zone, starts, ends)
        if span is None:
            return None
        return Wanted(*span, self[f"kind_{row}"].data, self[f"name_{row}"].data, self[f"sponsor_{row}"].data)


def _add_rows() -> None:
    for row in FIXED_ROWS:
        kinds = [SelectChoice(kind, words) for kind, words in SLOT_WORDS.items() if kind != "talks"]
        setattr(GridForm, f"kind_{row}", SelectField(lazy("What"), choices=kinds, default="break"))
        setattr(GridForm, f"name_{row}", Line(lazy("Name"), 60))
        setattr(GridForm, f"starts_{row}", TimeField(lazy("From"), [Optional()]))
        setattr(GridForm, f"ends_{row}", TimeField(lazy("To"), [Optional()]))
        setattr(GridForm, f"sponsor_{row}", Line(lazy("Sponsored by"), 80))


_add_rows()


def _rhythm(talks: Sequence[Slot]) -> dict[str, int]:
    """The most common length and pause of a day's slots, where there is one."""
    lengths = Counter((slot.ends_at - slot.starts_at) // ONE_MINUTE for slot in talks)
    pauses = Counter((after.starts_at - slot.ends_at) // ONE_MINUTE for slot, after in pairwise(talks))
    found = {"length": lengths.most_common(1), "pause": pauses.most_common(1)}
    return {name: common[0][0] for name, common in found.items() if common}


def _row(row: int, kind: str, name: str, starts: time, ends: time, sponsor: str = "") -> dict[str, Any]:
    values = {"kind": kind, "name": name, "starts": starts, "ends": ends, "sponsor": sponsor}
    return {f"{field}_{row}": value for field, value in values.items()}
