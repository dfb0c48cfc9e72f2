"""Speaker (a person's public page), Picture, Talk and TalkSource (what they gave elsewhere), Visit, FormerName."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barcamp.db import Base
from barcamp.people.models import Person

SourceState = Literal["waiting", "good", "failing"]


class Speaker(Base):
    """The page of somebody who speaks. `slug` is its address; nobody but its owner sees it while it is not `public`.

    `revision` rises with every change that its page or one of its feeds shows; `links` is [{"name", "url"}].
    """

    __tablename__ = "speaker"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    public: Mapped[bool]
    bio: Mapped[str] = mapped_column(default="")  # Markdown
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    visits_open: Mapped[bool] = mapped_column(default=True, server_default=true())  # "let me know if you will be there"
    revision: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    changed_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Picture(Base):
    """A speaker's picture, drawn anew from what was sent, so that it holds no place and no date. `etag` is its hash."""

    __tablename__ = "picture"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes]
    etag: Mapped[str]
    changed_at: Mapped[datetime]


class FormerName(Base):
    """A slug that a speaker's page once had: it leads to the present one, and nobody else can have it."""

    __tablename__ = "former_name"

    slug: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    left_at: Mapped[datetime]


class TalkSource(Base):
    """A calendar address from which a speaker's talks come, read again now and then."""

    __tablename__ = "talk_source"
    __table_args__ = (
        UniqueConstraint("person_id", "url"),
        CheckConstraint("state IN ('waiting', 'good', 'failing')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    url: Mapped[str]
    state: Mapped[SourceState] = mapped_column(Text, default="waiting")
    added_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    fetched_at: Mapped[datetime | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Talk(Base):
    """A talk given elsewhere. Days without a time are `starts_on` to `ends_on`, the last one included; where a time
    is known, the instants and the zone are there too, all three or none.

    `source_id` and `source_uid` say from which calendar it came; `gone_at`, since when that no longer lists it.
    """

    __tablename__ = "talk"
    __table_args__ = (
        CheckConstraint("title <> ''", name="has_a_title"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint(
            "(starts_at IS NULL) = (ends_at IS NULL) AND (starts_at IS NULL) = (zone IS NULL)", name="time"
        ),
        UniqueConstraint("source_id", "source_uid"),
        Index("ix_talk_days", "person_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    title: Mapped[str]
    conference: Mapped[str]
    conference_url: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    zone: Mapped[str | None]
    cospeakers: Mapped[list[str]] = mapped_column(default=list)
    url: Mapped[str] = mapped_column(default="")
    slides_url: Mapped[str] = mapped_column(default="")
    recording_url: Mapped[str] = mapped_column(default="")
    cancelled: Mapped[bool] = mapped_column(default=False)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("talk_source.id", ondelete="SET NULL"), index=True)
    source_uid: Mapped[str | None]
    edited: Mapped[list[str]] = mapped_column(default=list)  # fields changed by hand: their source leaves them alone
    gone_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    stamped_at: Mapped[datetime]
    fragment: Mapped[bytes]


class Visit(Base):
    """A visitor's "I'll be there", for a conference here or for a talk elsewhere. The speaker sees the name only of
    those who said so (`named`), of the others how many they are.
    """

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("(conference_id IS NULL) <> (talk_id IS NULL)", name="one_place"),
        UniqueConstraint("speaker_id", "visitor_id", "conference_id"),
        UniqueConstraint("talk_id", "visitor_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    speaker_id: Mapped[int] = mapped_column(ForeignKey("speaker.person_id", ondelete="CASCADE"))
    visitor_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    conference_id: Mapped[int | None] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("talk.id", ondelete="CASCADE"))
    named: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]

    visitor: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[visitor_id])
