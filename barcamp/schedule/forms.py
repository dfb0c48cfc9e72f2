"""What the pages that publish send."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional

from barcamp.web.forms import BIGGEST, Typed
from barcamp.web.words import lazy

LONGEST_FREEZE = 240


class RevisionForm(Typed):
    """`revision` is the draft's revision that the page showed. Without one, publishing takes the draft as it is, and a
    version is not brought back.
    """

    revision = IntegerField(validators=[Optional(), NumberRange(0, BIGGEST)])


class PublishForm(RevisionForm):
    """With `some` only the changes of the ticked notes; without it, all. `anyway` also those to what has begun."""

    some = BooleanField()
    note = SelectMultipleField(coerce=int, validate_choice=False)
    anyway = BooleanField()

    @property
    def chosen(self) -> frozenset[int] | None:
        return frozenset(self.note.data or ()) if self.some.data else None


class LiveForm(Typed):
    """Whether the schedule follows the board by itself, and for how long before its start a session stays put."""

    publishes_live = BooleanField(lazy("Each move goes public by itself after 20 seconds"))
    freeze_minutes = IntegerField(
        lazy("Minutes before its start in which a session stays put"),
        validators=[
            InputRequired(),
            NumberRange(0, LONGEST_FREEZE, message=lazy("From 0 to {most} minutes.", most=LONGEST_FREEZE)),
        ],
    )


class HeadsForm(Typed):
    """How many people are in a session."""

    heads = IntegerField(validators=[InputRequired(), NumberRange(0, 100_000)])
