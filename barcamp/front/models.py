"""How often each table has been changed."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from barcamp.db import Base


class Mark(Base):
    """A table and the number of transactions that have changed it; on SQLite only, PostgreSQL tells (marks.py)."""

    __tablename__ = "mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
