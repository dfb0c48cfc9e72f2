"""What the pages about news send."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from barcamp.news.models import Audience
from barcamp.news.service import LONGEST_TEXT, LONGEST_TITLE
from barcamp.web.forms import BIGGEST, Line, Paragraphs, Typed
from barcamp.web.words import _, lazy

LONGEST_QUIET = 60
MOST_READ = 100


class ReadForm(Typed):
    """Bulletins that somebody has read: these, or all up to the `newest` they have seen."""

    bulletin = SelectMultipleField(coerce=int, validate_choice=False)
    newest = IntegerField(validators=[Optional(), NumberRange(1, BIGGEST)])

    @property
    def ids(self) -> list[int]:
        return [one for one in (self.bulletin.data or [])[:MOST_READ] if 0 < one <= BIGGEST]


class ChoiceForm(Typed):
    """How somebody wants to hear."""

    by_mail = BooleanField(lazy("By letter"))
    by_push = BooleanField(lazy("As a notification, on the browsers below"))
    on_pages = BooleanField(lazy("On the pages: a line at the top, and the number beside the bell"))


class AnnouncementForm(Typed):
    """What organizers say, and to whom. `sure` is sent from the page that says how many will hear."""

    to = SelectField(lazy("To"), validators=[InputRequired(lazy("Please choose who shall hear it."))])
    title = Line(lazy("In one line"), LONGEST_TITLE, [DataRequired(lazy("Please say in one line what it is about."))])
    text = Paragraphs(lazy("More, if there is more to say"), LONGEST_TEXT)
    sure = BooleanField()
    change = BooleanField()

    def offer(self, rooms: Iterable[tuple[int, str]], sessions: Iterable[tuple[int, str]]) -> None:
        """Fill the list of those one can speak to."""
        to: dict[str, list[tuple[str, str]]] = {
            _("All"): [("everybody", _("Everybody: who registered, starred or gives something"))]
        }
        if in_rooms := [(f"room:{id_}", name) for id_, name in rooms]:
            to[_("Who still has a session today in the room …")] = in_rooms
        if at_sessions := [(f"session:{id_}", title) for id_, title in sessions]:
            to[_("Who starred or gives …")] = at_sessions
        self.to.choices = to

    @property
    def audience(self) -> tuple[Audience, int | None]:
        """Whom it is for, once the form is valid."""
        kind, _colon, number = str(self.to.data).partition(":")
        if kind == "room":
            return "room", int(number)
        return ("session", int(number)) if kind == "session" else ("everybody", None)


class QuietForm(Typed):
    """For how long changes are gathered before people are told."""

    news_quiet_minutes = IntegerField(
        lazy("Minutes without a change before people are told"),
        validators=[
            InputRequired(lazy("How many minutes? 0 is at once.")),
            NumberRange(0, LONGEST_QUIET, lazy("From 0 to 60 minutes.")),
        ],
    )
