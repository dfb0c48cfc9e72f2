"""What speakers type about talks elsewhere: one, a pasted table, a calendar's address; and links of a talk here."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField, TimeField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from barcamp.conferences.fields import attempt, needed, web_address
from barcamp.conferences.forms import zone_choices
from barcamp.core.addresses import LONGEST_ADDRESS
from barcamp.core.pasted import LONGEST_NAME, LONGEST_TITLE, MOST_BYTES, MOST_COSPEAKERS
from barcamp.core.slugs import clean_line
from barcamp.core.spans import BadSpan, Span, read_span, span_words
from barcamp.core.times import to_utc, to_wall
from barcamp.speakers.models import Talk
from barcamp.speakers.talks import TalkContent
from barcamp.web.forms import Line, Typed
from barcamp.web.words import _, lazy


class TalkForm(Typed):
    """One talk elsewhere. Days as people write them; a time only where one is known."""

    title = Line(lazy("Talk title"), LONGEST_TITLE, [needed()])
    conference = Line(
        lazy("Conference"), LONGEST_NAME, [needed()], description=lazy("For example: Open Source Bridge 2012")
    )
    when = Line(
        lazy("When"), 100, [needed()],
        description=lazy("For example: June 26 - 29, 2012, or June 26, 2012, or 2012-06-26/29."),
    )  # fmt: skip
    place = Line(lazy("Where"), LONGEST_NAME, description=lazy("For example: Portland, OR"))
    cospeakers = Line(lazy("Who speaks with you?"), 500, description=lazy("Names, with commas between."))
    url = Line(lazy("Page of the talk"), LONGEST_ADDRESS, [web_address])
    conference_url = Line(lazy("Page of the conference"), LONGEST_ADDRESS, [web_address])
    slides_url = Line(lazy("Slides"), LONGEST_ADDRESS, [web_address], description=lazy("Where they can be seen."))
    recording_url = Line(lazy("Recording"), LONGEST_ADDRESS, [web_address], description=lazy("Where it can be seen."))
    starts = TimeField(lazy("From"), [Optional()])
    ends = TimeField(lazy("To"), [Optional()])
    zone = SelectField(lazy("Time zone there"))
    cancelled = BooleanField(lazy("It was cancelled"))
    seen = HiddenField()

    @classmethod
    def over(cls, talk: Talk | None = None, *, as_stored: bool = False) -> TalkForm:
        """The form over what was typed, or over a talk, or empty; `as_stored`, whatever was typed."""
        values = {} if talk is None else _typed_values(talk)
        form: TalkForm = cls(None, **values) if as_stored else cls.typed(**values)
        form.zone.choices = [SelectChoice("", _("No time: the whole days")), *zone_choices(with_none=False)]
        return form

    def content(self, *, today: date) -> TalkContent | None:
        """What was typed, or None with messages on the fields."""
        fine, span = self.validate(), self._span(today)
        names = self._names()
        times = self._times(span) if fine and span is not None else None
        if not fine or span is None or names is None or times is None:
            return None
        starts_at, ends_at, zone = times
        return TalkContent(
            title=self.title.data, conference=self.conference.data, place=self.place.data, starts_on=span.starts_on,
            ends_on=span.ends_on, starts_at=starts_at, ends_at=ends_at, zone=zone, cospeakers=names,
            url=self.url.data, conference_url=self.conference_url.data, slides_url=self.slides_url.data,
            recording_url=self.recording_url.data, cancelled=bool(self.cancelled.data),
        )  # fmt: skip

    def _span(self, today: date) -> Span | None:
        if not self.when.data or self.when.errors:
            return None
        try:
            return read_span(self.when.data, today=today)
        except BadSpan as problem:
            self.refuse("when", _(problem.words).format(**problem.facts))
            return None

    def _names(self) -> tuple[str, ...] | None:
        names = tuple(dict.fromkeys(name for part in self.cospeakers.data.split(",") if (name := clean_line(part))))
        if len(names) > MOST_COSPEAKERS:
            words = _("A talk names {most} co-speakers at the most.").format(most=MOST_COSPEAKERS)
        elif any(len(name) > LONGEST_NAME for name in names):
            words = _("Please keep this to {longest} characters.").format(longest=LONGEST_NAME)
        else:
            return names
        self.refuse("cospeakers", words)
        return None

    def _times(self, span: Span) -> tuple[datetime | None, datetime | None, str | None] | None:
        """Both instants and the zone; or three times nothing, for whole days."""
        starts, ends, zone = self.starts.data, self.ends.data, self.zone.data or None
        if starts is None and ends is None:
            return None, None, None
        for field, value in (("starts", starts), ("ends", ends), ("zone", zone)):
            if value is None:
                self.refuse(field, _("A time needs all three: from, to and the time zone."))
        if starts is None or ends is None or zone is None:
            return None
        starts_at = attempt(self, "starts", lambda: _instant(span.starts_on, starts, zone))
        ends_at = attempt(self, "ends", lambda: _instant(span.ends_on, ends, zone))
        if starts_at is None or ends_at is None:
            return None
        if ends_at <= starts_at:
            self.refuse("ends", _("The end must be after the start."))
            return None
        return starts_at, ends_at, zone


def _instant(day: date, clock: time, zone: str) -> datetime:
    return to_utc(datetime.combine(day, clock), zone)


def _typed_values(talk: Talk) -> dict[str, Any]:
    """A talk as its speaker would type it."""
    names = ("title", "conference", "place", "url", "conference_url", "slides_url", "recording_url", "cancelled")
    values: dict[str, Any] = {name: getattr(talk, name) for name in names}
    values |= {
        "when": span_words(talk.starts_on, talk.ends_on),
        "cospeakers": ", ".join(talk.cospeakers),
        "zone": talk.zone or "",
        "seen": TalkContent.of(talk).edition,
    }
    if talk.starts_at is not None and talk.ends_at is not None and talk.zone is not None:
        values |= {"starts": to_wall(talk.starts_at, talk.zone).time(), "ends": to_wall(talk.ends_at, talk.zone).time()}
    return values


class PasteForm(Typed):
    """A table as it was copied: taken as it is, since tabs and line ends make the table."""

    text = TextAreaField(lazy("Your table"), [needed()])

    def validate_text(self, field: TextAreaField) -> None:
        if len((field.data or "").encode(errors="replace")) > MOST_BYTES:
            raise ValidationError(_("That is more than we take at once. Please paste it in two or more parts."))

    @property
    def rows(self) -> set[int]:
        """The numbers of the rows that are ticked."""
        return {int(number) for number in request.form.getlist("row") if re.fullmatch("[0-9]{1,4}", number)}


class SourceForm(Typed):
    """The address of a calendar."""

    url = Line(
        lazy("Address of the calendar"), LONGEST_ADDRESS, [needed()],
        description=lazy("It starts with https:// or webcal://, and everybody must be able to read it."),
    )  # fmt: skip


class ChoiceForm(Typed):
    """Which events of a calendar are talks, and where they are given."""

    conference = Line(
        lazy("Conference"), LONGEST_NAME, [needed()],
        description=lazy("Where these are given. You can change it at each talk afterwards."),
    )  # fmt: skip

    @property
    def uids(self) -> list[str]:
        return request.form.getlist("uid")[:500]


class LinksForm(Typed):
    """Where slides and the recording of a talk given here are."""

    slides_url = Line(lazy("Slides"), LONGEST_ADDRESS, [web_address], description=lazy("Where they can be seen."))
    recording_url = Line(lazy("Recording"), LONGEST_ADDRESS, [web_address], description=lazy("Where it can be seen."))
