"""Worker: a jobs worker and when it was seen last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from barcamp.db import Base


class Worker(Base):
    """A process that does jobs, on whichever machine. It says that it lives, and at its end that it went."""

    __tablename__ = "worker"
    __table_args__ = {"info": {"unshown": True}}  # noqa: RUF012 - SQLAlchemy reads it

    name: Mapped[str] = mapped_column(primary_key=True)
    machine: Mapped[str]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
