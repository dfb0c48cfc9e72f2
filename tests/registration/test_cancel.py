"""Cancelling, moving up, and being forgotten."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.registration import queries
from barcamp.registration.errors import ConferenceIsOver
from barcamp.registration.models import Registration, RegistrationMeal
from barcamp.registration.service import Wishes
from tests import make
from tests.people import Cast
from tests.registration import desk

LATER = make.NOW + timedelta(hours=1)


@pytest.fixture
def small(db: Session, camp: Conference) -> Conference:
    """One place."""
    camp.capacity = 1
    db.flush()
    return camp


def test_the_first_of_the_line_moves_up_with_a_line_in_the_log_and_a_letter(
    db: Session, store: Store, small: Conference, people: Cast
) -> None:
    for person in (people.bo, people.cy, people.dee):
        desk.register(store, small, person)
    desk.cancel(store, small, people.bo, LATER)
    assert [desk.names(db, small, state) for state in ("coming", "waiting", "cancelled")] == [
        ["Cy Reed"], ["Dee Moss"], ["Bo Finch"],
    ]  # fmt: skip
    assert desk.log(db, small)[3:] == [
        ("registration-cancelled", f"person:{people.bo.id}", {"state": "coming"}, {"state": "cancelled"}),
        ("registration-promoted", f"person:{people.cy.id}", {"state": "waiting"}, {"state": "coming"}),
    ]
    assert desk.letters(db)[3:] == [("promoted", "cy.reed@example.org")]
    cy = queries.find_registration(db, small, people.cy.id)
    assert cy is not None
    assert (cy.promoted_at, cy.registered_at) == (LATER, make.NOW)


def test_leaving_the_line_frees_no_place(db: Session, store: Store, small: Conference, people: Cast) -> None:
    for person in (people.bo, people.cy, people.dee):
        desk.register(store, small, person)
    desk.cancel(store, small, people.cy)
    assert [desk.names(db, small, state) for state in ("coming", "waiting")] == [["Bo Finch"], ["Dee Moss"]]
    assert [kind for kind, _reader in desk.letters(db)] == ["welcome"] * 3


def test_cancelling_twice_is_cancelling_once(db: Session, store: Store, small: Conference, people: Cast) -> None:
    for person in (people.bo, people.cy, people.dee):
        desk.register(store, small, person)
    desk.cancel(store, small, people.bo)
    desk.cancel(store, small, people.bo)
    assert desk.names(db, small, "waiting") == ["Dee Moss"]
    assert [line[0] for line in desk.log(db, small)].count("registration-cancelled") == 1


def test_what_the_kitchen_was_told_is_forgotten(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    lunch = make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    desk.register(store, camp, people.bo, Wishes("M", (lunch.id,), ("vegan",), "No celery", visible=True))
    desk.cancel(store, camp, people.bo)
    left = queries.find_registration(db, camp, people.bo.id)
    assert left is not None
    assert Wishes.of(left) == Wishes(shirt_size="M")
    assert db.scalars(select(RegistrationMeal)).all() == []


def test_cancelling_is_possible_until_the_conference_ends(
    db: Session, store: Store, small: Conference, people: Cast
) -> None:
    small.registration_closes_at = LATER
    db.flush()
    for person in (people.bo, people.cy):
        desk.register(store, small, person)
    desk.cancel(store, small, people.bo, make.at("17:00"))
    assert desk.names(db, small, "coming") == ["Cy Reed"]
    with pytest.raises(ConferenceIsOver):
        desk.cancel(store, small, people.cy, make.NOW + timedelta(days=1))
    assert desk.names(db, small, "coming") == ["Cy Reed"]


# ---- more places -----------------------------------------------------------------------------------------------------


def test_as_many_move_up_as_places_allow(db: Session, store: Store, small: Conference) -> None:
    guests = desk.crowd(db, 6)
    for person in guests:
        desk.register(store, small, person)
    small.capacity = 3
    db.flush()
    assert desk.promote(store, small) == [guests[1].id, guests[2].id]
    assert desk.promote(store, small) == []
    assert desk.letters(db)[6:] == [("promoted", "guest.1@example.org"), ("promoted", "guest.2@example.org")]

    small.capacity = None
    db.flush()
    assert desk.promote(store, small) == [guest.id for guest in guests[3:]]
    assert desk.names(db, small, "waiting") == []


def test_a_lower_capacity_throws_nobody_out_and_lets_nobody_in(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    camp.capacity = 2
    db.flush()
    for person in (people.ada, people.bo, people.cy):
        desk.register(store, camp, person)
    camp.capacity = 1
    db.flush()
    assert desk.promote(store, camp) == []
    desk.cancel(store, camp, people.ada)
    assert [desk.names(db, camp, state) for state in ("coming", "waiting")] == [["Bo Finch"], ["Cy Reed"]]
    desk.cancel(store, camp, people.bo)
    assert [desk.names(db, camp, state) for state in ("coming", "waiting")] == [["Cy Reed"], []]


def test_after_the_conference_nobody_moves_up(db: Session, store: Store, small: Conference, people: Cast) -> None:
    for person in (people.bo, people.cy):
        desk.register(store, small, person)
    small.capacity = 5
    db.flush()
    assert desk.promote(store, small, make.NOW + timedelta(days=1)) == []
    assert desk.names(db, small, "waiting") == ["Cy Reed"]


# ---- forgotten -------------------------------------------------------------------------------------------------------


def test_who_is_forgotten_leaves_their_place_to_the_next(
    db: Session, store: Store, small: Conference, people: Cast
) -> None:
    other = make.conference(db, slug="other", capacity=0)
    third = make.conference(db, slug="third")
    lunch = make.slot(db, small, "12:00", kind="meal", name="Lunch")
    desk.register(store, small, people.bo, Wishes(meals=(lunch.id,), diets=("vegan",)))
    for camp, person in ((small, people.cy), (other, people.bo), (other, people.dee), (third, people.bo)):
        desk.register(store, camp, person)
    desk.cancel(store, third, people.bo)

    desk.forget(store, people.bo)
    assert db.scalars(select(Registration).where(Registration.person_id == people.bo.id)).all() == []
    assert db.scalars(select(RegistrationMeal)).all() == []
    assert desk.names(db, small, "coming") == ["Cy Reed"]
    assert desk.names(db, other, "waiting") == ["Dee Moss"]
    assert [line[0] for line in desk.log(db, small)] == [
        "registered", "registered", "registration-cancelled", "registration-promoted",
    ]  # fmt: skip
    assert [line[0] for line in desk.log(db, other)] == ["registered", "registered", "registration-cancelled"]
    assert [line[0] for line in desk.log(db, third)] == ["registered", "registration-cancelled"]


def test_forgetting_at_once_promotes_exactly_as_many(db: Session, store: Store, camp: Conference) -> None:
    other = make.conference(db, slug="other", capacity=4)
    camp.capacity = 4
    guests = desk.crowd(db, 12)
    for person in guests:
        desk.register(store, camp, person)
    for person in reversed(guests):
        desk.register(store, other, person)
    answers = desk.at_once([partial(desk.forget, store, person) for person in guests[:4]])
    assert answers == [None] * 4
    assert desk.names(db, camp, "coming") == [f"Guest {n}" for n in (4, 5, 6, 7)]
    assert desk.names(db, other, "coming") == [f"Guest {n}" for n in (11, 10, 9, 8)]
    assert desk.names(db, other, "waiting") == [f"Guest {n}" for n in (7, 6, 5, 4)]


def test_a_meal_that_is_taken_off_the_day_takes_its_wishes_along(
    db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    lunch = make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    dinner = make.slot(db, camp, "18:00", kind="meal", name="Dinner")
    desk.register(store, camp, people.bo, Wishes(meals=(lunch.id, dinner.id)))
    db.delete(lunch)
    db.flush()
    db.expire_all()
    left = queries.find_registration(db, camp, people.bo.id)
    assert left is not None
    assert Wishes.of(left) == Wishes(meals=(dinner.id,))
