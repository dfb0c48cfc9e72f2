"""Note and Star, and what hangs on a note: who presents, tags, looks, comments, reports, and its turn to be pitched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    and_,
    false,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, defer, mapped_column, relationship
from sqlalchemy.orm.interfaces import ORMOption

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.db import Base
from barcamp.people.models import Person
from barcamp.venue.models import Room, Slot

Format = Literal["talk", "discussion", "workshop", "lightning"]
FORMATS: tuple[Format, ...] = ("talk", "discussion", "workshop", "lightning")
LookKind = Literal["want", "maybe", "skip"]


class Note(Base):
    """An idea on the wall. It stays the same row when it gets a room and a time.

    `length` is in slots, 1 to 4. `star_count` is the number of Star rows at every commit, `look_count` that of Looks.
    A note that `seeks_host` is a wish: somebody asked for it, and nobody presents it yet.
    A block holds lightning talks: a row of its own that is never on the wall, with `talk_minutes` for each of the notes
    whose `block_id` it is; those stay on the wall, and have their place and time by it.
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
        Index("ix_note_blocks", "conference_id", "talk_minutes"),
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
    star_count: Mapped[int] = mapped_column(default=0, info={"counter": True})
    search: Mapped[str] = mapped_column(default="")
    posted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str] = mapped_column(default="")
    held_at: Mapped[datetime | None]  # waits for an organizer's yes since then
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    seeks_host: Mapped[bool] = mapped_column(default=False, server_default=false())
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="SET NULL"), index=True)
    merged_at: Mapped[datetime | None]
    look_count: Mapped[int] = mapped_column(default=0, server_default=text("0"), info={"counter": True})
    talk_minutes: Mapped[int | None]
    block_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="SET NULL"), index=True)
    slides_url: Mapped[str] = mapped_column(default="", server_default=text("''"))
    recording_url: Mapped[str] = mapped_column(default="", server_default=text("''"))

    conference: Mapped[Conference] = relationship(lazy="raise_on_sql")
    author: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[author_id])
    asked_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=[asked_by_id])
    merged_into: Mapped[Note | None] = relationship(
        lazy="raise_on_sql", remote_side="Note.id", foreign_keys=[merged_into_id]
    )
    cohosts: Mapped[list[CoHost]] = relationship(
        lazy="raise_on_sql", order_by="CoHost.joined_at, CoHost.person_id", foreign_keys="CoHost.note_id",
        cascade="all, delete-orphan",
    )  # fmt: skip
    copresenters: Mapped[list[CoPresenter]] = relationship(
        lazy="raise_on_sql", order_by="CoPresenter.position", foreign_keys="CoPresenter.note_id",
        cascade="all, delete-orphan",
    )  # fmt: skip
    tags: Mapped[list[NoteTag]] = relationship(
        lazy="raise_on_sql", order_by="NoteTag.tag", cascade="all, delete-orphan"
    )
    away: Mapped[list[Slot]] = relationship(secondary="note_away", lazy="raise_on_sql", order_by=Slot.starts_at)
    wanted_room: Mapped[Room | None] = relationship(lazy="raise_on_sql")
    wanted_slot: Mapped[Slot | None] = relationship(lazy="raise_on_sql")

    @property
    def is_on_the_wall(self) -> bool:
        return not self.is_block and self.withdrawn_at is self.hidden_at is self.held_at is self.merged_at is None

    @property
    def is_block(self) -> bool:
        """Whether it holds lightning talks."""
        return self.talk_minutes is not None

    def is_presented_by(self, person_id: int | None) -> bool:
        """Whether this person is its author or one of its co-hosts, which must be loaded."""
        return person_id is not None and person_id in (self.author_id, *(one.person_id for one in self.cohosts))

    @property
    def presenters(self) -> list[str]:
        """The names of all who present it: the author (unless erased), co-hosts, then those known by name alone."""
        author = [self.author.name] if self.author is not None and self.author.name else []
        cohosts = [one.person.name for one in self.cohosts if one.person.name]
        return each_once(author + cohosts + [copresenter.name for copresenter in self.copresenters])

    @property
    def written_at(self) -> datetime:
        """When its words were last changed."""
        return self.edited_at or self.posted_at

    @property
    def edition(self) -> str:
        """A name for the words as they stand now: it changes with every edit."""
        return self.written_at.isoformat()


#: As `Note.is_on_the_wall`, for a WHERE.
ON_THE_WALL = and_(
    Note.talk_minutes.is_(None),
    Note.withdrawn_at.is_(None),
    Note.hidden_at.is_(None),
    Note.held_at.is_(None),
    Note.merged_at.is_(None),
)

#: A lightning talk that is given in a block. Whatever leaves the wall or becomes something longer leaves its block.
IN_A_BLOCK = and_(ON_THE_WALL, ~Note.seeks_host, Note.format == "lightning", Note.block_id.is_not(None))


def each_once(names: Iterable[str]) -> list[str]:
    """Names in their order, each once: somebody may be typed on a note and have joined it, too."""
    there = list(names)
    if len(there) < 2:  # most have one, and to fold a name takes its time
        return there
    first: dict[str, str] = {}
    for name in there:
        first.setdefault(fold(name), name)
    return list(first.values())


def without_counters() -> tuple[ORMOption, ORMOption]:
    """Options of a query for whole notes that leaves out what every star changes: so a kept answer outlives stars."""
    return defer(Note.star_count), defer(Note.look_count)


def presented_by(person_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """The condition that this person presents a note, as its author or as a co-host."""
    return or_(Note.author_id == person_id, Note.id.in_(select(CoHost.note_id).where(CoHost.person_id == person_id)))


class CoPresenter(Base):
    """Somebody who presents with the author, by name; nobody has to have an account for it."""

    __tablename__ = "copresenter"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    from_note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="SET NULL"), index=True)


class CoHost(Base):
    """Somebody with an account who presents with the author: invited, or brought along by a merged note."""

    __tablename__ = "cohost"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    from_note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="SET NULL"), index=True)
    joined_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


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
    from_note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="SET NULL"), index=True)


class Look(Base):
    """What one person said to one note in the quick look. As private as a star."""

    __tablename__ = "look"
    __table_args__ = (CheckConstraint("kind IN ('want', 'maybe', 'skip')", name="kind"),)

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    kind: Mapped[LookKind] = mapped_column(Text)
    at: Mapped[datetime]


class Comment(Base):
    """A question or an answer under a note."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("text <> ''", name="says_something"),
        Index("ix_comment_note", "note_id", "posted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    text: Mapped[str]
    posted_at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]
    hidden_reason: Mapped[str] = mapped_column(default="")

    author: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Report(Base):
    """Somebody finds that a note, or a comment under it, does not belong here. One a person and thing."""

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    reporter_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str]
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Invitation(Base):
    """A secret link by which somebody joins a note as a co-host. Only its token's hash is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class MergeOffer(Base):
    """The host of one note would like it to become part of another; that one's host decides."""

    __tablename__ = "merge_offer"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    offered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    offered_at: Mapped[datetime]


class Pitch(Base):
    """A note in the queue of the pitch round. `position` orders the queue; without `done_at` its turn is to come."""

    __tablename__ = "pitch"
    __table_args__ = (UniqueConstraint("conference_id", "position"),)

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    position: Mapped[int]
    done_at: Mapped[datetime | None]


class PitchRound(Base):
    """The pitch round that is on at a conference: whose turn it is, since when, how many seconds each has (0: any)."""

    __tablename__ = "pitch_round"

    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), primary_key=True)
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="SET NULL"), index=True)
    seconds: Mapped[int]
    opened_at: Mapped[datetime]
    turn_at: Mapped[datetime | None]
