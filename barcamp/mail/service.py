"""What happens to letters in the outbox: claimed by a worker, sent, tried again, given up, forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, or_, update
from sqlalchemy.orm import Session

from barcamp.mail import queries
from barcamp.mail.letters import SECRET_KINDS
from barcamp.mail.models import Letter

LEASE, PAUSES = queries.LEASE, queries.PAUSES
MOST_ATTEMPTS = 10
#: Until a server that was not there is looked for again, and until a letter is of no use to its reader.
UNTIL_ASKED_AGAIN, TOO_OLD = timedelta(minutes=1), timedelta(days=3)
KEPT = timedelta(days=30)
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that this worker alone may send, until `lease_ends`."""

    id: int
    kind: str
    to: str
    subject: str
    text: str
    message_id: str
    written_at: datetime
    attempt: int
    lease_ends: datetime
    person_id: int | None = None
    calendar: bytes | None = None
    unsubscribe: str = ""  # the address at which one press ends such letters


def claim(db: Session, *, limit: int, now: datetime) -> list[Claim]:
    """Take the letters that are due. Their due time moves to the end of the lease, so a worker that dies loses them.

    An attempt counts when it begins: a letter that ends every worker which tries it is given up in the end, too.
    """
    claims = []
    for letter in queries.due(db, now, limit=limit):
        if letter.attempts >= MOST_ATTEMPTS:
            letter.given_up_at = now
            letter.last_error = letter.last_error or "the last attempt never ended"
            continue
        letter.attempts += 1
        letter.due_at = now + LEASE
        claims.append(
            Claim(
                letter.id, letter.kind, letter.to_address, letter.subject, letter.text, letter.message_id,
                letter.written_at, letter.attempts, letter.due_at, letter.person_id, letter.calendar,
            )
        )  # fmt: skip
    return claims


def mark_sent(db: Session, letter: Claim, *, now: datetime) -> None:
    """It is out. What a letter with a code said is forgotten at once, and so is what was sent along."""
    text = "" if letter.kind in SECRET_KINDS else Letter.text
    db.execute(
        update(Letter).where(Letter.id == letter.id).values(sent_at=now, last_error=None, text=text, calendar=None)
    )


def mark_failed(db: Session, letter: Claim, error: str, *, for_good: bool, now: datetime) -> None:
    """It did not go out: try again after a pause, or give up. `error` must hold no secret."""
    error = error[:LONGEST_ERROR]
    if for_good or letter.attempt >= MOST_ATTEMPTS:
        values = {"given_up_at": now, "last_error": error}
    else:
        pause = PAUSES[min(letter.attempt, len(PAUSES)) - 1]
        values = {"due_at": now + pause, "last_error": error}
    db.execute(update(Letter).where(_still_held([letter])).values(values))


def wait_for_server(db: Session, letters: Sequence[Claim], error: str, *, now: datetime) -> None:
    """No server takes any letter: no fault of theirs, so the attempt does not count, and they go out soon after it is
    back. What nobody could send for days is of no use any more, and is given up.
    """
    waits = {"due_at": now + UNTIL_ASKED_AGAIN, "attempts": Letter.attempts - 1, "last_error": error[:LONGEST_ERROR]}
    too_old = [letter.id for letter in letters if letter.written_at < now - TOO_OLD]
    db.execute(update(Letter).where(_still_held(letters), Letter.id.in_(too_old)).values(given_up_at=now))
    db.execute(update(Letter).where(_still_held(letters), Letter.sent_at.is_(None)).values(waits))


def hand_back(db: Session, letters: Sequence[Claim], *, now: datetime) -> None:
    """These were claimed and not tried: they are due again, and the attempt does not count."""
    db.execute(
        update(Letter)
        .where(_still_held(letters), Letter.sent_at.is_(None))
        .values(due_at=now, attempts=Letter.attempts - 1)
    )


def _still_held(letters: Sequence[Claim]) -> ColumnElement[bool]:
    """Those of them whose lease has not run out and gone to another worker."""
    return or_(*(and_(Letter.id == letter.id, Letter.due_at == letter.lease_ends) for letter in letters))


def forget_old_texts(db: Session, *, now: datetime) -> None:
    """What was done with more than 30 days ago keeps its date and kind, and loses its words."""
    done_before = now - KEPT
    db.execute(
        update(Letter)
        .where(Letter.text != "", or_(Letter.sent_at < done_before, Letter.given_up_at < done_before))
        .values(text="", subject="", to_address="", last_error=None, calendar=None)
    )


def forget_reader(db: Session, person_id: int, addresses: Sequence[str], *, now: datetime) -> None:
    """Nothing of the letters to an erased person is left, and none goes out any more."""
    db.execute(
        update(Letter)
        .where(or_(Letter.person_id == person_id, Letter.to_address.in_(addresses)))
        .values(
            text="",
            subject="",
            to_address="",
            last_error=None,
            calendar=None,
            person_id=None,
            given_up_at=case((Letter.sent_at.is_(None), now), else_=Letter.given_up_at),
        )
    )
