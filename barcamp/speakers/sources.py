"""Reading the calendars that speakers' talks come from.

    due → claimed → fetched and parsed, outside of any transaction → taken in, in one short transaction

What is new in a calendar becomes no talk by itself: a calendar holds dentists, too. It stands in the report as
proposed, the speaker ticks what is a talk (choosing.py), and from then on the talk follows its calendar (following.py).
`TalkSource.report` is JSON:

    name       how the calendar calls itself
    status     "read", "same" (304) or "failed"; then `why` [words, facts] says why
    changed    how many talks the last reading changed
    gone       how many it no longer lists
    ours       how many of its events are talks given here
    problems   [[words, facts], …], the first twenty; `more_problems` how many more
    listed     [uid, …] of its talks that the last good reading listed
    proposed   [event, …] as following.py writes them; `more_proposed` how many more
    left_out   [uid, …] that the speaker does not want
    followed   {uid: {"sequence", "modified", "missed"}} of each talk that came from it

An error is never taken for an empty calendar: only what two good readings do not list is gone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from barcamp import fetch
from barcamp.core.incoming import Incoming, read_calendar
from barcamp.db import Store
from barcamp.errors import N_, Refused
from barcamp.limited import run_limited
from barcamp.people import queries as people
from barcamp.speakers import talk_queries
from barcamp.speakers.following import Report, follow

log = logging.getLogger(__name__)

#: Between two readings, where the calendar does not say; and what is taken of what it says.
USUAL = timedelta(hours=6)
SHORTEST, LONGEST = timedelta(minutes=15), talk_queries.LONGEST
#: How long a reading may take before another worker takes it over.
LEASE = timedelta(minutes=10)
#: Sources, and about how many seconds, in one go; the next sweep reads on. Slow servers must not keep letters waiting.
AT_ONCE = 20
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A source to be read now, as values: its row may be gone by the time that it has been."""

    id: int
    person_id: int
    url: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of asking. "read" has a calendar, "failed" says why; `wait` is what the server asks for."""

    outcome: Literal["read", "same", "failed"]
    incoming: Incoming | None = None
    etag: str | None = None
    last_modified: str | None = None
    wait: timedelta | None = None
    why: tuple[str, dict[str, object]] | None = None


def read_due(store: Store, *, clock: Callable[[], datetime], network: fetch.Network = fetch.PUBLIC) -> int:
    """Read every source that is due, and return how many were read. Several workers at once share them."""
    until = time.monotonic() + SECONDS
    for count in range(AT_ONCE):
        claimed = _claim(store, now=clock()) if time.monotonic() < until else None
        if claimed is None:
            return count
        reading = _ask(claimed, network=network, now=clock())
        try:
            with store.writing() as db:
                take_in(db, claimed, reading, now=clock())
        except Exception:  # one odd calendar must not keep the others waiting
            log.exception("a speaker's calendar could not be taken in: source %s", claimed.id)
    return AT_ONCE


def _claim(store: Store, *, now: datetime) -> Claimed | None:
    """The source that waits longest, for us alone until the lease is over."""
    with store.reading() as db:  # most of the time there is none, and nobody need wait for the gate to hear so
        if not talk_queries.has_due_source(db, now):
            return None
    with store.writing() as db:
        source = talk_queries.find_due_source(db, now)
        if source is None:
            return None
        source.due_at = now + LEASE
        return Claimed(source.id, source.person_id, source.url, source.etag, source.last_modified)


def _ask(claimed: Claimed, *, network: fetch.Network, now: datetime) -> Reading:
    """Fetch and parse, holding nothing."""
    try:
        found = fetch.get(claimed.url, etag=claimed.etag, last_modified=claimed.last_modified, network=network)
    except fetch.CannotFetch as problem:
        return Reading("failed", why=_told(problem))
    wait = None if found.retry_after is None else timedelta(seconds=found.retry_after)
    if found.status == 304:
        return Reading("same", etag=found.etag, last_modified=found.last_modified, wait=wait)
    if found.status != 200:
        return Reading("failed", wait=wait, why=_why_not(found.status))
    try:
        incoming = run_limited(read_calendar, found.body, default_zone="UTC", now=now)
    except Refused as problem:
        return Reading("failed", wait=wait, why=_told(problem))
    return Reading("read", incoming, found.etag, found.last_modified, wait)


def _told(problem: Refused) -> tuple[str, dict[str, object]]:
    """A refusal as it is kept, to be translated where it is shown."""
    facts = problem.facts_in("en")
    return problem.words, {name: fact if isinstance(fact, str | int) else str(fact) for name, fact in facts.items()}


def _why_not(status: int) -> tuple[str, dict[str, object]]:
    if status in (404, 410):
        return N_("There is nothing at this address any more."), {}
    if status in (401, 403):
        return N_("This address does not let us in. It must be readable by everybody."), {}
    if status == 429:
        return N_("This address asks us to come back later."), {}
    return N_("This address answers with an error ({status})."), {"status": status}


def take_in(db: Session, claimed: Claimed, reading: Reading, *, now: datetime) -> None:
    """What a reading found becomes part of the talks that follow it, and of the report. Nothing happens where the
    source was removed meanwhile.
    """
    people.keep_from_erasing(db, claimed.person_id)
    people.hold_person(db, claimed.person_id)
    source = talk_queries.find_source(db, claimed.person_id, claimed.id)
    if source is None or source.url != claimed.url:
        return
    report: Report = deepcopy(source.report or {})  # changed in place, it would seem the same to the session
    source.fetched_at = now
    if reading.outcome == "failed":
        source.state, source.failures = "failing", source.failures + 1
        report |= {"status": "failed", "why": list(reading.why or ())}
    else:
        source.state, source.failures = "good", 0
        report |= {"status": reading.outcome, "why": None}
        source.etag = reading.etag or (source.etag if reading.outcome == "same" else None)
        source.last_modified = reading.last_modified or (source.last_modified if reading.outcome == "same" else None)
        follow(db, source, reading.incoming, report, now=now)
    source.report = report
    source.due_at = now + pause(reading, source.failures, report.get("refresh"))
    db.flush()


def pause(reading: Reading, failures: int, refresh: int | None) -> timedelta:
    """Until the next reading: what the calendar wishes within bounds, after errors twice as long each time, and never
    less than the server asks for.
    """
    usual = USUAL if refresh is None else timedelta(seconds=refresh)
    wished = min(max(usual, SHORTEST), LONGEST)
    if failures:
        wished = min(SHORTEST * 2 ** min(failures - 1, 10), LONGEST)
    return max(wished, min(reading.wait or wished, LONGEST))
