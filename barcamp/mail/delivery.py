"""Sending what lies in the outbox, by the ways out that ways.py knows.

Every letter is claimed in one short transaction, sent outside of any, and marked in another. So it goes out at least
once, and nearly always exactly once: a worker that is killed between the server's 250 and our commit sends the letter
again when the lease has run out, under the same Message-ID, which lets mail programs show it once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from barcamp import meters
from barcamp.core.slugs import clean_line
from barcamp.db import Store
from barcamp.mail import queries, service, unsubscribe
from barcamp.mail.links import Links
from barcamp.mail.service import Claim
from barcamp.settings import Settings

log = logging.getLogger(__name__)

#: Claimed at once. Few, for they wait for the lease to end when this worker is killed.
BATCH = 5
#: A letter is not begun when its lease would run out before the slowest server could answer.
NEEDED = timedelta(minutes=2)

_SENT, _REFUSED, _HELD_UP = (
    meters.counter("barcamp_letters_total", outcome=outcome) for outcome in ("sent", "failed", "held-up")
)

Clock = Callable[[], datetime]


class NotSent(Exception):
    """One letter could not be sent; `for_good` when trying again cannot help."""

    def __init__(self, words: str, *, for_good: bool = False) -> None:
        super().__init__(clean_line(words))
        self.for_good = for_good


class NoServer(Exception):
    """No letter can be sent now: the server is not reached, or does not take us."""


class Way(Protocol):
    """A way out for one letter after the other."""

    def send(self, claim: Claim) -> None:
        """Raise NotSent (this letter) or NoServer (any letter)."""
        ...


def deliver(store: Store, settings: Settings, *, clock: Clock) -> int:
    """Send everything that is due, and return how many letters went out. Never raises for a mail server's sake."""
    claims, sent = _claim(store, settings, clock), 0
    if not claims:
        return 0
    from barcamp.mail.ways import way_out  # only now: it is large, and most sweeps find no letter

    with way_out(settings) as way:
        while claims:
            done = _send_all(store, way, claims, clock)
            sent += done
            claims = _claim(store, settings, clock) if done else []
    return sent


def _claim(store: Store, settings: Settings, clock: Clock) -> list[Claim]:
    with store.reading() as db:
        if not queries.some_are_due(db, clock()):
            return []
    with store.writing() as db:
        return [_with_a_way_out(claim, settings) for claim in service.claim(db, limit=BATCH, now=clock())]


def _with_a_way_out(claim: Claim, settings: Settings) -> Claim:
    """Letters of news say how to end them. The address opens nothing else, and is nowhere but in the letter."""
    if claim.person_id is None or claim.kind not in unsubscribe.KINDS:
        return claim
    token = unsubscribe.token_of(claim.person_id, settings.secret_key)
    return replace(claim, unsubscribe=Links(settings.base_url).unsubscribe(token))


def _send_all(store: Store, way: Way, claims: Sequence[Claim], clock: Clock) -> int:
    """Send one letter after the other, marking each at once; when the server is gone, the rest waits with it."""
    sent = 0
    for place, claim in enumerate(claims):
        if clock() + NEEDED > claim.lease_ends:
            with store.writing() as db:
                service.hand_back(db, claims[place:], now=clock())
            break
        try:
            way.send(claim)
        except NotSent as problem:
            # the server's words may hold the reader's address, so they stay in the letter's row
            log.warning("letter %s (%s) was not sent", claim.id, claim.kind)
            meters.add(_REFUSED)
            with store.writing() as db:
                service.mark_failed(db, claim, str(problem), for_good=problem.for_good, now=clock())
            continue
        except NoServer as problem:
            log.warning("%s letters wait: %s", len(claims) - place, problem)
            meters.add(_HELD_UP)
            with store.writing() as db:
                service.wait_for_server(db, claims[place:], str(problem), now=clock())
            break
        with store.writing() as db:
            service.mark_sent(db, claim, now=clock())
        meters.add(_SENT)
        sent += 1
    return sent
