"""Every change of registrations: registering, changing, cancelling, moving up from the line, being forgotten.

Places are given out under the lock of the conference's log (`log.hold`), so they are counted by one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import opens_in_words, zone_name
from barcamp.db import base_url
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.mail import letters
from barcamp.mail.links import Links
from barcamp.people.models import Person
from barcamp.registration import queries
from barcamp.registration.errors import (
    ConferenceIsOver,
    NoSuchShirt,
    NotRegistered,
    RegistrationIsClosed,
    ShirtsAreOrdered,
)
from barcamp.registration.models import Registration
from barcamp.venue.day import camp_day

# what is decided by, read anew once nobody else can change it
DECIDING = (
    "capacity", "zone", "ends_on", "shirt_sizes", "shirts_until", "registration_opens_at", "registration_closes_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person chooses with a registration: a size or None, ids of meals, some of DIETS, words for the kitchen."""

    shirt_size: str | None = None
    meals: tuple[int, ...] = ()
    diets: tuple[str, ...] = ()
    diet_note: str = ""
    visible: bool = False

    @classmethod
    def of(cls, registration: Registration) -> Wishes:
        """What a registration, loaded with its meals, says now."""
        return cls(
            shirt_size=registration.shirt_size,
            meals=tuple(meal.id for meal in registration.meals),
            diets=tuple(registration.diets),
            diet_note=registration.diet_note,
            visible=registration.visible,
        )


def register(db: Session, conference: Conference, person: Person, wishes: Wishes, *, now: datetime) -> Registration:
    """Give a person a place, or the last place in the line; a letter says which.

    A person has one registration: who is registered already only changes what is wished for. Coming again after
    cancelling goes to the end of the line. Whoever calls this has the person's word on the code of conduct.

    Raises:
        RegistrationIsClosed, ConferenceIsOver, ShirtsAreOrdered, NoSuchShirt.
    """
    _hold(db, conference)
    refuse_when_closed(conference, now)
    found = queries.find_registration(db, conference, person.id, fresh=True)
    if found is not None and found.state != "cancelled":
        return _change(db, conference, found, person, wishes, now=now)

    _move_up(db, conference, now)  # nobody new goes before those who wait, also where a place was left free
    waits = queries.totals(db, conference).is_full
    line = log.write(
        db, conference, person, "registered", f"person:{person.id}",
        after={"state": "waiting" if waits else "coming"}, now=now,
    )  # fmt: skip
    registration = found or Registration(conference_id=conference.id, person_id=person.id, shirt_size=None, meals=[])
    registration.state = "waiting" if waits else "coming"
    registration.queued_revision = line.revision
    registration.registered_at = registration.conduct_agreed_at = now
    registration.promoted_at = registration.cancelled_at = None
    _write_on(db, conference, registration, wishes, now)
    db.add(registration)
    db.flush()
    letters.welcome(db, person, conference, links=Links(base_url(db)), waiting=waits, now=now)
    return registration


def change(db: Session, conference: Conference, person: Person, wishes: Wishes, *, now: datetime) -> Registration:
    """Change what a registered person wishes for. The place, also the one in the line, stays.

    Raises:
        NotRegistered, RegistrationIsClosed, ConferenceIsOver, ShirtsAreOrdered, NoSuchShirt.
    """
    _hold(db, conference)
    refuse_when_closed(conference, now)
    found = queries.find_registration(db, conference, person.id, fresh=True)
    if found is None or found.state == "cancelled":
        raise NotRegistered
    return _change(db, conference, found, person, wishes, now=now)


def hide_name(db: Session, conference: Conference, person: Person, *, now: datetime) -> None:
    """Take a name off the list of who comes. At any time, since nobody has to stay on it."""
    _hold(db, conference)
    found = queries.find_registration(db, conference, person.id, fresh=True)
    if found is not None and found.visible:
        found.visible = False
        _log_fields(db, conference, person, found, ["visible"], now)


def cancel(
    db: Session, conference: Conference, registration: Registration, actor: Person | None, *, now: datetime
) -> None:
    """Give up a place, or a place in the line; the first of the line moves up. What was wished for is forgotten, but
    for the T-shirt, which may be ordered. Cancelling twice is cancelling once.

    Raises:
        ConferenceIsOver.
    """
    _hold(db, conference)
    refuse_when_over(conference, now)
    found = queries.find_by_id(db, conference, registration.id, fresh=True)
    if found is None or found.state == "cancelled":
        return

    before = found.state
    found.state, found.cancelled_at, found.visible = "cancelled", now, False
    found.meals, found.diets, found.diet_note = [], [], ""
    _log_cancelled(db, conference, actor, found.person_id, before, now)
    db.flush()
    _move_up(db, conference, now)


def promote(db: Session, conference: Conference, *, now: datetime) -> list[Registration]:
    """Give free places to the first of the line, each with a letter, and return who moved up, in order.

    Call it after the capacity was raised or taken away. A lowered one throws nobody out.
    """
    _hold(db, conference)
    return _move_up(db, conference, now)


def forget(db: Session, person: Person, *, now: datetime) -> None:
    """Delete a person's registrations everywhere (for erasing the person); the places go to those who wait."""
    for conference in queries.conferences_of(db, person.id):  # by id, so that two who are erased at once never cross
        _hold(db, conference)
        found = queries.find_registration(db, conference, person.id, fresh=True)
        if found is None:
            continue
        if found.state != "cancelled":
            _log_cancelled(db, conference, None, person.id, found.state, now)
        db.delete(found)
        db.flush()
        _move_up(db, conference, now)


def refuse_when_closed(conference: Conference, now: datetime) -> None:
    """Raise RegistrationIsClosed (or ConferenceIsOver) unless people can register now."""
    refuse_when_over(conference, now)
    if conference.registration_is_open(now):
        return
    told = partial(
        opens_in_words, conference.registration_opens_at, conference.registration_closes_at, now, conference.zone
    )
    if told().state == "opens":
        raise RegistrationIsClosed(
            N_("Registration opens {when} ({zone})."),
            when=lambda locale: told(locale).when,
            zone=zone_name(conference.zone),
        )
    raise RegistrationIsClosed(
        N_("Registration closed {when} ({zone}), so registrations stay as they are. You can still cancel yours."),
        when=lambda locale: told(locale).when,
        zone=zone_name(conference.zone),
    )


def refuse_when_over(conference: Conference, now: datetime) -> None:
    """Raise ConferenceIsOver after the night of the conference's last day."""
    if is_over(conference, now):
        raise ConferenceIsOver


def is_over(conference: Conference, now: datetime) -> bool:
    return camp_day(now, conference.zone) > conference.ends_on


# ---- what the functions above are made of; each runs while the conference is held ------------------------------------


def _hold(db: Session, conference: Conference) -> None:
    log.hold(db, conference)
    db.refresh(conference, DECIDING)


def _change(
    db: Session, conference: Conference, registration: Registration, person: Person, wishes: Wishes, *, now: datetime
) -> Registration:
    before = Wishes.of(registration)
    _write_on(db, conference, registration, wishes, now)
    after = Wishes.of(registration)
    fields = [name for name in Wishes.__slots__ if getattr(before, name) != getattr(after, name)]
    if fields:
        _log_fields(db, conference, person, registration, fields, now)
    return registration


def _write_on(db: Session, conference: Conference, registration: Registration, wishes: Wishes, now: datetime) -> None:
    if wishes.shirt_size != registration.shirt_size:
        if not conference.shirts_can_be_chosen(now):
            raise ShirtsAreOrdered
        if wishes.shirt_size is not None and wishes.shirt_size not in conference.shirt_sizes:
            raise NoSuchShirt(wishes.shirt_size)
        registration.shirt_size = wishes.shirt_size
    # read here, so that a meal that was just taken off the day is left out
    registration.meals = [meal for meal in queries.meal_slots(db, conference) if meal.id in wishes.meals]
    registration.diets, registration.diet_note = list(wishes.diets), wishes.diet_note
    registration.visible = wishes.visible


def _move_up(db: Session, conference: Conference, now: datetime) -> list[Registration]:
    """Promote as many as there are free places. After the conference nobody moves up any more."""
    if is_over(conference, now):
        return []
    there = queries.totals(db, conference)
    free = None if there.capacity is None else max(there.capacity - there.coming, 0)
    promoted: Sequence[Registration] = [] if there.waiting == 0 else queries.first_in_line(db, conference, free)
    for registration in promoted:
        registration.state, registration.promoted_at = "coming", now
        log.write(
            db, conference, None, "registration-promoted", f"person:{registration.person_id}",
            before={"state": "waiting"}, after={"state": "coming"}, now=now,
        )  # fmt: skip
        letters.promoted(db, registration.person, conference, links=Links(base_url(db)), now=now)
    db.flush()
    return list(promoted)


def _log_fields(
    db: Session, conference: Conference, person: Person, registration: Registration, fields: list[str], now: datetime
) -> None:
    """Only which fields: what stands in them is nobody's business, and the log is for keeps."""
    subject = f"person:{registration.person_id}"
    log.write(db, conference, person, "registration-changed", subject, after={"fields": fields}, now=now)


def _log_cancelled(
    db: Session, conference: Conference, actor: Person | None, person_id: int, before: str, now: datetime
) -> None:
    log.write(
        db, conference, actor, "registration-cancelled", f"person:{person_id}",
        before={"state": before}, after={"state": "cancelled"}, now=now,
    )  # fmt: skip
