"""Placement, Cell, Arrangement and Waiver (the draft); what is public is in the others."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barcamp.db import Base
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note

ArrangementKind = Literal["fresh", "repair"]
ArrangementState = Literal["waiting", "running", "done", "failed", "adopted", "discarded"]
EntryState = Literal["on", "cancelled", "hidden"]


class Placement(Base):
    """A note's place in the draft: its first slot and its room. A pinned one is not moved by an arrangement."""

    __tablename__ = "placement"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), index=True)
    pinned: Mapped[bool] = mapped_column(default=False)

    note: Mapped[Note] = relationship(lazy="raise_on_sql")
    slot: Mapped[Slot] = relationship(lazy="raise_on_sql")
    room: Mapped[Room] = relationship(lazy="raise_on_sql")


class Cell(Base):
    """One slot in one room, taken by one placement: the database itself refuses a double booking."""

    __tablename__ = "cell"

    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id", ondelete="CASCADE"), primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id", ondelete="CASCADE"), primary_key=True, index=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("placement.note_id", ondelete="CASCADE"), index=True)


class Arrangement(Base):
    """A search for a better draft, worked on outside of requests. "fresh" places everything that is not pinned anew,
    "repair" goes from the draft as it is and says what more moves would bring.

    `seen` is the draft's revision it was asked at; `moves` its budget, of which `done` are made. `found` is what it has
    so far, in the form of found.py. Whoever works on it says so by `beat_at`.
    """

    __tablename__ = "arrangement"
    __table_args__ = (
        CheckConstraint("kind IN ('fresh', 'repair')", name="kind"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'adopted', 'discarded')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime]
    kind: Mapped[ArrangementKind] = mapped_column(Text)
    state: Mapped[ArrangementState] = mapped_column(Text)
    seen: Mapped[int]
    seed: Mapped[int]
    moves: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    stop_asked: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Waiver(Base):
    """A warning of the board that organizers have decided to live with, and why. `warning` names it as problems.py
    does: the same trouble with the same notes in the same place.
    """

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("conference_id", "warning"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    warning: Mapped[str]
    reason: Mapped[str]
    waived_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    waived_at: Mapped[datetime]


class Version(Base):
    """A published schedule. `places` is what it said, readable for ever:
    {note id: {"slot_id", "room_id", "starts_at", "ends_at" (ISO 8601, UTC), "room", "title"}}.
    """

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("conference_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    number: Mapped[int]
    revision: Mapped[int]
    published_at: Mapped[datetime]
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    places: Mapped[dict[str, Any]]


class Publication(Base):
    """What the public sees of a conference now: the version's number and when anything in it last changed.

    `revision` is the log's revision of the last change that shows in the schedule or a feed; validators are made of it.
    """

    __tablename__ = "publication"

    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int]
    revision: Mapped[int]
    changed_at: Mapped[datetime]


class Entry(Base):
    """One line of the published schedule, with its ready iCal fragment. It holds its own times and words, so that
    a change of the draft's slots and rooms shows nothing before it is published.

    `sequence` only rises (RFC 5545, 3.8.7.4); `stamped_at` is when something last changed that shows in the fragment.
    `state` "hidden" is a note that an organizer took off the wall: nobody sees it, its sequence is kept.
    `block_id` is the block of lightning talks it is a part of.
    `moved_from` is {"starts_at", "ends_at" (ISO 8601), "room", "room_id"} of the place before the last move, or None;
    "earlier" is a list of the same for the moves before, and rows of old have no "ends_at".
    """

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("state IN ('on', 'cancelled', 'hidden')", name="state"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_entry_day", "conference_id", "starts_at"),
    )

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    state: Mapped[EntryState] = mapped_column(Text)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id", ondelete="SET NULL"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id", ondelete="SET NULL"), index=True)
    room: Mapped[str]
    title: Mapped[str]
    hosts: Mapped[str]
    moved_from: Mapped[dict[str, Any] | None]
    block_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="SET NULL"), index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    first_published_at: Mapped[datetime]
    stamped_at: Mapped[datetime]
    fragment: Mapped[bytes]

    note: Mapped[Note] = relationship(lazy="raise_on_sql", foreign_keys=[note_id])


class Untold(Base):
    """A session of the published schedule that has changed, and nobody has been told of it yet. `was` is what people
    know: {"state", "starts_at", "ends_at" (ISO 8601, UTC), "room", "title", "room_id", "block_id", "block_starts_at"};
    None where it had no place in public.
    """

    __tablename__ = "untold"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    was: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    since: Mapped[datetime]


class HeadCount(Base):
    """How many people are in a session, as somebody there has counted last."""

    __tablename__ = "head_count"
    __table_args__ = (CheckConstraint("heads >= 0 AND heads <= 100000", name="heads"),)

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    heads: Mapped[int]
    counted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    counted_at: Mapped[datetime]
