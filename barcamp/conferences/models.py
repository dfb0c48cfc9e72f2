"""Conference, its phases, FormerSlug, Role and Sponsor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from barcamp.core.times import DAY_TURNS_AT, day_of
from barcamp.db import Base

RoleKind = Literal["organizer", "helper"]
CountsShown = Literal["always", "after_wall", "never"]
PhaseState = Literal["before", "open", "closed"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time in which something may be done; an end that is None is no end."""

    opens_at: datetime | None
    closes_at: datetime | None

    def state(self, now: datetime) -> PhaseState:
        if self.opens_at is not None and now < self.opens_at:
            return "before"
        if self.closes_at is not None and now >= self.closes_at:
            return "closed"
        return "open"

    def is_open(self, now: datetime) -> bool:
        return self.state(now) == "open"


class Conference(Base):
    """A BarCamp or small conference held at one venue, in one zone."""

    __tablename__ = "conference"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("latitude IS NULL OR (latitude >= -90 AND latitude <= 90)", name="latitude"),
        CheckConstraint("longitude IS NULL OR (longitude >= -180 AND longitude <= 180)", name="longitude"),
        CheckConstraint("stars_shown IN ('always', 'after_wall', 'never')", name="stars_shown"),
        CheckConstraint("freeze_minutes >= 0 AND freeze_minutes <= 240", name="freeze_minutes"),
        CheckConstraint("news_quiet_minutes >= 0 AND news_quiet_minutes <= 60", name="news_quiet_minutes"),
        CheckConstraint("turnout_percent >= 1 AND turnout_percent <= 300", name="turnout_percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    tagline: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")  # Markdown
    conduct: Mapped[str] = mapped_column(default="")  # Markdown; "" = the short default text
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    zone: Mapped[str]  # IANA key, as "America/Los_Angeles"
    venue: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    listed: Mapped[bool] = mapped_column(default=True)
    stars_shown: Mapped[CountsShown] = mapped_column(Text, default="always")
    walk_ins: Mapped[bool] = mapped_column(default=True, server_default=true())  # a name alone lets one post and star
    hold_first_notes: Mapped[bool] = mapped_column(default=False, server_default=false())
    capacity: Mapped[int | None]
    shirt_sizes: Mapped[list[str]] = mapped_column(default=list)  # [] = no shirts
    shirts_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    uid: Mapped[str] = mapped_column(
        unique=True, default=lambda: str(uuid4())
    )  # the calendar's name for the conference itself, for life
    sequence: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # RFC 5545, 3.8.7.4: only rises
    stamped_at: Mapped[datetime]  # when something last changed that its own line in a calendar shows
    publishes_live: Mapped[bool] = mapped_column(default=False, server_default=false())  # each move, after a quiet time
    publish_due_at: Mapped[datetime | None]  # the end of that quiet time, while a move waits for it
    freeze_minutes: Mapped[int] = mapped_column(default=15, server_default=text("15"))  # while it publishes live
    published_at: Mapped[datetime | None]  # when the first version of its schedule went public
    news_due_at: Mapped[datetime | None]  # when people are told of what has changed in public, while something waits
    news_quiet_minutes: Mapped[int] = mapped_column(default=3, server_default=text("3"))  # changes gather that long
    turnout_percent: Mapped[int] = mapped_column(default=100, server_default=text("100"))  # who comes of who starred

    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    wall_opens_at: Mapped[datetime | None]
    wall_closes_at: Mapped[datetime | None]
    stars_open_at: Mapped[datetime | None]
    stars_close_at: Mapped[datetime | None]
    schedule_expected_at: Mapped[datetime | None]

    registration: Mapped[Phase] = composite(Phase, "registration_opens_at", "registration_closes_at")
    wall: Mapped[Phase] = composite(Phase, "wall_opens_at", "wall_closes_at")
    stars: Mapped[Phase] = composite(Phase, "stars_open_at", "stars_close_at")

    sponsors: Mapped[list[Sponsor]] = relationship(
        back_populates="conference", order_by="Sponsor.position", lazy="raise_on_sql", cascade="all, delete-orphan"
    )

    def registration_is_open(self, now: datetime) -> bool:
        return self.registration.is_open(now)

    def wall_is_open(self, now: datetime) -> bool:
        return self.wall.is_open(now)

    def star_phase(self, now: datetime) -> Phase:
        """When stars can be given. Once a schedule is public a star puts a session into one's own day, so then it is
        until the conference is over, whatever was said of the stars that arrange it.
        """
        return Phase(None, None) if self.published_at is not None and not self.is_over(now) else self.stars

    def stars_are_open(self, now: datetime) -> bool:
        return self.star_phase(now).is_open(now)

    def is_over(self, now: datetime) -> bool:
        """Whether the night of its last day has passed."""
        return day_of(now, self.zone, turns_at=DAY_TURNS_AT) > self.ends_on

    def counts_are_shown(self, now: datetime) -> bool:
        """Whether attendees see how many stars a note has."""
        if self.stars_shown == "after_wall":
            return self.stars.state(now) == "closed" or self.wall.state(now) == "closed"
        return self.stars_shown == "always"

    def shirts_can_be_chosen(self, now: datetime) -> bool:
        return bool(self.shirt_sizes) and (self.shirts_until is None or now < self.shirts_until)


class FormerSlug(Base):
    """A slug that a conference once had. Its addresses lead to the present ones, and nobody else can have it."""

    __tablename__ = "former_slug"

    slug: Mapped[str] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    left_at: Mapped[datetime]


class Role(Base):
    """What a person may do at a conference beyond attending it."""

    __tablename__ = "role"
    __table_args__ = (CheckConstraint("kind IN ('organizer', 'helper')", name="kind"),)

    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    kind: Mapped[RoleKind] = mapped_column(Text)


class Sponsor(Base):
    """Who gives something, and what: "OSEL" and "breakfast, lunch and dinner"."""

    __tablename__ = "sponsor"
    __table_args__ = (UniqueConstraint("conference_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    name: Mapped[str]
    gives: Mapped[str] = mapped_column(default="")
    url: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)

    conference: Mapped[Conference] = relationship(back_populates="sponsors", lazy="raise_on_sql")
