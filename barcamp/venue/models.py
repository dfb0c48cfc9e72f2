"""Room, Closure (when a room cannot be used) and Slot (a stretch of the day: for talks, a break or a meal)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barcamp.db import Base

SlotKind = Literal["talks", "break", "meal"]

# what a room can have and a note can need, in the order shown; words for people are in words.py of the pages
EQUIPMENT = ("projector", "sound", "whiteboard", "video", "kitchen")


class Room(Base):
    """A room with its seats. `key` is its name in addresses and stays when the room is renamed."""

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("conference_id", "name"),
        UniqueConstraint("conference_id", "key"),
        CheckConstraint("seats >= 1 AND seats <= 100000", name="seats"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    key: Mapped[str]
    name: Mapped[str]
    seats: Mapped[int]
    equipment: Mapped[list[str]] = mapped_column(default=list)
    step_free: Mapped[bool] = mapped_column(default=True)
    where: Mapped[str] = mapped_column(default="")  # "second floor, left of the stairs"
    position: Mapped[int] = mapped_column(default=0)

    closures: Mapped[list[Closure]] = relationship(
        back_populates="room", order_by="Closure.starts_at", lazy="raise_on_sql", cascade="all, delete-orphan"
    )


class Closure(Base):
    """A stretch of time in which a room cannot be used. Half-open: [starts_at, ends_at)."""

    __tablename__ = "closure"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    room: Mapped[Room] = relationship(back_populates="closures", lazy="raise_on_sql")


class Slot(Base):
    """A stretch of the day, the same for all rooms. Half-open: [starts_at, ends_at); slots never overlap."""

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("conference_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("kind IN ('talks', 'break', 'meal')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[SlotKind] = mapped_column(Text, default="talks")
    name: Mapped[str] = mapped_column(default="")  # "Lunch"; talk slots have none
    sponsor: Mapped[str] = mapped_column(default="")  # who pays for this meal or break

    @property
    def is_for_talks(self) -> bool:
        return self.kind == "talks"

    @property
    def is_meal(self) -> bool:
        return self.kind == "meal"
