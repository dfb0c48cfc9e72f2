"""Registration and the meals wanted with it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barcamp.conferences.models import Conference
from barcamp.db import Base
from barcamp.people.models import Person
from barcamp.venue.models import Slot

RegistrationState = Literal["coming", "waiting", "cancelled"]

DIETS = ("vegetarian", "vegan", "gluten-free", "dairy-free", "nut-free", "halal", "kosher")


class Registration(Base):
    """One person's place at one conference, or their place in the line for one.

    `queued_revision` is the log's revision at which the person came into the line: the line's order,
    without ties. Coming again after cancelling goes to the end of the line.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("conference_id", "person_id", name="one_registration_each"),
        CheckConstraint("state IN ('coming', 'waiting', 'cancelled')", name="state"),
        Index("ix_registration_line", "conference_id", "state", "queued_revision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    state: Mapped[RegistrationState] = mapped_column(Text)
    queued_revision: Mapped[int]
    registered_at: Mapped[datetime]
    promoted_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    conduct_agreed_at: Mapped[datetime]
    shirt_size: Mapped[str | None]
    diets: Mapped[list[str]] = mapped_column(default=list)
    diet_note: Mapped[str] = mapped_column(default="")
    visible: Mapped[bool] = mapped_column(default=False)  # listed among "who comes"

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    conference: Mapped[Conference] = relationship(lazy="raise_on_sql")
    meals: Mapped[list[Slot]] = relationship(
        secondary="registration_meal", lazy="raise_on_sql", order_by=Slot.starts_at
    )

    @property
    def is_coming(self) -> bool:
        return self.state == "coming"

    @property
    def is_waiting(self) -> bool:
        return self.state == "waiting"


class RegistrationMeal(Base):
    """A meal that somebody wants."""

    __tablename__ = "registration_meal"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True, index=True)
