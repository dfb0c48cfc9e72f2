"""What people choose when they register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField, ValidationError
from wtforms.validators import DataRequired

from barcamp.conferences.models import Conference
from barcamp.registration.models import DIETS, Registration
from barcamp.registration.service import Wishes
from barcamp.registration.words import DIET_WORDS, meal_choice
from barcamp.venue.models import Slot
from barcamp.web.forms import Line, Ticks, Typed
from barcamp.web.words import _, lazy

LONGEST_NOTE = 200


def _id_or_zero(text: Any) -> int:
    """An id; 0 (nobody's id) for anything else."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def _refuse_what_is_not_offered(field: Any, chosen: Sequence[Any]) -> None:
    """The list may have changed since the form was opened."""
    if not set(chosen) <= {value for value, _label in field.choices}:
        raise ValidationError(_("This is not offered any more. Please choose again."))


class OneOf(RadioField):
    def pre_validate(self, form: Typed) -> None:
        _refuse_what_is_not_offered(self, [self.data or ""])


class SomeOf(Ticks):
    def pre_validate(self, form: Typed) -> None:
        _refuse_what_is_not_offered(self, self.data or [])


class RegistrationForm(Typed):
    """Nothing but the code of conduct must be filled in, and that only when one registers."""

    shirt_size = OneOf(lazy("T-shirt"), coerce=str)
    meals = SomeOf(lazy("Which meals would you like?"), coerce=_id_or_zero)
    diets = SomeOf(
        lazy("What do you eat?"),
        description=lazy("The kitchen gets numbers, never names. Leave it empty for anything."),
    )
    diet_note = Line(
        lazy("Anything else the kitchen should know?"), LONGEST_NOTE,
        description=lazy("An allergy, for example. Only the organizers see this."),
    )  # fmt: skip
    visible = BooleanField(
        lazy("Show my name among the people who come"),
        description=lazy("Everybody can read that page. Without this, only the team sees that you come."),
    )
    conduct = BooleanField(
        lazy("I will keep to the code of conduct"),
        [DataRequired(lazy("Please read the code of conduct and tick this: it is what makes the day good for all."))],
    )

    @classmethod
    def over(cls, conference: Conference, meals: Sequence[Slot], there: Registration | None) -> RegistrationForm:
        """The form over what was typed, or over the registration that is there (maybe a cancelled one)."""
        wishes = Wishes() if there is None else Wishes.of(there)
        form: RegistrationForm = cls.typed(
            shirt_size=wishes.shirt_size or "", meals=wishes.meals, diets=wishes.diets, diet_note=wishes.diet_note,
            visible=wishes.visible,
        )  # fmt: skip
        sizes = dict.fromkeys([*conference.shirt_sizes, *([wishes.shirt_size] if wishes.shirt_size else [])])
        form.shirt_size.choices = [*((size, size) for size in sizes), ("", _("No T-shirt"))]
        several_days = conference.ends_on > conference.starts_on
        form.meals.choices = [(meal.id, meal_choice(meal, conference.zone, with_day=several_days)) for meal in meals]
        form.diets.choices = [(diet, str(DIET_WORDS[diet])) for diet in DIETS]
        if there is not None and there.state != "cancelled":
            del form.conduct  # agreed to already
        return form

    def wishes(self) -> Wishes:
        """What the checked form says."""
        return Wishes(
            shirt_size=self.shirt_size.data or None,
            meals=tuple(value for value, _label in self.meals.choices or () if value in (self.meals.data or ())),
            diets=tuple(diet for diet in DIETS if diet in (self.diets.data or ())),
            diet_note=self.diet_note.data or "",
            visible=bool(self.visible.data),
        )
