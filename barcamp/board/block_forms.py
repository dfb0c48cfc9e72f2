"""What organizers type about a block of lightning talks."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange

from barcamp.conferences.fields import Seen, given, needed, typed
from barcamp.wall.models import Note
from barcamp.web.forms import Line
from barcamp.web.words import lazy, ngettext

TALK_MINUTES = range(3, 16)
LENGTHS = range(1, 5)  # slots


class BlockForm(Seen):
    title = Line(lazy("Title on the schedule"), 120, [needed()])
    talk_minutes = IntegerField(
        lazy("Minutes for each talk"),
        [
            given(),
            NumberRange(
                TALK_MINUTES.start, TALK_MINUTES.stop - 1,
                lazy("Please give a number from {lowest} to {highest}.", lowest=3, highest=15),
            ),
        ],
    )  # fmt: skip
    length = SelectField(lazy("Slots"), coerce=int)

    def __init__(self, *given: Any, **values: Any) -> None:
        super().__init__(*given, **values)
        self.length.choices = [(n, ngettext("%(num)s slot", "%(num)s slots", n) % {"num": n}) for n in LENGTHS]

    @classmethod
    def of(cls, block: Note, revision: int, *, as_stored: bool = False) -> BlockForm:
        return cls(None if as_stored else typed(), obj=block, data={"seen": str(revision)})

    def facts(self) -> dict[str, Any]:
        return {"title": self.title.data, "talk_minutes": self.talk_minutes.data, "length": self.length.data}
