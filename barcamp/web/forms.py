"""Fields that clean what people type before they check it: no control characters, no stray spaces, real times.

A form here checks shape only; what the state of things allows is the services' to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from babel.support import LazyProxy
from flask import request
from wtforms import DateTimeLocalField, Form, SelectMultipleField, StringField, TextAreaField, ValidationError, widgets
from wtforms.validators import Length

from barcamp.core.slugs import clean_line, clean_text
from barcamp.core.times import BadTimes, to_utc
from barcamp.errors import N_
from barcamp.web.words import _, lazy, ngettext

Words = str | LazyProxy

#: The largest whole number that a field takes: what a script reads exactly, and any database keeps.
BIGGEST = 2**53


# what the fields of WTForms say by themselves; marked here, so that translators get it
SAID_BY_WTFORMS = (
    N_("Not a valid choice."),
    N_("Invalid Choice: could not coerce."),
    N_("Not a valid date value."),
    N_("Not a valid datetime value."),
    N_("Not a valid time value."),
    N_("Not a valid integer value."),
    N_("Not a valid decimal value."),
    N_("Not a valid float value."),
    N_("This field is required."),
    ngettext(
        "'%(value)s' is not a valid choice for this field.", "'%(value)s' are not valid choices for this field.", 1
    ),
)


class Spoken:
    """How WTForms asks for its messages in the visitor's language."""

    gettext, ngettext = staticmethod(_), staticmethod(ngettext)


class Typed(Form):
    """A form over what was typed (POST) or over what is there (GET): `NoteForm.typed(obj=note)`."""

    class Meta:
        def get_translations(self, _form: Form) -> Spoken:
            return Spoken()

    @classmethod
    def typed(cls, obj: object | None = None, **values: Any) -> Any:
        return cls(request.form if request.method == "POST" else None, obj=obj, **values)

    def refuse(self, field: str, words: str) -> None:
        """Put a message on a field (or, with "", above the form) after the checks."""
        if field:
            self[field].errors = [*self[field].errors, words]
        else:
            self.form_errors.append(words)

    def values(self, *leave_out: str) -> Mapping[str, Any]:
        return {name: value for name, value in self.data.items() if name not in leave_out}


class Line(StringField):
    """One line of text, cleaned; "" when nothing is left."""

    def __init__(self, label: Words, longest: int, validators: list[Any] | None = None, **given: Any) -> None:
        checks = [*(validators or []), Length(max=longest, message=_too_long(longest))]
        super().__init__(label, checks, filters=[cleaned(clean_line, longest)], **given)
        self.longest = longest


class Paragraphs(TextAreaField):
    """Several lines of text, cleaned; "" when nothing is left."""

    def __init__(self, label: Words, longest: int, validators: list[Any] | None = None, **given: Any) -> None:
        checks = [*(validators or []), Length(max=longest, message=_too_long(longest))]
        super().__init__(label, checks, filters=[cleaned(clean_text, longest)], **given)
        self.longest = longest


class Ticks(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class WallTime(DateTimeLocalField):
    """A wall time at the venue. `in_zone` gives the instant; a time that the clocks skip is refused in words."""

    def __init__(self, label: Words, validators: list[Any] | None = None, **given: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **given)

    def in_zone(self, zone: str) -> datetime | None:
        """The instant (aware, UTC, floored to the minute), None when empty; ValidationError in a DST gap."""
        if self.data is None:
            return None
        try:
            return to_utc(self.data, zone)
        except BadTimes as problem:
            raise ValidationError(_(problem.words).format(**problem.facts)) from problem


def cleaned(clean: Callable[[str], str], longest: int) -> Callable[[str | None], str]:
    """A filter that cleans what could be taken. Far too long a text is refused for its length, not worked on first."""
    return lambda text: clean(text or "") if len(text or "") <= 4 * longest + 1000 else text or ""


def _too_long(longest: int) -> LazyProxy:
    return lazy("Please keep this to {longest} characters.", longest=longest)
