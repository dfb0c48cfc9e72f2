"""Making, revoking and using secret links. They are a person's own affair: no conference's log speaks of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.errors import N_
from barcamp.feeds import queries
from barcamp.feeds.errors import TooManyLinks
from barcamp.feeds.models import FeedToken
from barcamp.people.models import Person

MOST_LINKS = 10
NOTICED_EVERY = timedelta(minutes=15)


def make_link(
    db: Session, conference: Conference, person: Person, label: str, *, secret_key: str, now: datetime
) -> FeedToken:
    """A new secret link to somebody's agenda of a conference."""
    if queries.count_tokens(db, conference, person.id) >= MOST_LINKS:
        raise TooManyLinks(N_("You have {count} links already. Revoke one that you no longer use."), count=MOST_LINKS)
    nonce = secrets.token_hex(16)
    made = FeedToken(
        person_id=person.id,
        conference_id=conference.id,
        nonce=nonce,
        token_hash=hash_of(token_of(nonce, secret_key)),
        label=label,
        created_at=now,
    )
    db.add(made)
    db.flush()
    return made


def revoke_link(db: Session, link: FeedToken, *, now: datetime) -> None:
    """The link answers 410 from now on. Revoking twice is revoking once."""
    link.revoked_at = link.revoked_at or now
    db.flush()


def notice_fetch(db: Session, link_id: int, *, now: datetime) -> None:
    """Remember that a calendar has just asked, so that its owner can see whether it still does."""
    db.execute(
        update(FeedToken)
        .where(FeedToken.id == link_id)
        .values(fetched_at=now)
        .execution_options(synchronize_session=False)
    )


def is_worth_noticing(link: FeedToken, now: datetime) -> bool:
    return link.fetched_at is None or now - link.fetched_at >= NOTICED_EVERY


def token_of(nonce: str, secret_key: str) -> str:
    """The token of a link: 192 bits of HMAC-SHA256 over its nonce, as 32 characters for an address.

    It can be shown again as long as the site keeps its secret key, and a copy of the database alone opens no feed.
    """
    digest = hmac.new(secret_key.encode(), b"feed:" + nonce.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def hash_of(token: str) -> bytes:
    """What the database keeps to find a link by: SHA-256."""
    return hashlib.sha256(token.encode()).digest()
