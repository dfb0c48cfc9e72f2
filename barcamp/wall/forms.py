"""What people type on a note, and why an organizer hides one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from barcamp.core.slugs import LONGEST_TAG, clean_tag
from barcamp.core.times import day_label, span_label
from barcamp.people.forms import Address
from barcamp.venue.models import EQUIPMENT, Room, Slot
from barcamp.venue.words import EQUIPMENT_WORDS
from barcamp.wall.cards import FORMAT_WORDS
from barcamp.wall.models import FORMATS
from barcamp.wall.service import NoteContent
from barcamp.web.forms import Line, Paragraphs, Ticks, Typed
from barcamp.web.words import _, lazy, locale, ngettext

MOST_TAGS = 6
MOST_COPRESENTERS = 6
LONGEST_NAME = 80
LONGEST_DESCRIPTION = 5000
LONGEST_COMMENT = 500

#: A room or a time may have gone since the form was opened; its number would tell nobody anything.
_CHOOSE_AGAIN = lazy("Please choose again: that is not one of these.")
ONE_OF_THESE: dict[str, Any] = {"invalid_value_message": _CHOOSE_AGAIN, "invalid_choice_message": _CHOOSE_AGAIN}
SOME_OF_THESE: dict[str, Any] = ONE_OF_THESE | {"invalid_choice_message": lambda _how_many: str(_CHOOSE_AGAIN)}


@dataclass(frozen=True)
class Places:
    """The rooms and talk slots that a presenter can wish for."""

    rooms: Sequence[Room]
    slots: Sequence[Slot]
    zone: str

    def slot_choices(self) -> list[tuple[int, str]]:
        return [(slot.id, slot_words(slot, self.zone)) for slot in self.slots]

    def room_choices(self) -> list[tuple[int, str]]:
        return [
            (room.id, ngettext("{name} ({n} seat)", "{name} ({n} seats)", seats).format(name=room.name, n=seats))
            for room in self.rooms
            for seats in [room.seats]
        ]

    def length_words(self, length: int) -> str:
        """ "2 slots", with the minutes where all slots are equally long: "2 slots (100 minutes)"."""
        words = ngettext("{n} slot", "{n} slots", length).format(n=length)
        minutes = {int((slot.ends_at - slot.starts_at).total_seconds() // 60) for slot in self.slots}
        if len(minutes) != 1:
            return words
        return _("{slots} ({minutes} minutes)").format(slots=words, minutes=minutes.pop() * length)


def slot_words(slot: Slot, zone: str) -> str:
    """ "Sat, Nov 21, 11:00 – 11:50"."""
    language = str(locale())
    span = span_label(slot.starts_at, slot.ends_at, zone, language)
    return f"{day_label(slot.starts_at, zone, language, short=True)}, {span}"


def _id_or_none(text: Any) -> int | None:
    return int(text) if text else None


class NoteForm(Typed):
    """A note: the title is all it must have."""

    title = Line(
        lazy("What is it about?"), 120, [DataRequired(lazy("Please give your note a title."))],
        description=lazy("One line is enough to start with. The rest can come later."),
    )  # fmt: skip
    description = Paragraphs(
        lazy("Description"), LONGEST_DESCRIPTION,
        description=lazy("What happens, for whom, what to bring. You can use Markdown: **bold**, lists, links."),
    )  # fmt: skip
    format = SelectField(lazy("Format"), default="talk", **ONE_OF_THESE)
    length = SelectField(lazy("Length"), coerce=int, default=1, **ONE_OF_THESE)
    tags = Line(lazy("Tags"), 250, description=lazy("Up to 6, with commas between: food, bikes, social tech"))
    copresenters = Line(lazy("Who presents with you?"), 500, description=lazy("Names, with commas between."))
    needs = Ticks(lazy("What do you need in the room?"), **SOME_OF_THESE)
    step_free = BooleanField(lazy("I need a room without steps"))
    wanted_room = SelectField(lazy("Room you would like"), coerce=_id_or_none, **ONE_OF_THESE)
    wanted_slot = SelectField(lazy("Time you would like"), coerce=_id_or_none, **ONE_OF_THESE)
    away = Ticks(
        lazy("When can you not?"), coerce=int, **SOME_OF_THESE,
        description=lazy("Your session will not be put into these times. Only the organizers see them."),
    )  # fmt: skip
    seeks_host = BooleanField(
        lazy("I would like to hear this: somebody else should give it"),
        description=lazy("It goes up as a wish. It gets a room and a time once somebody takes it up."),
    )
    cohosts = 0  # how many present it by invitation, beside those who are named here

    @classmethod
    def over(cls, places: Places, content: NoteContent | None = None, *, cohosts: int = 0) -> NoteForm:
        """The form over what was typed, or what a note says; the choices are what the conference offers."""
        form: NoteForm = cls.typed(**({} if content is None else _typed_values(content)))
        form.cohosts = cohosts
        form.format.choices = [(name, _(FORMAT_WORDS[name])) for name in FORMATS]
        form.length.choices = [(slots, places.length_words(slots)) for slots in (1, 2, 3, 4)]
        form.needs.choices = [(name, str(EQUIPMENT_WORDS[name])) for name in EQUIPMENT]
        form.wanted_room.choices = [("", _("Any room")), *places.room_choices()]
        form.wanted_slot.choices = [("", _("Any time")), *places.slot_choices()]
        form.away.choices = places.slot_choices()
        return form

    def validate_tags(self, field: Line) -> None:
        pieces = _pieces(re.sub(r"\s#", ",", field.data or ""))
        if any(len(piece.lstrip("#")) > LONGEST_TAG for piece in pieces):
            raise ValidationError(_("Please keep each tag to {longest} characters.").format(longest=LONGEST_TAG))
        if len(self.tag_list()) > MOST_TAGS:
            raise ValidationError(_("Please choose {most} tags at the most.").format(most=MOST_TAGS))

    def validate_copresenters(self, field: Line) -> None:
        names, most = _pieces(field.data or ""), max(0, MOST_COPRESENTERS - self.cohosts)
        if names and self.seeks_host.data:
            raise ValidationError(_("Nobody presents a wish yet, so please name nobody here."))
        if len(names) > most:
            raise ValidationError(_("Please name {most} people at the most.").format(most=most))
        if any(len(name) > LONGEST_NAME for name in names):
            raise ValidationError(_("Please keep each name to {longest} characters.").format(longest=LONGEST_NAME))

    def validate_wanted_slot(self, field: SelectField) -> None:
        if field.data is not None and field.data in (self.away.data or []):
            raise ValidationError(_("You would like a time in which you say you cannot."))

    def validate_away(self, field: Ticks) -> None:
        if field.data and self.seeks_host.data:
            raise ValidationError(_("Whoever takes your wish up says when they cannot."))
        if field.data and len(set(field.data)) == len(field.choices or []):
            raise ValidationError(_("Please leave at least one time in which you can."))

    def tag_list(self) -> list[str]:
        """The tags as they are kept: clean, each once, in order of the alphabet."""
        pieces = _pieces(re.sub(r"\s#", ",", self.tags.data or ""))
        return sorted({tag for piece in pieces if (tag := clean_tag(piece))})

    def content(self) -> NoteContent:
        """What the checked form says."""
        return NoteContent(
            title=self.title.data or "",
            description=self.description.data or "",
            format=self.format.data,
            length=self.length.data,
            tags=tuple(self.tag_list()),
            copresenters=tuple(_pieces(self.copresenters.data or "")),
            needs=tuple(name for name in EQUIPMENT if name in (self.needs.data or ())),
            step_free=bool(self.step_free.data),
            wanted_room_id=self.wanted_room.data,
            wanted_slot_id=self.wanted_slot.data,
            away=tuple(sorted(set(self.away.data or ()))),
        )

    @property
    def says_more(self) -> bool:
        """Whether anything but the title is filled in or wrong, so that "Add more" must stand open."""
        more = [field for field in self if field.name != "title"]
        return any(field.errors for field in more) or self.content() != NoteContent(self.title.data or "")


class CommentForm(Typed):
    """A question or an answer under a note."""

    text = Paragraphs(
        lazy("Your question or answer"), LONGEST_COMMENT, [DataRequired(lazy("Please write something first."))],
        id="comment-text",
    )  # fmt: skip


class InvitationForm(Typed):
    """Where an invitation is mailed to."""

    email = Address()


class HideForm(Typed):
    """Why a note is hidden; its author reads it."""

    reason = Line(
        lazy("Why?"), 200, [DataRequired(lazy("Please say why: the author reads it."))],
        description=lazy("The author and the organizers see this."),
    )  # fmt: skip


#: Why something is reported, as it is kept, and as it is said.
REPORT_REASONS = {
    "ad": lazy("Advertising or spam"),
    "hurtful": lazy("It hurts or insults people"),
    "off-topic": lazy("It is not a session"),
    "double": lazy("It is on the wall twice"),
    "other": lazy("Something else"),
}


class ReportForm(Typed):
    """Why something does not belong on the wall; the organizers read it."""

    kind = RadioField(
        lazy("What is wrong?"),
        [DataRequired(lazy("Please choose what is wrong."))],
        choices=[SelectChoice(name, words) for name, words in REPORT_REASONS.items()],
    )
    words = Line(
        lazy("In your words"), 200, description=lazy("If you like. Only the organizers read it, and not who wrote it.")
    )

    def reason(self) -> str:
        """As it is kept: "hurtful", or "hurtful: the second line"."""
        return f"{self.kind.data}: {self.words.data}" if self.words.data else str(self.kind.data)


def reason_words(reason: str) -> str:
    """A report's reason as it is shown: "It hurts or insults people: the second line"."""
    kind, colon, words = reason.partition(": ")
    told = str(REPORT_REASONS.get(kind, kind))
    return f"{told}: {words}" if colon else told


def _typed_values(content: NoteContent) -> dict[str, Any]:
    """A note as it stands in the form's fields."""
    return {
        "title": content.title, "description": content.description, "format": content.format,
        "length": content.length, "tags": ", ".join(content.tags), "copresenters": ", ".join(content.copresenters),
        "needs": content.needs, "step_free": content.step_free, "wanted_room": content.wanted_room_id,
        "wanted_slot": content.wanted_slot_id, "away": content.away,
    }  # fmt: skip


def _pieces(text: str) -> list[str]:
    """What stands between the commas, trimmed, each once, in the order typed."""
    return list(dict.fromkeys(_without_empty(piece.strip() for piece in re.split("[,;]", text))))


def _without_empty(pieces: Iterable[str]) -> Iterable[str]:
    return (piece for piece in pieces if piece)
