"""What the pages' toolkit keeps: how much of an allowance somebody has used."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from barcamp.db import Base


class Bucket(Base):
    """One key's bucket of an allowance (limits.py). A full one has no row.

    `key` is a hash of whose and of what; `full_at` the moment at which it is full again, in microseconds since 1970.
    """

    __tablename__ = "bucket"
    __table_args__ = {"info": {"unshown": True}}  # noqa: RUF012 - SQLAlchemy reads it

    key: Mapped[bytes] = mapped_column(primary_key=True)
    full_at: Mapped[int]
