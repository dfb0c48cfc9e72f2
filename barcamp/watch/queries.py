"""What waits, since when, and who works on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.imports.models import Import
from barcamp.mail.models import Letter
from barcamp.news.models import PushMessage
from barcamp.schedule.models import Arrangement
from barcamp.speakers.models import TalkSource
from barcamp.watch.models import Worker

QUEUES = ("letters", "pushes", "news", "imports", "searches", "calendars")
MailTrouble = Literal["away", "password", "outbox", "sender", "other"]

#: How what mail/ways.py writes down about any letter begins, where no letter can be sent. What a server says about
#: one letter is not looked at: it may hold its reader's address.
_TROUBLES: tuple[tuple[str, MailTrouble], ...] = (
    ("cannot reach the mail server", "away"),
    ("the mail server hung up", "away"),
    ("the mail server does not take our user name", "password"),
    ("cannot write into the outbox folder", "outbox"),
    ("BARCAMP_MAIL_FROM", "sender"),
)


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait for the jobs worker, and since when the one that has waited longest."""

    waiting: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Mail:
    """Why the letter that was tried last did not go out, if it waits still; and how many were given up of late."""

    trouble: MailTrouble | None
    given_up: int


def queues(db: Session, *, now: datetime) -> dict[str, Queue]:
    """Every queue, in one SELECT. Tried in vain is waiting, too; what is not due yet is not."""
    parts = [
        _part("letters", Letter.written_at, _unsent(Letter, now)),
        _part("pushes", PushMessage.written_at, _unsent(PushMessage, now)),
        _part("news", Conference.news_due_at, Conference.news_due_at <= now),
        _part("imports", Import.asked_at, Import.state == "waiting"),
        _part("searches", Arrangement.asked_at, Arrangement.state == "waiting"),
        _part("calendars", TalkSource.due_at, TalkSource.due_at <= now),
    ]
    rows = {name: Queue(waiting, since) for name, waiting, since in db.execute(union_all(*parts))}
    return {name: rows[name] for name in QUEUES}


def mail(db: Session, *, now: datetime) -> Mail:
    """How the mail goes."""
    last = db.execute(
        select(Letter.last_error)
        .where(Letter.sent_at.is_(None), Letter.given_up_at.is_(None), Letter.last_error.is_not(None))
        .order_by(Letter.due_at.desc(), Letter.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    given_up = db.execute(
        select(func.count()).where(
            Letter.sent_at.is_(None), Letter.given_up_at > now - timedelta(days=1), Letter.to_address != ""
        )
    ).scalar_one()
    return Mail(None if last is None else mail_trouble(last), given_up)


def mail_trouble(error: str) -> MailTrouble:
    return next((trouble for beginning, trouble in _TROUBLES if error.startswith(beginning)), "other")


def workers(db: Session) -> Sequence[Worker]:
    """All that are remembered, who was seen last first."""
    return db.scalars(select(Worker).order_by(Worker.seen_at.desc(), Worker.name)).all()


def _part(name: str, since: Any, waits: ColumnElement[bool]) -> Any:
    return select(literal(name), func.count(), func.min(since)).where(waits)


def _unsent(row: type[Letter] | type[PushMessage], now: datetime) -> ColumnElement[bool]:
    return and_(
        row.sent_at.is_(None),
        row.given_up_at.is_(None),
        or_(row.due_at <= now, row.attempts > 0, row.last_error.is_not(None)),
    )
