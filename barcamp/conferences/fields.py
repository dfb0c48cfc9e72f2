"""What the organizers' forms share: checks of one field, forms that notice a faster save, refusals put on a field."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from barcamp.core.addresses import LONGEST_ADDRESS, is_web_address
from barcamp.core.times import BadTimes
from barcamp.errors import Refused
from barcamp.web.forms import Line, Typed
from barcamp.web.words import _, lazy, told

T = TypeVar("T")


def needed() -> DataRequired:
    return DataRequired(message=lazy("Please fill this in."))


def given() -> InputRequired:
    """For what must be read, as dates and numbers: the reader's own message on nonsense stays."""
    return InputRequired(message=lazy("Please fill this in."))


def web_address(_form: object, field: Line) -> None:
    """http and https only: a link to anything else may run something. What is too long, the field itself refuses."""
    if field.data and len(field.data) <= LONGEST_ADDRESS and not is_web_address(field.data):
        raise ValidationError(_("Please give a whole address that starts with https:// or http://."))


class Seen(Typed):
    """A form that carries the revision it was made from, to notice that somebody else was faster."""

    seen = HiddenField()

    @property
    def seen_revision(self) -> int | None:
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def look_again(self, stored: Seen, words: str) -> list[tuple[str, str]]:
        """Keep what was typed, now on top of what is `stored`; returns what is stored differently, by label."""
        self.seen.data = stored.seen.data
        self.refuse("", words)
        return [
            (str(field.label.text), str(stored[field.name].data))
            for field in self
            if field.name != "seen" and field.data != stored[field.name].data
        ]


def typed() -> MultiDict[str, str] | None:
    """What was typed, if anything was."""
    return request.form if request.method == "POST" else None


def attempt(form: Typed, field: str, act: Callable[[], T]) -> T | None:
    """What `act` gives; where that is refused, None and the words on the field (or, with "", above the form)."""
    try:
        return act()
    except ValidationError as problem:
        words = str(problem)
    except BadTimes as problem:
        words = _(problem.words).format(**problem.facts)
    except Refused as problem:
        words = told(problem)
    form.refuse(field, words)
    return None
