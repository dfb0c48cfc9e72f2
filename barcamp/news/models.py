"""Bulletin (what there is to tell), News (who is told), NewsChoice (how), PushSubscription and PushMessage."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barcamp.db import Base

BulletinKind = Literal["changes", "announcement"]
Audience = Literal["everybody", "room", "session"]


class Bulletin(Base):
    """Changes of the schedule that were gathered and told together, or an announcement of an organizer.

    `changes` is {note id: {"was": {...} or None, "now": {...}}} with places as in schedule.models.Untold; {} for an
    announcement, which has a `text`. `audience` and `audience_id` say whom it was for: all, who has a session in this
    room in their day, who has this session.
    """

    __tablename__ = "bulletin"
    __table_args__ = (
        CheckConstraint("kind IN ('changes', 'announcement')", name="kind"),
        CheckConstraint("audience IN ('everybody', 'room', 'session')", name="audience"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"), index=True)
    kind: Mapped[BulletinKind] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    audience: Mapped[Audience] = mapped_column(Text, default="everybody")
    audience_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    told_at: Mapped[datetime]
    readers: Mapped[int]


class News(Base):
    """One bulletin in one person's inbox, with those of its changes that concern them (`note_ids`)."""

    __tablename__ = "news"
    __table_args__ = (Index("ix_news_unread", "person_id", "read_at"),)

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    note_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    read_at: Mapped[datetime | None]

    bulletin: Mapped[Bulletin] = relationship(lazy="raise_on_sql")


class NewsChoice(Base):
    """How somebody wants to hear. Who has no row hears by letter and on the pages."""

    __tablename__ = "news_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    by_mail: Mapped[bool] = mapped_column(default=True, server_default=true())
    by_push: Mapped[bool] = mapped_column(default=True, server_default=true())
    on_pages: Mapped[bool] = mapped_column(default=True, server_default=true())
    changed_at: Mapped[datetime]


class PushSubscription(Base):
    """A browser that asked for Web Push (RFC 8030): where to send, and the keys to write what only it
    can read (RFC 8291). It goes with the sign-in of that browser (`device_id`): who signs out there hears no more.
    """

    __tablename__ = "push_subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    label: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class PushMessage(Base):
    """A message to one browser, to send or sent: a row of the outbox, as a Letter is."""

    __tablename__ = "push_message"
    __table_args__ = (Index("ix_push_message_waiting", "sent_at", "given_up_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("push_subscription.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    text: Mapped[str]
    path: Mapped[str]
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
