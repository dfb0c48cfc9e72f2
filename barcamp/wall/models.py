"""Note, Star, and what hangs on a note: co-presenters, tags, slots when the presenter cannot."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barcamp.conferences.models import Conference
from barcamp.db import Base
from barcamp.people.models import Person
from barcamp.venue.models import Room, Slot

Format = Literal["talk", "discussion", "workshop", "lightning"]
FORMATS: tuple[Format, ...] = ("talk", "discussion", "workshop", "lightning")


class Note(Base):
    """An idea on the wall. It stays the same row when it gets a room and a time.

    `length` is in slots, 1 to 4. `star_count` equals the number of Star rows at every commit.
    `search` is the folded text that a search looks into, without the author's name: that is looked up as it is now.
    `uid` is the calendar's name for it, for life.
    """

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint("title <> ''", name="has_a_title"),
        CheckConstraint("length >= 1 AND length <= 4", name="length"),
        CheckConstraint("star_count >= 0", name="star_count"),
        CheckConstraint("format IN ('talk', 'discussion', 'workshop', 'lightning')", name="format"),
        Index("ix_note_wall", "conference_id", "posted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")  # Markdown
    format: Mapped[Format] = mapped_column(Text, default="talk")
    length: Mapped[int] = mapped_column(default=1)
    needs: Mapped[list[str]] = mapped_column(default=list)
    step_free: Mapped[bool] = mapped_column(default=False)  # needs a room without steps
    wanted_room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id", ondelete="SET NULL"), index=True)
    wanted_slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id", ondelete="SET NULL"), index=True)
    star_count: Mapped[int] = mapped_column(default=0)
    search: Mapped[str] = mapped_column(default="")
    posted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str] = mapped_column(default="")

    conference: Mapped[Conference] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    copresenters: Mapped[list[CoPresenter]] = relationship(
        lazy="raise_on_sql", order_by="CoPresenter.position", cascade="all, delete-orphan"
    )
    tags: Mapped[list[NoteTag]] = relationship(
        lazy="raise_on_sql", order_by="NoteTag.tag", cascade="all, delete-orphan"
    )
    away: Mapped[list[Slot]] = relationship(secondary="note_away", lazy="raise_on_sql", order_by=Slot.starts_at)
    wanted_room: Mapped[Room | None] = relationship(lazy="raise_on_sql")
    wanted_slot: Mapped[Slot | None] = relationship(lazy="raise_on_sql")

    @property
    def is_on_the_wall(self) -> bool:
        return self.withdrawn_at is None and self.hidden_at is None

    @property
    def written_at(self) -> datetime:
        """When its words were last changed."""
        return self.edited_at or self.posted_at

    @property
    def edition(self) -> str:
        """A name for the words as they stand now: it changes with every edit."""
        return self.written_at.isoformat()


class CoPresenter(Base):
    """Somebody who presents with the author, by name; nobody has to have an account for it."""

    __tablename__ = "copresenter"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]


class NoteTag(Base):
    """A tag on a note: lower case, without the #."""

    __tablename__ = "note_tag"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class NoteAway(Base):
    """A slot in which the presenter cannot."""

    __tablename__ = "note_away"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True, index=True)


class Star(Base):
    """One person's wish to hear one note. Private: nobody is ever shown who starred what."""

    __tablename__ = "star"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]
