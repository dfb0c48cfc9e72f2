"""A change in words: "Haiku: now 14:00, KEC 1005 (was 11:00, KEC 2114)". The same in letters, on pages and by push."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from barcamp.core.times import day_label, day_of, time_label
from barcamp.web.words import _, ngettext

ChangeKind = Literal["new", "moved", "cancelled", "back"]

#: Letters of a title in a subject, which mail programs cut: the new time and room shall stand in it.
LONGEST_IN_SUBJECT = 60
#: Sessions at the same time that are named.
MOST_CLASHES = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a bulletin. `was` and `now` are places as in schedule.models.Untold; a new one `was` None."""

    note_id: int
    was: Mapping[str, Any] | None
    now: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.now["title"])

    @property
    def kind(self) -> ChangeKind:
        if self.now["state"] != "on":
            return "cancelled"
        if self.was is None:
            return "new"
        return "moved" if self.was["state"] == "on" else "back"

    @property
    def starts_at(self) -> datetime:
        """When it is, or would have been."""
        return datetime.fromisoformat(self.now["starts_at"])

    def words(self, zone: str, locale: str = "en", *, with_day: bool = False) -> str:
        """The whole line, the session's name first. See `change`."""
        return _("{title}: {change}").format(title=self.title, change=self.change(zone, locale, with_day=with_day))

    def change(self, zone: str, locale: str = "en", *, with_day: bool = False) -> str:
        """The line without the session's name: times of `zone`, as `locale` writes them. The day is said where it is
        another one, or always (`with_day`, for a conference of several days).
        """
        place = _place(self.now, zone, locale, with_day=with_day)
        if self.kind == "cancelled":
            return _("cancelled (was {place})").format(
                place=_place(self.was or self.now, zone, locale, with_day=with_day)
            )  # fmt: skip
        if self.kind == "back":
            return _("takes place after all: {place}").format(place=place)
        if self.was is None:
            return place
        with_day = with_day or _day(self.was, zone) != _day(self.now, zone)
        with_end = self.was["starts_at"] == self.now["starts_at"] and self.was["ends_at"] != self.now["ends_at"]
        return _("now {place} (was {before})").format(
            place=_place(self.now, zone, locale, with_day=with_day, with_end=with_end),
            before=_place(self.was, zone, locale, with_day=with_day, with_end=with_end),
        )


def told(changes: Mapping[str, Any]) -> list[Told]:
    """The changes of a bulletin (`Bulletin.changes`), in the order of the day."""
    found = [Told(int(note_id), change["was"], change["now"]) for note_id, change in changes.items()]
    return sorted(found, key=lambda one: (one.starts_at, one.now["room"], one.note_id))


def subject(mine: Sequence[Told], words: Sequence[str], camp: str) -> str:
    """What a letter or a notification is about: the one change itself, or how many there are."""
    if len(mine) == 1:
        (one,) = mine
        return words[0].replace(one.title, shorten(one.title, LONGEST_IN_SUBJECT), 1)
    if all(one.kind == "new" for one in mine):
        return ngettext("{camp}: {n} session in your day", "{camp}: {n} sessions in your day", len(mine)).format(
            camp=camp, n=len(mine)
        )
    return ngettext("{camp}: {n} change in your day", "{camp}: {n} changes in your day", len(mine)).format(
        camp=camp, n=len(mine)
    )


def first_line(mine: Sequence[Told], camp: str) -> str:
    """The sentence before the changes of a letter."""
    if all(one.kind == "new" for one in mine):
        return ngettext(
            "this is in your day at {camp} now:", "these are in your day at {camp} now:", len(mine)
        ).format(camp=camp)  # fmt: skip
    return ngettext(
        "something has changed in your day at {camp}:", "some things have changed in your day at {camp}:", len(mine)
    ).format(camp=camp)  # fmt: skip


def clash_line(beside: Sequence[tuple[str, str]]) -> str:
    """What else somebody has at that time, by title and room: "At the same time as “Kites” in KEC 1003." """
    named = ", ".join(
        _("“{title}” in {room}").format(title=title, room=room) if room else _("“{title}”").format(title=title)
        for title, room in beside[:MOST_CLASHES]
    )
    more = len(beside) - MOST_CLASHES
    if more <= 0:
        return _("At the same time as {sessions}.").format(sessions=named)
    return ngettext(
        "At the same time as {sessions} and {n} more.", "At the same time as {sessions} and {n} more.", more
    ).format(sessions=named, n=more)


def shorten(title: str, longest: int) -> str:
    return title if len(title) <= longest else title[: longest - 1].rstrip() + "…"


def _place(
    said: Mapping[str, Any], zone: str, locale: str, *, with_day: bool = False, with_end: bool = False
) -> str:  # fmt: skip
    """ "14:00, KEC 1005", "Sat, Jul 4, 14:00, KEC 1005" or "14:00 – 14:50, KEC 1005"."""
    starts_at, ends_at = (datetime.fromisoformat(said[name]) for name in ("starts_at", "ends_at"))
    time = time_label(starts_at, zone, locale)
    if with_end:
        time = f"{time} – {time_label(ends_at, zone, locale)}"
    day = [day_label(starts_at, zone, locale, short=True)] if with_day else []
    return ", ".join([*day, time, *([said["room"]] if said["room"] else [])])


def _day(said: Mapping[str, Any], zone: str) -> object:
    return day_of(datetime.fromisoformat(said["starts_at"]), zone)
