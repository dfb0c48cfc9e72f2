"""What the buttons of the pitch round send."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, NumberRange, Optional

from barcamp.wall.service import SECONDS
from barcamp.web.forms import BIGGEST, Typed
from barcamp.web.words import lazy


class OpenForm(Typed):
    """Start the round; `again` makes everybody wait once more."""

    seconds = RadioField(
        lazy("Seconds each"),
        choices=[SelectChoice(str(one), str(one) if one else lazy("no limit")) for one in SECONDS],
        default="60",
    )
    again = BooleanField()


class TurnForm(Typed):
    """Go on with the round. `seen` is the note whose turn the page showed, 0 for nobody's; `to` goes with "to"."""

    step = StringField(validators=[AnyOf(("next", "back", "later", "to"))])
    seen = IntegerField(validators=[InputRequired(), NumberRange(0, BIGGEST)])
    to = IntegerField(validators=[Optional(), NumberRange(1, BIGGEST)])


class MoveForm(Typed):
    """One place up or down."""

    way = StringField(validators=[AnyOf(("up", "down"))])
