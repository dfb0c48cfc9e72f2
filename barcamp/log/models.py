"""Head (how far a conference's log has come) and Change (one line of it)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from barcamp.db import Base


class Head(Base):
    """One row a conference: its revision. The row's lock is what puts the conference's changes in order."""

    __tablename__ = "log_head"

    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)


class Change(Base):
    """One thing that happened: who, what kind, to what, and the values before and after.

    Never holds an e-mail address, a diet or anything else a person could want erased: `before` and `after`
    carry facts of the conference, and the actor is forgotten when the person is.
    """

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_subject", "conference_id", "subject"),)

    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
