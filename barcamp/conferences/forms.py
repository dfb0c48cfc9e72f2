"""What organizers type about a conference, its sponsors and its team."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from barcamp.conferences.details import INSTANTS, NAMES, Details, details_of
from barcamp.conferences.fields import Seen, given, needed, typed, web_address
from barcamp.conferences.models import Conference, Sponsor
from barcamp.core.slugs import RESERVED, clean_line, is_slug
from barcamp.core.times import is_zone, to_wall, zones
from barcamp.web.forms import Line, Paragraphs, Typed, WallTime
from barcamp.web.words import _, lazy

LONGEST_DAYS = 14
MOST_PEOPLE = 1_000_000
MOST_SIZES = 12
LONGEST_SIZE = 20
FIRST_YEAR, LAST_YEAR = 1973, 2199

_COORDINATES = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,12})?)\s*[,; ]\s*([+-]?\d{1,3}(?:\.\d{1,12})?)", re.ASCII)


def sane_day(_form: object, field: DateField) -> None:
    if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(_("Please check the year."))


class BasicsForm(Seen):
    """What a conference cannot be announced without."""

    name = Line(lazy("Name"), 80, [needed()])
    tagline = Line(lazy("Tagline"), 140, description=lazy("One line that says what it is."))
    starts_on = DateField(lazy("First day"), [given(), sane_day])
    ends_on = DateField(lazy("Last day"), [given(), sane_day], description=lazy("The same day for a one-day camp."))
    zone = SelectField(lazy("Time zone"), [needed()], validate_choice=False)
    venue = Line(lazy("Venue"), 120)
    address = Line(lazy("Street address"), 200)
    coordinates = Line(
        lazy("Coordinates"), 60, description=lazy("Latitude and longitude for the map link, as 44.567, -123.279.")
    )
    capacity = IntegerField(
        lazy("Places"),
        [
            Optional(),
            NumberRange(1, MOST_PEOPLE, lazy("Please give a number from 1 to 1,000,000.")),
        ],
        description=lazy("When all are taken, people go on a waiting list. Empty means no limit."),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.zone.choices = zone_choices(with_none=not self.zone.data)

    def details(self) -> Details:
        """What was typed, as one value; only after `validate`."""
        plain: dict[str, Any] = {name: self[name].data for name in NAMES if name in self and name not in INSTANTS}
        latitude, longitude = _coordinates(self.coordinates.data or "") or (None, None)
        return Details(**plain, **self.more_details(), latitude=latitude, longitude=longitude)

    def more_details(self) -> dict[str, Any]:
        return {}

    def validate_zone(self, field: SelectField) -> None:
        if not is_zone(field.data or ""):
            raise ValidationError(_("Please choose a time zone from the list."))

    def validate_coordinates(self, field: Line) -> None:
        if field.data and _coordinates(field.data) is None:
            raise ValidationError(_("Please give latitude and longitude, as 44.567, -123.279, or leave this empty."))

    def validate_ends_on(self, field: DateField) -> None:
        first, last = self.starts_on.data, field.data
        if first is None or last is None:
            return
        if last < first:
            raise ValidationError(_("The last day is before the first."))
        if (last - first).days >= LONGEST_DAYS:
            raise ValidationError(_("A conference lasts 14 days at the most."))


class ConferenceForm(BasicsForm):
    """All of a conference's details. Times are wall times in the zone chosen in the same form."""

    about = Paragraphs(lazy("About"), 10_000, description=lazy("Shown on the front page. Markdown works here."))
    conduct = Paragraphs(
        lazy("Code of conduct"), 10_000, description=lazy("Markdown. Empty shows a short one that fits most camps.")
    )
    listed = BooleanField(lazy("List it on the front page of this site"))
    registration_opens_at = WallTime(lazy("Registration opens"), [Optional()])
    registration_closes_at = WallTime(lazy("Registration closes"), [Optional()])
    wall_opens_at = WallTime(lazy("The wall opens"), [Optional()])
    wall_closes_at = WallTime(lazy("The wall closes"), [Optional()])
    stars_open_at = WallTime(lazy("Stars open"), [Optional()])
    stars_close_at = WallTime(lazy("Stars close"), [Optional()])
    schedule_expected_at = WallTime(lazy("The schedule is expected"), [Optional()])
    stars_shown = RadioField(
        lazy("Who sees how many stars a note has"),
        choices=[
            SelectChoice("always", lazy("Everybody, all the time")),
            SelectChoice("after_wall", lazy("Everybody, once the wall or the stars are closed")),
            SelectChoice("never", lazy("Only the organizers")),
        ],
        default="always",
    )
    walk_ins = BooleanField(
        lazy("A name is enough to post and star (no e-mail)"),
        description=lazy("Turned off later, what walk-ins did stays; they need an address to go on."),
    )
    hold_first_notes = BooleanField(lazy("Hold everybody’s first note until an organizer has seen it"))
    sizes = Line(
        lazy("T-shirt sizes"), 200, description=lazy("With commas between, as S, M, L. Empty means no T-shirts.")
    )
    shirts_until = WallTime(
        lazy("T-shirts can be chosen until"), [Optional()], description=lazy("Empty means until the end.")
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.instants: dict[str, Any] = {}

    @classmethod
    def of(cls, conference: Conference, revision: int, *, as_stored: bool = False) -> ConferenceForm:
        """The form filled with what is there, in wall times of its zone; `as_stored`: whatever was typed."""
        details = details_of(conference)
        data: dict[str, Any] = {name: getattr(details, name) for name in NAMES}
        for name in INSTANTS:
            data[name] = None if data[name] is None else to_wall(data[name], conference.zone)
        data["sizes"] = ", ".join(details.shirt_sizes)
        if details.latitude is not None and details.longitude is not None:
            data["coordinates"] = f"{details.latitude!r}, {details.longitude!r}"
        return cls(None if as_stored else typed(), data={**data, "seen": str(revision)})

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        fine: bool = super().validate(extra_validators)
        return self._times_are_in_order() and fine

    def more_details(self) -> dict[str, Any]:
        return {**self.instants, "shirt_sizes": _sizes(self.sizes.data or "")}

    def validate_sizes(self, field: Line) -> None:
        sizes = _sizes(field.data or "")
        if len(sizes) > MOST_SIZES or any(len(size) > LONGEST_SIZE for size in sizes):
            raise ValidationError(_("Please give at most 12 sizes of at most 20 characters, with commas between."))

    def _times_are_in_order(self) -> bool:
        """Turn the wall times into instants; a time that the clocks skip and an end before its start are refused."""
        if not is_zone(self.zone.data or ""):
            return False
        fine = True
        for name in INSTANTS:
            field: WallTime = self[name]
            try:
                self.instants[name] = None if field.errors else field.in_zone(self.zone.data)
            except ValidationError as problem:
                self.refuse(name, str(problem))
                fine = False
        for opens, closes in _PHASES:
            start, end = self.instants.get(opens), self.instants.get(closes)
            if start is not None and end is not None and end <= start:
                self.refuse(closes, _("This must be later than the opening."))
                fine = False
        return fine


_PHASES = (
    ("registration_opens_at", "registration_closes_at"),
    ("wall_opens_at", "wall_closes_at"),
    ("stars_open_at", "stars_close_at"),
)


class NewConferenceForm(BasicsForm):
    """A new conference: the basics, and the address it will have."""

    slug = Line(
        lazy("Web address"),
        60,
        description=lazy("Small letters, digits and hyphens. Empty: made from the name."),
    )

    def validate_slug(self, field: Line) -> None:
        refuse_bad_slug(field)


class AddressForm(Typed):
    """Another address for a conference."""

    slug = Line(
        lazy("Web address"),
        60,
        [needed()],
        description=lazy("Small letters, digits and hyphens. Short is good: people type it from a poster."),
    )

    def validate_slug(self, field: Line) -> None:
        refuse_bad_slug(field)


class CopyForm(Typed):
    """A copy: what must be new about it."""

    name = Line(lazy("Name"), 80, [needed()])
    slug = Line(
        lazy("Web address"),
        60,
        description=lazy("Small letters, digits and hyphens. Empty: made from the name."),
    )
    starts_on = DateField(lazy("First day"), [given(), sane_day])

    def validate_slug(self, field: Line) -> None:
        refuse_bad_slug(field)


class SponsorForm(Seen):
    """Who gives something, and what."""

    name = Line(lazy("Name"), 80, [needed()])
    gives = Line(lazy("Gives"), 120, description=lazy("For example: breakfast, lunch and dinner."))
    url = Line(lazy("Web address"), 500, [web_address])
    position = IntegerField(
        lazy("Place in the list"),
        [Optional(), NumberRange(0, 9999, lazy("Please give a number from 0 to 9999."))],
        description=lazy("Small numbers come first."),
    )

    @classmethod
    def of(cls, sponsor: Sponsor, revision: int, *, as_stored: bool = False) -> SponsorForm:
        return cls(None if as_stored else typed(), obj=sponsor, data={"seen": str(revision)})

    def facts(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("name", "gives", "url", "position")}


class TeamForm(Typed):
    """Somebody for the team, by the address they sign in with."""

    email = Line(lazy("E-mail"), 254, [needed()])
    kind = RadioField(
        lazy("Role"),
        choices=[
            SelectChoice("helper", lazy("Helper: sees who comes and checks people in")),
            SelectChoice("organizer", lazy("Organizer: may do everything you may")),
        ],
        default="helper",
    )


def refuse_bad_slug(field: Line) -> None:
    field.data = (field.data or "").lower().strip("/")
    if field.data and not is_slug(field.data):
        raise ValidationError(_("Please use small letters, digits and single hyphens, two characters or more."))
    if field.data in RESERVED:
        raise ValidationError(_("This word is used by the site itself. Please choose another."))


def zone_choices(*, with_none: bool) -> list[SelectChoice]:
    """The zones, grouped by area as a select shows them."""
    choices = [SelectChoice("", _("Please choose"))] if with_none else []
    for zone in zones():
        area, _slash, place = zone.partition("/")
        choices.append(SelectChoice(zone, (place or area).replace("_", " "), optgroup=area))
    return choices


def _coordinates(text: str) -> tuple[float, float] | None:
    found = _COORDINATES.fullmatch(text)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


def _sizes(text: str) -> list[str]:
    return list(dict.fromkeys(size for part in text.split(",") if (size := clean_line(part))))
