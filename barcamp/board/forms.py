"""What the board's forms send: the revision they were made on, where a card is to go, why a warning is all right."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from barcamp.web.forms import BIGGEST, Paragraphs, Typed
from barcamp.web.words import lazy

LONGEST_REASON = 500  # characters


class BoardForm(Typed):
    """Any change of the board: `revision` is the draft's revision that its page showed.

    `anyway` says that what is about to begin may be touched all the same.
    """

    revision = IntegerField(validators=[InputRequired(), NumberRange(0, BIGGEST)])
    anyway = BooleanField()


class PlaceForm(BoardForm):
    """Move a card to a slot and a room, by their ids: from two fields, or from one `cell` "slot-room"."""

    def __init__(self, sent: MultiDict[str, Any]) -> None:
        slot, dash, room = sent.get("cell", "").partition("-")
        super().__init__(MultiDict([*sent.items(multi=True), ("slot", slot), ("room", room)]) if dash else sent)

    slot = IntegerField(validators=[InputRequired(), NumberRange(1, BIGGEST)])
    room = IntegerField(validators=[InputRequired(), NumberRange(1, BIGGEST)])
    swap = BooleanField()


class WaiverForm(Typed):
    """Set a warning aside: `warning` is its key, as schedule/problems.py names it."""

    warning = HiddenField(validators=[InputRequired(), Length(max=200)])
    reason = Paragraphs(lazy("Why is it all right?"), LONGEST_REASON, [DataRequired(lazy("Say why."))])


class ArrangeForm(BoardForm):
    """Ask for an arrangement; what is left out is as usual. `look`: search only, the board stays as it is meanwhile."""

    effort = RadioField(
        lazy("How long to search"),
        choices=[
            SelectChoice("second", lazy("About a second")),
            SelectChoice("ten", lazy("About ten seconds")),
            SelectChoice("minute", lazy("About a minute")),
        ],
        default="second",
    )
    seed = IntegerField(
        lazy("Seed"),
        validators=[Optional(), NumberRange(0, BIGGEST)],
        description=lazy("Another number breaks ties another way. The same number gives the same arrangement."),
        default=1,
    )
    look = BooleanField()

    @classmethod
    def sent(cls, given: MultiDict[str, Any]) -> ArrangeForm:
        """The form with what is usual where the toolbar's one button says nothing."""
        return cls(MultiDict([*given.items(multi=True), *([] if "effort" in given else [("effort", "second")])]))


class TurnoutForm(Typed):
    """How many of a hundred who starred a session come to it."""

    percent = IntegerField(
        lazy("Of a hundred who starred a session, about so many come"),
        validators=[InputRequired(), NumberRange(1, 300, lazy("From 1 to 300."))],
        description=lazy("100 until you know better. Above 100 where many come without having starred anything."),
    )


class UndoForm(BoardForm):
    """Undo or redo; `rest` asks for as much of it as can be had."""

    rest = BooleanField()


class TurnForm(Typed):
    """Take back, or bring back, one change of the history."""

    rest = BooleanField()
    anyway = BooleanField()
