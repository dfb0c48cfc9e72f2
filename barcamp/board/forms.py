"""What the board's forms send: the draft's revision they were made on, and where a card is to go."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from barcamp.web.forms import Typed

BIGGEST = 2**53


class BoardForm(Typed):
    """Any change of the board: `revision` is the draft's revision that its page showed."""

    revision = IntegerField(validators=[InputRequired(), NumberRange(0, BIGGEST)])


class PlaceForm(BoardForm):
    """Move a card to a slot and a room, by their ids."""

    slot = IntegerField(validators=[InputRequired(), NumberRange(1, BIGGEST)])
    room = IntegerField(validators=[InputRequired(), NumberRange(1, BIGGEST)])
    swap = BooleanField()
