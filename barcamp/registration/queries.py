"""Every SELECT about registrations: one's own, the line for a place, the organizers' list, and the counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.people.models import Person
from barcamp.registration.models import DIETS, Registration, RegistrationMeal, RegistrationState
from barcamp.venue.models import Slot

LONGEST_SEARCH = 100  # characters of a search, folded


@dataclass(frozen=True, slots=True)
class Totals:
    """How many are in each state, and how many places there are (None: no limit)."""

    coming: int
    waiting: int
    cancelled: int
    capacity: int | None

    @property
    def is_full(self) -> bool:
        """Whether the next one who registers has to wait: no place is free, or others wait already."""
        return self.waiting > 0 or (self.capacity is not None and self.coming >= self.capacity)


@dataclass(frozen=True, slots=True)
class ShirtCount:
    """How many want one size; `size` is None for those without a T-shirt."""

    size: str | None
    coming: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the organizers' list. `place` is the number in the line, for those who wait."""

    id: int
    name: str
    email: str
    state: RegistrationState
    place: int | None
    shirt_size: str | None
    meal_ids: tuple[int, ...]
    diets: tuple[str, ...]
    diet_note: str
    registered_at: datetime


# ---- one's own -------------------------------------------------------------------------------------------------------


def find_registration(
    db: Session, conference: Conference, person_id: int, *, fresh: bool = False
) -> Registration | None:
    """A person's registration, also a cancelled one, with its meals. `fresh` reads again what was read before."""
    return db.scalars(
        select(Registration)
        .where(Registration.conference_id == conference.id, Registration.person_id == person_id)
        .options(selectinload(Registration.meals))
        .execution_options(populate_existing=fresh)
    ).one_or_none()


def find_by_id(
    db: Session, conference: Conference, registration_id: int, *, fresh: bool = False
) -> Registration | None:
    """A registration at this conference, with its person and meals."""
    return db.scalars(
        select(Registration)
        .where(Registration.conference_id == conference.id, Registration.id == registration_id)
        .options(joinedload(Registration.person), selectinload(Registration.meals))
        .execution_options(populate_existing=fresh)
    ).one_or_none()


def conferences_of(db: Session, person_id: int) -> Sequence[Conference]:
    """Where a person has a registration, by id: the order in which several conferences are held."""
    return db.scalars(
        select(Conference)
        .join(Registration, Registration.conference_id == Conference.id)
        .where(Registration.person_id == person_id)
        .order_by(Conference.id)
    ).all()


def meal_slots(db: Session, conference: Conference) -> Sequence[Slot]:
    """The meals of the conference, by time."""
    return db.scalars(
        select(Slot).where(Slot.conference_id == conference.id, Slot.kind == "meal").order_by(Slot.starts_at)
    ).all()


# ---- the line --------------------------------------------------------------------------------------------------------


def totals(db: Session, conference: Conference) -> Totals:
    counts = dict(
        db.execute(
            select(Registration.state, func.count())
            .where(Registration.conference_id == conference.id)
            .group_by(Registration.state)
        ).all()
    )
    return Totals(counts.get("coming", 0), counts.get("waiting", 0), counts.get("cancelled", 0), conference.capacity)


def place_in_line(db: Session, registration: Registration) -> int:
    """1 for the one who comes next."""
    before = db.execute(
        select(func.count())
        .select_from(Registration)
        .where(
            Registration.conference_id == registration.conference_id,
            Registration.state == "waiting",
            Registration.queued_revision < registration.queued_revision,
        )
    ).scalar_one()
    return before + 1


def first_in_line(db: Session, conference: Conference, most: int | None) -> Sequence[Registration]:
    """The first `most` (None: all) of those who wait, with their people, read anew."""
    return db.scalars(
        select(Registration)
        .where(Registration.conference_id == conference.id, Registration.state == "waiting")
        .options(joinedload(Registration.person))
        .order_by(Registration.queued_revision)
        .limit(most)
        .execution_options(populate_existing=True)
    ).all()


# ---- the organizers' list --------------------------------------------------------------------------------------------


def matching_ids(
    db: Session, conference: Conference, *, state: RegistrationState | None = None, q: str = "", by_email: bool = False
) -> list[int]:
    """The registrations in this state whose name (or e-mail address, if `by_email`) holds every word of `q`.

    Those who come first, by name; then the line, in its order; then those who cancelled, by name.
    """
    in_order = case((Registration.state == "coming", 0), (Registration.state == "waiting", 1), else_=2)
    in_line = case((Registration.state == "waiting", Registration.queued_revision), else_=0)
    query = (
        select(Registration.id, Person.name, Person.email)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.conference_id == conference.id)
        .order_by(in_order, in_line, func.lower(Person.name), Registration.id)
    )
    if state is not None:
        query = query.where(Registration.state == state)
    words = fold(q)[:LONGEST_SEARCH].split()
    # compared here and not by LIKE: the database knows neither our folding nor what "%" should mean
    return [
        registration_id
        for registration_id, name, email in db.execute(query)
        if not words or _holds_all(words, f"{name} {email or ''}" if by_email else name)
    ]


def listed(db: Session, conference: Conference, ids: Sequence[int] | None = None) -> list[Listed]:
    """The list's lines for these ids, in their order; without ids for everybody, in the order of `matching_ids`."""
    ids = matching_ids(db, conference) if ids is None else ids
    line = (
        select(Registration.id, func.row_number().over(order_by=Registration.queued_revision).label("place"))
        .where(Registration.conference_id == conference.id, Registration.state == "waiting")
        .subquery()
    )
    chosen = Registration.conference_id == conference.id
    if len(ids) <= 500:  # more are quicker read whole than named one by one
        chosen = chosen & Registration.id.in_(ids)
    rows = db.execute(
        select(Registration, Person.name, Person.email, line.c.place)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(line, line.c.id == Registration.id)
        .where(chosen)
    )
    meals: defaultdict[int, list[int]] = defaultdict(list)
    for registration_id, slot_id in db.execute(
        select(RegistrationMeal.registration_id, RegistrationMeal.slot_id)
        .join(Registration, Registration.id == RegistrationMeal.registration_id)
        .join(Slot, Slot.id == RegistrationMeal.slot_id)
        .where(chosen)
        .order_by(Slot.starts_at)
    ):
        meals[registration_id].append(slot_id)
    by_id = {
        one.id: Listed(
            one.id, name, email or "", one.state, place, one.shirt_size, tuple(meals[one.id]), tuple(one.diets),
            one.diet_note, one.registered_at,
        )
        for one, name, email, place in rows
    }  # fmt: skip
    return [by_id[one] for one in ids if one in by_id]


# ---- counts for T-shirts and the kitchen -----------------------------------------------------------------------------


def shirt_counts(db: Session, conference: Conference) -> list[ShirtCount]:
    """How many want each size, in the conference's order; sizes no longer offered after it, no T-shirt last."""
    counts: Counter[tuple[str | None, str]] = Counter()
    for size, state, count in db.execute(
        select(Registration.shirt_size, Registration.state, func.count())
        .where(Registration.conference_id == conference.id, Registration.state != "cancelled")
        .group_by(Registration.shirt_size, Registration.state)
    ):
        counts[size, state] = count
    offered: list[str | None] = [*conference.shirt_sizes]
    gone = sorted({size for size, _state in counts if size is not None and size not in offered})
    return [ShirtCount(size, counts[size, "coming"], counts[size, "waiting"]) for size in [*offered, *gone, None]]


def meal_counts(db: Session, conference: Conference) -> list[tuple[Slot, int]]:
    """Each meal and how many of those who come want it."""
    wanted = (
        select(RegistrationMeal.slot_id, func.count().label("eaters"))
        .join(Registration, Registration.id == RegistrationMeal.registration_id)
        .where(Registration.conference_id == conference.id, Registration.state == "coming")
        .group_by(RegistrationMeal.slot_id)
        .subquery()
    )
    return [
        (slot, eaters)
        for slot, eaters in db.execute(
            select(Slot, func.coalesce(wanted.c.eaters, 0))
            .outerjoin(wanted, wanted.c.slot_id == Slot.id)
            .where(Slot.conference_id == conference.id, Slot.kind == "meal")
            .order_by(Slot.starts_at)
        )
    ]


def diet_counts(db: Session, conference: Conference) -> dict[str, int]:
    """How many of those who come eat so, in the order of DIETS; diets that nobody has are left out."""
    counts = Counter(
        diet
        for diets in db.scalars(
            select(Registration.diets).where(
                Registration.conference_id == conference.id,
                Registration.state == "coming",
                cast(Registration.diets, Text) != "[]",
            )
        )
        for diet in diets
    )
    return {diet: counts[diet] for diet in DIETS if counts[diet]}


def diet_notes(db: Session, conference: Conference) -> list[str]:
    """What those who come have written to the kitchen, by alphabet, so that the order gives nobody away."""
    return sorted(
        db.scalars(
            select(Registration.diet_note).where(
                Registration.conference_id == conference.id,
                Registration.state == "coming",
                Registration.diet_note != "",
            )
        )
    )


# ---- who comes, as far as they say so --------------------------------------------------------------------------------


def visible_names(db: Session, conference: Conference) -> Sequence[str]:
    """The names of those who come and want it known."""
    return db.scalars(
        select(Person.name)
        .join(Registration, Registration.person_id == Person.id)
        .where(Registration.conference_id == conference.id, Registration.state == "coming", Registration.visible)
        .order_by(func.lower(Person.name), Person.id)
    ).all()


def _holds_all(words: Sequence[str], text: str) -> bool:
    folded = fold(text)
    return all(word in folded for word in words)
