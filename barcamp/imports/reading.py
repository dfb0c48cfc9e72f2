"""Reading what organizers have given to import, outside of requests: fetched, then read by a process with limits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from barcamp import fetch
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.errors import N_, Refused
from barcamp.fetch import PUBLIC, CannotFetch, Network
from barcamp.imports import queries, service
from barcamp.imports.found import Found, as_json
from barcamp.imports.models import Import
from barcamp.imports.understand import understand
from barcamp.limited import run_limited

log = logging.getLogger(__name__)

#: Seconds of computing for one file.
SECONDS = 10
MOST_SAID = 300


def read_waiting(store: Store, *, clock: Callable[[], datetime], network: Network = PUBLIC) -> int:
    """Read every import that waits, and return how many were read."""
    count = 0
    while _read_next(store, clock, network):
        count += 1
    return count


def _read_next(store: Store, clock: Callable[[], datetime], network: Network) -> bool:
    """Read one. Nothing is fetched or computed while a transaction is open."""
    with store.reading() as db:
        import_id = queries.find_waiting(db, now=clock())
    if import_id is None:
        return False
    with store.writing() as db:
        if not service.claim(db, import_id, now=clock()):
            return True  # somebody else reads it; there may be another one
    with store.reading() as db:
        row, conference = queries.find_for_reading(db, import_id)
    found, why = _read(row, conference, clock(), network)
    with store.writing() as db:
        _finish(db.get_one(Import, import_id), found, why, clock())
    return True


def _read(row: Import, conference: Conference, now: datetime, network: Network) -> tuple[Found | None, Refused | None]:
    """What is in it, or why there is nothing."""
    try:
        content = row.source if row.source is not None else _fetched(row.name, network)
        facts = {"zone": conference.zone, "venue": conference.venue, "now": now}
        found = run_limited(understand, content, seconds=SECONDS, **facts)
        if not found.talks:
            return None, Refused(N_("There are no sessions in it that could be read."))
        return found, None
    except Refused as refusal:
        return None, refusal
    except Exception:
        log.exception("the import %s could not be read", row.id)
        return None, Refused(N_("This could not be read, and not for a reason that we know. The file may be broken."))


def _fetched(address: str, network: Network) -> bytes:
    found = fetch.get(address, network=network)
    if found.status != 200:
        raise CannotFetch(N_("The server at this address answers with the status {status}."), status=found.status)
    return found.body


def _finish(row: Import, found: Found | None, why: Refused | None, now: datetime) -> None:
    """Keep what was found; the source itself is forgotten. What was discarded meanwhile stays so."""
    row.source = None
    if row.state != "running":
        return
    row.beat_at = row.ended_at = now
    if found is None:
        words, facts = (why.words, why.facts_in("en")) if why is not None else ("", {})
        row.state, row.report = "failed", {"why": [words, _plain(facts)]}
        return
    row.state, row.kind, row.found = "ready", found.kind, as_json(found)  # type: ignore[assignment]
    said = [[words, _plain(facts)] for words, facts in found.said[:MOST_SAID]]
    row.report = {"title": found.title, "said": said, "more": max(0, len(found.said) - MOST_SAID)}


def _plain(facts: dict[str, object]) -> dict[str, object]:
    return {name: value if isinstance(value, int) else str(value)[:500] for name, value in facts.items()}
