"""Every SELECT about people, their devices and their codes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from barcamp.people.models import NO_LINK, Device, Person, SignInCode

#: A browser that was not seen for so long is signed out, and each one after so long: whoever comes to one camp a year
#: signs in once a year.
UNSEEN, LASTS = timedelta(days=90), timedelta(days=365)
# which of PostgreSQL's advisory locks are about people
_ERASING, _CODES = 7_204, 7_206


Instant = datetime | BindParameter[datetime]


def find_device(db: Session, token_hash: bytes, *, now: datetime) -> Device | None:
    """The signed-in browser with this token, with its person, who is never an erased one. See `is_over`."""
    asked = {"token_hash": token_hash, "unseen_since": now - UNSEEN, "begun_before": now - LASTS}
    return db.scalars(_device(), asked).one_or_none()


@cache
def _device() -> Select[Device]:
    """Every page of somebody's asks for it, and to put a statement together takes longer than to run it."""
    is_over = _is_over(bindparam("unseen_since"), bindparam("begun_before"))
    return (
        select(Device)
        .join(Device.person)
        .where(Device.token_hash == bindparam("token_hash"), Person.erased_at.is_(None), ~is_over)
        .options(contains_eager(Device.person))
    )


def is_over(now: datetime) -> ColumnElement[bool]:
    """The condition that a sign-in has ended by itself: nobody came for long, or it has lasted for too long."""
    return _is_over(now - UNSEEN, now - LASTS)


def _is_over(unseen_since: Instant, begun_before: Instant) -> ColumnElement[bool]:
    return or_(Device.seen_at < unseen_since, Device.created_at < begun_before)


def alive(db: Session, device_ids: Collection[int], *, now: datetime) -> set[int]:
    """Those of these sign-ins that still hold."""
    return set(db.scalars(select(Device.id).where(Device.id.in_(device_ids), ~is_over(now))))


def hold_person(db: Session, person_id: int) -> Person | None:
    """A person, never an erased one, locked until the commit: two requests of theirs stand in a line."""
    return db.scalars(
        select(Person)
        .where(Person.id == person_id, Person.erased_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def keep_from_erasing(db: Session, person_id: int) -> None:
    """Whoever erases this person waits for our commit; where they came first, we wait for theirs. Take it before any
    other lock. It is no row's lock, since many transactions share it and some of them change the row later.
    """
    if db.get_bind().dialect.name == "postgresql":  # on SQLite a writing transaction is alone anyway
        db.execute(select(func.pg_advisory_xact_lock_shared(_ERASING, func.hashint8(person_id))))


def hold_for_erasing(db: Session, person_id: int) -> Person | None:
    """A person who is not erased yet, once nothing of theirs is under way any more. See `keep_from_erasing`."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(_ERASING, func.hashint8(person_id))))
    return hold_person(db, person_id)


def find_person(db: Session, email_key: str) -> Person | None:
    return db.scalars(select(Person).where(Person.email_key == email_key)).one_or_none()


def devices(db: Session, person_id: int) -> Sequence[Device]:
    """Where somebody is signed in, the most recently seen first."""
    return db.scalars(
        select(Device).where(Device.person_id == person_id).order_by(Device.seen_at.desc(), Device.id.desc())
    ).all()


def find_own_device(db: Session, person_id: int, device_id: int) -> Device | None:
    return db.scalars(select(Device).where(Device.person_id == person_id, Device.id == device_id)).one_or_none()


def hold_code(db: Session, code_id: int) -> SignInCode | None:
    """A code by its id, locked until the commit."""
    return db.scalars(select(SignInCode).where(SignInCode.id == code_id).with_for_update()).one_or_none()


def find_link(db: Session, link_hash: bytes) -> SignInCode | None:
    return db.scalars(select(SignInCode).where(SignInCode.link_hash == link_hash)).one_or_none()


def hold_link(db: Session, link_hash: bytes) -> SignInCode | None:
    """As `find_link`, locked until the commit: of two that use it at once, the second sees that it is used."""
    return db.scalars(select(SignInCode).where(SignInCode.link_hash == link_hash).with_for_update()).one_or_none()


def hold_codes(db: Session, email_key: str) -> None:
    """Whoever else asks for codes to this address, or guesses at one, waits for our commit. Take it before any other
    lock. It is no row's lock: there may be none yet.
    """
    if db.get_bind().dialect.name == "postgresql":  # on SQLite a writing transaction is alone anyway
        db.execute(select(func.pg_advisory_xact_lock(_CODES, func.hashtext(email_key))))


def code_times(db: Session, email_key: str, since: datetime, *, with_link: bool) -> Sequence[datetime]:
    """When codes were mailed to an address after an instant, oldest first."""
    of_this_kind = SignInCode.next_path != NO_LINK if with_link else SignInCode.next_path == NO_LINK
    return db.scalars(
        select(SignInCode.created_at)
        .where(
            SignInCode.email_key == email_key,
            SignInCode.code_hash.is_not(None),
            SignInCode.created_at > since,
            of_this_kind,
        )
        .order_by(SignInCode.created_at)
    ).all()


def wrong_guesses(db: Session, email_key: str, since: datetime) -> int:
    """How many wrong codes were typed for those mailed to an address after an instant."""
    return db.execute(
        select(func.coalesce(func.sum(SignInCode.wrong_guesses), 0)).where(
            SignInCode.email_key == email_key, SignInCode.created_at > since
        )
    ).scalar_one()


def count_people(db: Session) -> int:
    return db.execute(select(func.count(Person.id))).scalar_one()
