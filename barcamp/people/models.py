"""Person, Device (one signed-in browser) and SignInCode (one mailed code and link)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barcamp.db import Base

#: Where a code leads to that has no link, since it signs nobody in.
NO_LINK = ""


class Person(Base):
    """Somebody with a name and an address. A walk-in gave a name alone; of an erased person only the row is left."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("name <> '' OR erased_at IS NOT NULL", name="has_a_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    email_key: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    @property
    def is_walk_in(self) -> bool:
        return self.email is None and self.erased_at is None


class Device(Base):
    """One browser that is signed in. Only the token's hash is kept, so that a copy of the database signs nobody in."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    label: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class SignInCode(Base):
    """A one-time code and link, mailed or printed. Used once, for a short time, after few wrong guesses."""

    __tablename__ = "sign_in_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    code_hash: Mapped[bytes | None]
    link_hash: Mapped[bytes] = mapped_column(unique=True)
    next_path: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wrong_guesses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
