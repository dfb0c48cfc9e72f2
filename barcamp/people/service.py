"""What people do with their accounts. Codes and links are in codes.py; what a person has elsewhere is not known."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from barcamp.mail import letters
from barcamp.mail.links import Links
from barcamp.people import addresses, queries
from barcamp.people.codes import LIVES, make_link
from barcamp.people.errors import AddressTaken, LinkGone
from barcamp.people.models import Device, Person, SignInCode

__all__ = [
    "change_address", "end_device", "end_devices", "end_sign_ins", "erase", "find_or_make_person", "finish",
    "forget_old", "make_link", "person_of", "rename", "renew_hash", "set_password", "sign_in", "touch", "walk_in",
]  # fmt: skip

CODES_KEPT = timedelta(days=2)
SEEN_EVERY = timedelta(hours=1)


def person_of(db: Session, code: SignInCode, *, now: datetime) -> Person | None:
    """Whom a used code or link signs in; a new person is made when a name came with it. None: ask for a name."""
    if code.name:
        return find_or_make_person(db, code.email, code.name, now=now)
    return queries.find_person(db, code.email_key)


def finish(db: Session, code_id: int, name: str, *, now: datetime) -> Person:
    """Make the person whose address was proven by a code or link without a name. Works once, for 15 minutes.

    Raises:
        LinkGone: it has been done, or the proof is too old.
    """
    code = queries.hold_code(db, code_id)
    if code is None or code.used_at is None or code.used_at + LIVES <= now or code.name:
        raise LinkGone
    code.name = name
    return find_or_make_person(db, code.email, name, now=now)


def find_or_make_person(db: Session, email: str, name: str, *, now: datetime) -> Person:
    """The person with this address; made with this name where there is none. Two at once make one."""
    email_key = addresses.key(email)
    found = queries.find_person(db, email_key)
    if found is not None:
        return found
    person = Person(name=name, email=email, email_key=email_key, created_at=now)
    try:
        with db.begin_nested():
            db.add(person)
    except IntegrityError:
        other = queries.find_person(db, email_key)
        if other is None:
            raise
        return other
    return person


def walk_in(db: Session, name: str, *, now: datetime) -> Person:
    """Somebody who gives a name alone. They are who holds this browser's cookie, until they add an address."""
    person = Person(name=name, created_at=now)
    db.add(person)
    db.flush()
    return person


def sign_in(db: Session, person: Person, *, label: str, now: datetime) -> str:
    """Sign a browser in. Returns the token for its cookie, which is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    db.add(
        Device(
            person_id=person.id,
            token_hash=hashlib.sha256(token.encode()).digest(),
            label=label,
            created_at=now,
            seen_at=now,
        )
    )
    return token


def touch(db: Session, device_id: int, *, now: datetime) -> None:
    """This browser was here; written down once an hour at the most."""
    db.execute(update(Device).where(Device.id == device_id, Device.seen_at <= now - SEEN_EVERY).values(seen_at=now))


def end_device(db: Session, device: Device) -> None:
    """Sign a browser out: its cookie is worth nothing from the commit on."""
    db.execute(delete(Device).where(Device.id == device.id))


def end_devices(db: Session, person_id: int, *, but: int | None = None) -> None:
    """Sign out everywhere, or everywhere else."""
    others = Device.person_id == person_id
    db.execute(delete(Device).where(others if but is None else others & (Device.id != but)))


def end_sign_ins(db: Session, email_keys: Collection[str] | None) -> int:
    """Sign out the people with these addresses, or with None everybody. Returns how many browsers that were."""
    whose = select(Person.id).where(Person.email_key.in_(email_keys or ()))
    which = true() if email_keys is None else Device.person_id.in_(whose)
    return len(db.scalars(delete(Device).where(which).returning(Device.id)).all())


def rename(db: Session, person: Person, name: str) -> None:
    db.execute(update(Person).where(Person.id == person.id).values(name=name))


def set_password(db: Session, person_id: int, password_hash: str | None) -> None:
    """Set a password (as its hash), or remove it with None."""
    still_there = (Person.id == person_id) & Person.erased_at.is_(None)  # a hash takes time, in which they may go
    db.execute(update(Person).where(still_there).values(password_hash=password_hash))


def renew_hash(db: Session, person_id: int, *, old: str, new: str) -> None:
    """Keep the same password by a newer hash, unless it was changed or removed while that was made."""
    still_it = (Person.id == person_id) & (Person.password_hash == old)
    db.execute(update(Person).where(still_it).values(password_hash=new))


def change_address(db: Session, person: Person, email: str, *, links: Links, now: datetime) -> None:
    """Use another address, which has just been proven. The old one is told.

    Raises:
        AddressTaken: it has an account of its own.
    """
    old, email_key = person.email, addresses.key(email)
    other = queries.find_person(db, email_key)
    if other is not None and other.id != person.id:
        raise AddressTaken
    try:
        with db.begin_nested():
            db.execute(update(Person).where(Person.id == person.id).values(email=email, email_key=email_key))
    except IntegrityError as problem:
        raise AddressTaken from problem
    if old is not None and addresses.key(old) != email_key:
        letters.address_changed(db, person, old, links=links, now=now)


def erase(db: Session, person: Person, *, now: datetime) -> None:
    """Forget who somebody was and end all sign-ins. What they have in other packages is forgotten before this."""
    db.execute(delete(Device).where(Device.person_id == person.id))
    if person.email_key is not None:
        db.execute(delete(SignInCode).where(SignInCode.email_key == person.email_key))
    db.execute(
        update(Person)
        .where(Person.id == person.id)
        .values(name="", email=None, email_key=None, password_hash=None, erased_at=now)
    )


def forget_old(db: Session, *, now: datetime) -> None:
    """Drop codes and links that have long ended, and sign-ins that have ended by themselves."""
    db.execute(delete(SignInCode).where(SignInCode.expires_at < now - CODES_KEPT))
    db.execute(delete(Device).where(queries.is_over(now)))
