"""Every SELECT about people, their devices and their codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from barcamp.people.models import Device, Person, SignInCode

_ERASING = 7_204  # which of PostgreSQL's advisory locks are about people


def find_device(db: Session, token_hash: bytes) -> Device | None:
    """The signed-in browser with this token, with its person, who is never an erased one."""
    return db.scalars(
        select(Device)
        .join(Device.person)
        .where(Device.token_hash == token_hash, Person.erased_at.is_(None))
        .options(contains_eager(Device.person))
    ).one_or_none()


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


def latest_code(db: Session, email_key: str) -> SignInCode | None:
    """The newest mailed code of an address, used or not."""
    return db.scalars(
        select(SignInCode)
        .where(SignInCode.email_key == email_key, SignInCode.code_hash.is_not(None))
        .order_by(SignInCode.id.desc())
        .limit(1)
    ).one_or_none()


def hold_latest_code(db: Session, email_key: str) -> SignInCode | None:
    """As `latest_code`, locked until the commit, so that guesses stand in a line and each is counted."""
    return db.scalars(
        select(SignInCode)
        .where(SignInCode.email_key == email_key, SignInCode.code_hash.is_not(None))
        .order_by(SignInCode.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()


def code_times(db: Session, email_key: str, since: datetime) -> Sequence[datetime]:
    """When codes were mailed to an address after an instant, oldest first."""
    return db.scalars(
        select(SignInCode.created_at)
        .where(SignInCode.email_key == email_key, SignInCode.code_hash.is_not(None), SignInCode.created_at > since)
        .order_by(SignInCode.created_at)
    ).all()


def count_people(db: Session) -> int:
    return db.execute(select(func.count(Person.id))).scalar_one()
