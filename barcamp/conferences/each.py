"""Work that is due at several conferences: each held, and in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log import service as log

logger = logging.getLogger(__name__)


def at_each(store: Store, ids: Iterable[int], work: Callable[[Session, Conference], Any], what: str) -> int:
    """Do the work at each of these conferences and return at how many it said that there was something to do.

    Each is read again once it is held, so the work asks anew whether it is due. One that fails is written down as
    `what` ("published live") and left for the next time: the others shall not wait for its mending.
    """
    done = 0
    for conference_id in ids:
        try:
            with store.writing() as db:
                conference = db.get(Conference, conference_id)
                if conference is None:
                    continue
                log.hold(db, conference)
                db.refresh(conference)
                done += bool(work(db, conference))
        except Exception:
            logger.exception("conference %s could not be %s", conference_id, what)
    return done
