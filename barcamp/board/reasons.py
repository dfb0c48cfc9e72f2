"""Why the opened card is where it is, in sentences: who comes, whom it is kept apart from, what was wished for."""

from __future__ import annotations

from collections.abc import Iterator

from barcamp.board.prices import effect_words
from barcamp.board.words import place_label
from barcamp.core.times import time_label
from barcamp.core.timetable.repeats import repeats
from barcamp.core.timetable.why import Why, why_here
from barcamp.schedule.draft import Draft
from barcamp.web.words import _, ngettext

TOLD = 2  # clashes and neighbours that are named
FEW = 2  # people in common that are not worth a sentence
WORTH_TWICE = 3.0  # more people for a second run to be proposed


def reasons(draft: Draft, number: int) -> list[str]:
    """Everything that speaks for and against the present place of a note (by number) that has one."""
    why = why_here(draft.problem_without_pins, draft.plan, number)
    return [*_seats(draft, why), *_apart(draft, why), *_clashes(draft, why), *_others(draft, why), *_wishes(draft, why)]


def second_run(draft: Draft, number: int) -> str | None:
    """Where a second run of a note would let more people hear it, if that is worth saying."""
    found = repeats(draft.problem_without_pins, draft.plan, frozenset([number]))
    if not found or found[0].gain < WORTH_TWICE:
        return None
    gain = round(found[0].gain)
    words = ngettext(
        "Run it twice: a second time at %(place)s about %(num)s more person could hear it.",
        "Run it twice: a second time at %(place)s about %(num)s more people could hear it.",
        gain,
    )
    return words % {"place": place_label(draft, found[0].place), "num": gain}


def _seats(draft: Draft, why: Why) -> Iterator[str]:
    outside = round(why.outside)
    if outside:
        room = draft.rooms[why.place.room].name
        words = ngettext(
            "%(room)s is too small: about %(num)s person will find no seat.",
            "%(room)s is too small: about %(num)s people will find no seat.",
            outside,
        )
        yield words % {"room": room, "num": outside}
    elif why.stars:
        yield ngettext(
            "%(undisturbed)s of %(num)s person who starred it has nothing else starred at that time.",
            "%(undisturbed)s of %(num)s people who starred it have nothing else starred at that time.",
            why.stars,
        ) % {"undisturbed": why.undisturbed, "num": why.stars}


def _apart(draft: Draft, why: Why) -> Iterator[str]:
    for other, both in why.apart[:TOLD]:
        if both > FEW:
            words = _("%(both)s of its %(stars)s fans also starred “%(other)s”: kept at different times.")
            yield words % {"both": both, "stars": why.stars, "other": draft.notes[other].title}
    if why.served > FEW and len(why.apart) > TOLD:
        words = _("In all, %(count)s of its fans can also go to something else they starred.")
        yield words % {"count": why.served}


def _clashes(draft: Draft, why: Why) -> Iterator[str]:
    for other, both in why.clashes[:TOLD]:
        if both > FEW:
            words = _("%(both)s of its fans also starred “%(other)s”, which runs at the same time.")
            yield words % {"both": both, "other": draft.notes[other].title}


def _others(draft: Draft, why: Why) -> Iterator[str]:
    """What else its presenters give."""
    people = set(draft.notes[why.item].people)
    for other, place in enumerate(draft.plan):
        if other != why.item and place is not None and people & set(draft.notes[other].people):
            time = time_label(draft.slots[place.slot].starts_at, draft.conference.zone)
            words = _("The same presenter also gives “%(other)s” at %(time)s.")
            yield words % {"other": draft.notes[other].title, "time": time}


def _wishes(draft: Draft, why: Why) -> Iterator[str]:
    if why.slot_wish:
        yield _("The wish for this time is kept.")
    if why.room_wish:
        yield _("The wish for this room is kept.")
    if why.wished is None:
        return
    wished = place_label(draft, why.wished.place)
    if why.wished.blocked_by:
        yield _("Its wish is not kept: %(place)s cannot be had.") % {"place": wished}
    else:
        change = effect_words(draft.problem, why.wished.change)
        yield _("Its wish is not kept: %(place)s would mean %(change)s.") % {"place": wished, "change": change}
