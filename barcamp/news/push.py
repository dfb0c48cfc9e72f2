"""Sending what lies in the outbox of Web Push (RFC 8030), as letters are sent: claimed, sent, marked.

Every message is claimed in one short transaction, sent outside of any, and marked in another, several at a time. So it
goes out at least once: a worker that is killed sends those again that were under way, at most `LINES`, when the lease
has run out. They carry the same topic and tag, by which a push service and a browser show them once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Literal

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from barcamp import fetch, meters
from barcamp.db import Store, wake
from barcamp.news import vapid
from barcamp.news.models import PushMessage, PushSubscription
from barcamp.settings import Settings

log = logging.getLogger(__name__)

BATCH = 40
#: Messages on their way at once. A push service has ten seconds for each (fetch.SECONDS).
LINES = 8
#: How long a worker has for what it claimed: several times what the slowest batch takes.
LEASE = timedelta(minutes=5)
#: News of a move is of no use the day after; letters and the inbox keep it.
LIVES = timedelta(hours=12)
#: Pauses after the first, second, … failure; the last one is repeated.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
MOST_ATTEMPTS = 10
LONGEST_WAIT = timedelta(hours=2)
KEPT = timedelta(days=30)
LONGEST_TITLE, LONGEST_TEXT = 120, 600
LONGEST_ERROR = 300

Clock = Callable[[], datetime]
Outcome = Literal["sent", "gone", "refused", "later"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this worker alone may send, until `lease_ends`."""

    id: int
    subscription_id: int
    endpoint: str
    p256dh: str
    auth: str
    title: str
    text: str
    path: str
    written_at: datetime
    attempt: int
    lease_ends: datetime

    @property
    def topic(self) -> str:
        """The same for each attempt, and for no other message to this browser (RFC 8030, 5.4: at most 32 letters)."""
        return f"news-{self.id}"


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    words: str = ""
    wait: timedelta = timedelta(0)


def write(
    db: Session, subscriptions: Sequence[PushSubscription], title: str, text: str, path: str, *, now: datetime
) -> None:
    """Put one message to each of these browsers into the outbox. `path` is where a press on it leads, on this site."""
    db.add_all(
        PushMessage(subscription_id=one.id, title=title, text=text, path=path, written_at=now, due_at=now)
        for one in subscriptions
    )
    wake(db, "pushes")


def deliver(store: Store, settings: Settings, *, clock: Clock, network: fetch.Network = fetch.PUBLIC) -> int:
    """Send every message that is due, and return how many went out. Never raises for a push service's sake."""
    sent = 0
    with ThreadPoolExecutor(LINES, thread_name_prefix="push") as lines:
        while claims := _claim_due(store, clock):
            waiting = [(claim, lines.submit(send, claim, settings, now=clock(), network=network)) for claim in claims]
            for claim, under_way in waiting:
                result = under_way.result()
                sent += result.outcome == "sent"
                with store.writing() as db:
                    mark(db, claim, result, now=clock())
    return sent


def send(claim: Claim, settings: Settings, *, now: datetime, network: fetch.Network = fetch.PUBLIC) -> Result:
    """Give one message to its push service. No transaction may be open."""
    try:
        body = vapid.encrypted(content(claim), claim.p256dh, claim.auth)
        headers = {
            "Authorization": vapid.authorization(
                settings.vapid_key, claim.endpoint, parseaddr(settings.mail_from)[1], now=now
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, int((claim.written_at + LIVES - now).total_seconds()))),
            "Topic": claim.topic,
            "Urgency": "high",
        }
        answer = fetch.post(claim.endpoint, body, headers, network=network)
    except fetch.BadAddress as problem:
        return Result("gone", str(problem))
    except fetch.CannotFetch as problem:
        return Result("later", str(problem))
    except Exception as problem:
        # a fault of ours in one message must not keep the others waiting
        log.exception("push message %s could not be made", claim.id)
        return Result("refused", type(problem).__name__)
    return _told(answer)


def _told(answer: fetch.Answer) -> Result:
    """What the answer of a push service means (RFC 8030, 5; RFC 8292, 4.2)."""
    words = f"the push service answered {answer.status}"
    if 200 <= answer.status < 300:
        return Result("sent")
    if answer.status in (404, 410):
        return Result("gone", words)
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return Result("later", words, min(timedelta(seconds=answer.retry_after or 0), LONGEST_WAIT))
    return Result("refused", words)


def content(claim: Claim) -> bytes:
    """What the service worker (static/sw.js) reads: short enough for every push service, whatever the language."""
    title, text = claim.title[:LONGEST_TITLE], claim.text[:LONGEST_TEXT]
    told = {"title": title, "text": text, "path": claim.path, "tag": claim.topic}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


# ---- the outbox ------------------------------------------------------------------------------------------------------


def _claim_due(store: Store, clock: Clock) -> list[Claim]:
    now = clock()
    with store.reading() as db:
        if not db.execute(select(exists().where(*_waiting(now)))).scalar_one():
            return []
    with store.writing() as db:
        return claim_due(db, limit=BATCH, now=now)


def claim_due(db: Session, *, limit: int, now: datetime) -> list[Claim]:
    """Take the messages that are due. Their due time moves to the end of the lease. What has not been tried yet goes
    first: services that never answer must not keep the others waiting.

    An attempt counts when it begins. What is too old to be of use, or was tried too often, is given up.
    """
    db.execute(
        update(PushMessage)
        .where(*_waiting(now), or_(PushMessage.written_at <= now - LIVES, PushMessage.attempts >= MOST_ATTEMPTS))
        .values(given_up_at=now)
    )
    rows = db.execute(
        select(PushMessage, PushSubscription)
        .join(PushSubscription, PushSubscription.id == PushMessage.subscription_id)
        .where(*_waiting(now))
        .order_by(PushMessage.attempts, PushMessage.due_at, PushMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=PushMessage)
    )
    claims = []
    for message, browser in rows:
        message.attempts += 1
        message.due_at = now + LEASE
        claims.append(
            Claim(
                message.id, browser.id, browser.endpoint, browser.p256dh, browser.auth, message.title, message.text,
                message.path, message.written_at, message.attempts, message.due_at,
            )
        )  # fmt: skip
    return claims


def mark(db: Session, claim: Claim, result: Result, *, now: datetime) -> None:
    """Write down what became of it. Who is gone is forgotten with all that waits for them."""
    meters.add(meters.counter("barcamp_pushes_total", outcome=result.outcome))
    this = PushMessage.id == claim.id
    if result.outcome == "sent":
        db.execute(update(PushMessage).where(this).values(sent_at=now, last_error=None))
        db.execute(update(PushSubscription).where(PushSubscription.id == claim.subscription_id).values(sent_at=now))
        return
    # an endpoint is a secret of its browser, so the log names the row alone
    log.info("push message %s: %s", claim.id, result.words)
    if result.outcome == "gone":
        # asked for anew meanwhile, it may be another browser's by now
        db.execute(
            delete(PushSubscription).where(
                PushSubscription.id == claim.subscription_id, PushSubscription.endpoint == claim.endpoint
            )
        )
        return
    if result.outcome == "later" and claim.attempt >= MOST_ATTEMPTS:
        # hours of trying, and it has never once worked: nobody is there
        never = (PushSubscription.id == claim.subscription_id) & PushSubscription.sent_at.is_(None)
        db.execute(delete(PushSubscription).where(never))
    error = result.words[:LONGEST_ERROR]
    if result.outcome == "refused" or claim.attempt >= MOST_ATTEMPTS:
        values = {"given_up_at": now, "last_error": error}
    else:
        pause = max(PAUSES[min(claim.attempt, len(PAUSES)) - 1], result.wait)
        values = {"due_at": now + pause, "last_error": error}
    db.execute(update(PushMessage).where(this, PushMessage.due_at == claim.lease_ends).values(values))


def forget_old(db: Session, *, now: datetime) -> None:
    """Messages that were done with 30 days ago are gone."""
    done_before = now - KEPT
    db.execute(delete(PushMessage).where(or_(PushMessage.sent_at < done_before, PushMessage.given_up_at < done_before)))


def _waiting(now: datetime):  # type: ignore[no-untyped-def]  # SQLAlchemy's own words for a condition
    """No pause is longer than the longest: what lies further ahead was written by a clock that was set back since."""
    is_due = or_(PushMessage.due_at <= now, PushMessage.due_at > now + max(LEASE, LONGEST_WAIT, *PAUSES))
    return PushMessage.sent_at.is_(None), PushMessage.given_up_at.is_(None), is_due
