"""What a person would read in the letters: the code and the link, straight from the outbox."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.mail.models import Letter


def letters(db: Session, to: str) -> list[Letter]:
    """All letters to an address, oldest first, as the database has them now."""
    db.expire_all()
    return list(db.scalars(select(Letter).where(Letter.to_address == to).order_by(Letter.id)))


def code(db: Session, to: str) -> str:
    """The six digits of the newest letter."""
    found = re.search(r"^ +(\d{6})$", letters(db, to)[-1].text, re.MULTILINE)
    assert found is not None
    return found[1]


def link(db: Session, to: str) -> str:
    """The path of the sign-in link in the newest letter."""
    found = re.search(r"http://127\.0\.0\.1:8000(/sign-in/link/\S+)", letters(db, to)[-1].text)
    assert found is not None
    return found[1]


def other_than(right: str) -> str:
    """Six digits that are not these."""
    return f"{(int(right) + 1) % 1_000_000:06}"
