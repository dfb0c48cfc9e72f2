"""Registering: a place or the line, once for each person, under real crowding."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.mail.models import Letter
from barcamp.registration import queries, service
from barcamp.registration.errors import (
    ConferenceIsOver,
    NoSuchShirt,
    NotRegistered,
    RegistrationIsClosed,
    ShirtsAreOrdered,
)
from barcamp.registration.models import Registration
from barcamp.registration.service import Wishes
from tests import make
from tests.people import Cast
from tests.registration import desk

CLOSED_AT_NINE = (
    "Registration closed 09:00 (America/Los Angeles), so registrations stay as they are. You can still cancel yours."
)
LATER = make.NOW + timedelta(hours=1)


def found(db: Session, camp: Conference, person_id: int) -> Registration:
    db.expire_all()
    registration = queries.find_registration(db, camp, person_id)
    assert registration is not None
    return registration


def test_places_are_given_out_and_then_the_line_begins(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    camp.capacity = 2
    db.flush()
    states = [desk.register(store, camp, person) for person in (people.ada, people.bo, people.cy, people.dee)]
    assert states == ["coming", "coming", "waiting", "waiting"]
    assert desk.names(db, camp, "waiting") == ["Cy Reed", "Dee Moss"]
    assert [queries.place_in_line(db, found(db, camp, one.id)) for one in (people.cy, people.dee)] == [1, 2]
    assert desk.log(db, camp) == [
        ("registered", f"person:{people.ada.id}", None, {"state": "coming"}),
        ("registered", f"person:{people.bo.id}", None, {"state": "coming"}),
        ("registered", f"person:{people.cy.id}", None, {"state": "waiting"}),
        ("registered", f"person:{people.dee.id}", None, {"state": "waiting"}),
    ]


def test_without_a_capacity_everybody_comes_and_with_none_nobody(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    closed = make.conference(db, slug="full-house", capacity=0)
    assert desk.register(store, camp, people.bo) == "coming"
    assert desk.register(store, closed, people.bo) == "waiting"


def test_a_letter_says_which_it_is(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    camp.capacity = 1
    db.flush()
    desk.register(store, camp, people.bo)
    desk.register(store, camp, people.cy)
    told = [(letter.to_address, letter.subject) for letter in db.scalars(select(Letter).order_by(Letter.id))]
    assert told == [
        ("bo.finch@example.org", "Welcome to Otter BarCamp"),
        ("cy.reed@example.org", "You are on the waiting list of Otter BarCamp"),
    ]


def test_what_is_wished_for_is_kept(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    lunch = make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    dinner = make.slot(db, camp, "18:00", kind="meal", name="Dinner")
    wishes = Wishes("M", (lunch.id, dinner.id), ("vegan", "nut-free"), "No celery, please", visible=True)
    desk.register(store, camp, people.bo, wishes)
    assert Wishes.of(found(db, camp, people.bo.id)) == wishes
    assert found(db, camp, people.bo.id).conduct_agreed_at == make.NOW


def test_only_meals_of_this_conference_can_be_wished_for(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    lunch = make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    talk = make.slot(db, camp, "11:00")
    foreign = make.slot(db, make.conference(db, slug="other"), "12:00", kind="meal", name="Lunch")
    desk.register(store, camp, people.bo, Wishes(meals=(talk.id, lunch.id, foreign.id, 10**9)))
    assert Wishes.of(found(db, camp, people.bo.id)).meals == (lunch.id,)


def test_registering_twice_is_registering_once(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    camp.capacity = 1
    db.flush()
    wishes = Wishes(shirt_size="L")
    assert [desk.register(store, camp, people.bo, wishes) for _ in range(2)] == ["coming", "coming"]
    assert desk.register(store, camp, people.cy) == "waiting"
    assert [line[0] for line in desk.log(db, camp)] == ["registered", "registered"]
    assert desk.letters(db) == [("welcome", "bo.finch@example.org"), ("welcome", "cy.reed@example.org")]


def test_the_second_form_changes_what_the_first_one_wished_for(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    desk.register(store, camp, people.bo, Wishes(shirt_size="S", diets=("vegan",)))
    desk.register(store, camp, people.bo, Wishes(shirt_size="L", diets=("halal",), visible=True), LATER)
    assert Wishes.of(found(db, camp, people.bo.id)) == Wishes("L", (), ("halal",), "", visible=True)
    assert found(db, camp, people.bo.id).registered_at == make.NOW
    assert desk.log(db, camp)[1:] == [
        (
            "registration-changed", f"person:{people.bo.id}", None, {"fields": ["shirt_size", "diets", "visible"]},
        )
    ]  # fmt: skip


def test_coming_again_goes_to_the_end_of_the_line(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    camp.capacity = 1
    db.flush()
    for person in (people.ada, people.bo, people.cy):
        desk.register(store, camp, person)
    desk.cancel(store, camp, people.ada)
    assert desk.register(store, camp, people.ada, now=LATER) == "waiting"
    assert desk.names(db, camp, "coming") == ["Bo Finch"]
    assert desk.names(db, camp, "waiting") == ["Cy Reed", "Ada Oak"]
    again = found(db, camp, people.ada.id)
    assert (again.registered_at, again.conduct_agreed_at, again.cancelled_at) == (LATER, LATER, None)


def test_nobody_new_goes_before_those_who_wait(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    camp.capacity = 0
    db.flush()
    desk.register(store, camp, people.bo)
    camp.capacity = 1  # as if nobody had called promote
    db.flush()
    assert desk.register(store, camp, people.cy) == "waiting"
    assert (desk.names(db, camp, "coming"), desk.names(db, camp, "waiting")) == (["Bo Finch"], ["Cy Reed"])


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "closes", "told"),
    [
        ("12:00", None, "Registration opens 12:00 (America/Los Angeles)."),
        (None, "09:00", CLOSED_AT_NINE),
    ],
)
def test_a_closed_phase_refuses_in_words(
    db: Session, store: Store, camp: Conference, people: Cast, opens: str | None, closes: str | None, told: str
) -> None:
    desk.register(store, camp, people.cy)
    camp.registration_opens_at = make.at(opens) if opens else None
    camp.registration_closes_at = make.at(closes) if closes else None
    db.flush()
    for refused in (
        lambda: desk.register(store, camp, people.bo),
        lambda: desk.change(store, camp, people.cy, Wishes(shirt_size="L")),
    ):
        with pytest.raises(RegistrationIsClosed) as refusal:
            refused()
        assert (str(refusal.value), refusal.value.status) == (told, 409)
    assert desk.names(db, camp, "coming") == ["Cy Reed"]


def test_the_phase_is_read_once_the_conference_is_held(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    """A form may wait at the gate while an organizer closes registration."""
    with store.writing() as writing:
        loaded_before = writing.get_one(Conference, camp.id)
        writing.rollback()
        writing.expunge_all()
        writing.add(loaded_before)
        camp.registration_closes_at = make.at("09:00")
        db.flush()
        with pytest.raises(RegistrationIsClosed):
            service.register(writing, loaded_before, people.bo, Wishes(), now=make.NOW)


def test_after_the_conference_nobody_registers(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    with pytest.raises(ConferenceIsOver):
        desk.register(store, camp, people.bo, now=make.NOW + timedelta(days=1))
    assert desk.register(store, camp, people.bo, now=make.at("23:30")) == "coming"


def test_shirts_until_the_cut_off(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    camp.shirts_until = LATER
    db.flush()
    desk.register(store, camp, people.bo, Wishes(shirt_size="M"))
    with pytest.raises(ShirtsAreOrdered):
        desk.register(store, camp, people.cy, Wishes(shirt_size="M"), LATER)
    for other in ("L", None):
        with pytest.raises(ShirtsAreOrdered):
            desk.change(store, camp, people.bo, Wishes(shirt_size=other), LATER)
    desk.change(store, camp, people.bo, Wishes(shirt_size="M", diets=("vegan",)), LATER)
    assert desk.register(store, camp, people.cy, now=LATER) == "coming"
    assert Wishes.of(found(db, camp, people.bo.id)) == Wishes("M", diets=("vegan",))


def test_a_shirt_that_was_ordered_is_still_there_after_coming_again(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    camp.shirts_until = LATER
    db.flush()
    desk.register(store, camp, people.bo, Wishes(shirt_size="M"))
    desk.cancel(store, camp, people.bo)
    desk.register(store, camp, people.bo, Wishes(shirt_size="M"), LATER)
    assert found(db, camp, people.bo.id).shirt_size == "M"


def test_a_size_that_is_not_offered(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    with pytest.raises(NoSuchShirt, match="There is no T-shirt in size XXS any more"):
        desk.register(store, camp, people.bo, Wishes(shirt_size="XXS"))
    assert desk.log(db, camp) == []


def test_changing_what_is_not_there(store: Store, camp: Conference, people: Cast) -> None:
    with pytest.raises(NotRegistered):
        desk.change(store, camp, people.bo, Wishes())
    desk.register(store, camp, people.bo)
    desk.cancel(store, camp, people.bo)
    with pytest.raises(NotRegistered):
        desk.change(store, camp, people.bo, Wishes())


# ---- all at once -----------------------------------------------------------------------------------------------------


def test_thirty_at_once_for_ten_places(db: Session, store: Store, camp: Conference) -> None:
    camp.capacity = 10
    guests = desk.crowd(db, 30)
    states = desk.at_once([partial(desk.register, store, camp, person) for person in guests])
    assert Counter(states) == {"coming": 10, "waiting": 20}
    rows = db.execute(select(Registration.state, Registration.queued_revision).order_by(Registration.queued_revision))
    assert [tuple(row) for row in rows] == [("coming" if at <= 10 else "waiting", at) for at in range(1, 31)]
    assert {line[3]["state"] for line in desk.log(db, camp)[:10]} == {"coming"}
    assert Counter(kind for kind, _reader in desk.letters(db)) == {"welcome": 30}
    assert len({reader for _kind, reader in desk.letters(db)}) == 30


def test_one_person_many_times_at_once(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    states = desk.at_once([lambda: desk.register(store, camp, people.bo)] * 8)
    assert states == ["coming"] * 8
    assert db.scalar(select(func.count()).select_from(Registration)) == 1
    assert desk.letters(db) == [("welcome", "bo.finch@example.org")]


def test_cancelling_at_once_promotes_exactly_as_many(db: Session, store: Store, camp: Conference) -> None:
    camp.capacity = 10
    guests = desk.crowd(db, 30)
    for person in guests:
        desk.register(store, camp, person)
    answers = desk.at_once([partial(desk.cancel, store, camp, person) for person in guests[:6]])
    assert answers == [None] * 6
    assert desk.names(db, camp, "coming") == [f"Guest {n}" for n in range(6, 16)]
    assert desk.names(db, camp, "waiting") == [f"Guest {n}" for n in range(16, 30)]
    promoted = [reader for kind, reader in desk.letters(db) if kind == "promoted"]
    assert promoted == [f"guest.{n}@example.org" for n in range(10, 16)]
    assert [line[0] for line in desk.log(db, camp)].count("registration-promoted") == 6


def test_coming_and_going_at_once_never_overfills(db: Session, store: Store, camp: Conference) -> None:
    camp.capacity = 5
    guests, late = desk.crowd(db, 10), [make.person(db, f"Late {n}") for n in range(10)]
    for person in guests:
        desk.register(store, camp, person)
    leaving = [partial(desk.cancel, store, camp, person) for person in guests]
    arriving = [partial(desk.register, store, camp, person) for person in late]
    answers = desk.at_once([*leaving, *arriving])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    everybody = dict(db.execute(select(Registration.state, func.count()).group_by(Registration.state)).all())
    assert everybody == {"coming": 5, "waiting": 5, "cancelled": 10}
