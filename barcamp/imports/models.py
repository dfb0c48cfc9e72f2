"""Import: a schedule from elsewhere, read and shown, then taken or not."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from barcamp.db import Base

ImportKind = Literal["xml", "json", "ics"]
ImportState = Literal["waiting", "running", "ready", "failed", "taken", "discarded"]


class Import(Base):
    """A file or an address that an organizer gave. `found` is what was read from it, in the form of found.py; `report`
    says what was not understood, or why there is nothing. `source` is forgotten once it is read.
    """

    __tablename__ = "import"
    __table_args__ = (
        CheckConstraint("kind IN ('xml', 'json', 'ics')", name="kind"),
        CheckConstraint("state IN ('waiting', 'running', 'ready', 'failed', 'taken', 'discarded')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    kind: Mapped[ImportKind | None] = mapped_column(Text)
    name: Mapped[str]  # the file's name or the address
    state: Mapped[ImportState] = mapped_column(Text)
    source: Mapped[bytes | None] = mapped_column(deferred=True)
    found: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    asked_at: Mapped[datetime]
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
