"""Registration's own words, for every page that shows a state, a diet or a meal."""

from __future__ import annotations

from babel.support import LazyProxy

from barcamp.core.times import day_label, span_label
from barcamp.venue.models import Slot
from barcamp.venue.words import slot_name
from barcamp.web.words import _, lazy, locale

DIET_WORDS: dict[str, LazyProxy] = {
    "vegetarian": lazy("Vegetarian"),
    "vegan": lazy("Vegan"),
    "gluten-free": lazy("Gluten-free"),
    "dairy-free": lazy("Dairy-free"),
    "nut-free": lazy("Nut-free"),
    "halal": lazy("Halal"),
    "kosher": lazy("Kosher"),
}

STATE_WORDS: dict[str, LazyProxy] = {
    "coming": lazy("Coming"),
    "waiting": lazy("Waiting"),
    "cancelled": lazy("Cancelled"),
}


def meal_words(meal: Slot, zone: str, *, with_day: bool) -> str:
    """ "Lunch, 12:00 – 12:50", with its day where a conference has several."""
    language = str(locale())
    span = span_label(meal.starts_at, meal.ends_at, zone, language)
    if with_day:
        span = f"{day_label(meal.starts_at, zone, language, short=True)}, {span}"
    return f"{slot_name(meal)}, {span}"


def meal_choice(meal: Slot, zone: str, *, with_day: bool) -> str:
    """A meal to choose: its words, and whom to thank for it."""
    words = meal_words(meal, zone, with_day=with_day)
    if not meal.sponsor:
        return words
    return _("{meal} · thanks to {sponsor}").format(meal=words, sponsor=meal.sponsor)
