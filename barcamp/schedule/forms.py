"""What the page that publishes sends."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from barcamp.web.forms import Typed

BIGGEST = 2**53


class PublishForm(Typed):
    """`revision` is the draft's revision that the preview showed; without one, the draft as it is."""

    revision = IntegerField(validators=[Optional(), NumberRange(0, BIGGEST)])
