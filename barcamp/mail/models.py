"""Letter: one mail to send, or sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from barcamp.db import Base


class Letter(Base):
    """A row of the outbox. Its state can be read off the instants: due, sent, or given up."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_waiting", "sent_at", "given_up_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    to_address: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    text: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    calendar: Mapped[bytes | None] = mapped_column(deferred=True)  # iCalendar, sent along
