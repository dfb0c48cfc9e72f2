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
from barcamp.feeds.errors import LinkIsRevoked, TooManyLinks
from barcamp.feeds.models import FeedToken
from barcamp.people.models import Person

MOST_LINKS = 10
#: Living and dead: a row stays for each that was ever given out, to say "gone".
MOST_EVER = 200
NOTICED_EVERY = timedelta(minutes=15)


def make_link(
    db: Session, conference: Conference, person: Person, label: str, *, secret_key: str, now: datetime
) -> FeedToken:
    """A new secret link to somebody's agenda of a conference."""
    if queries.count_tokens(db, conference, person.id) >= MOST_LINKS:
        raise TooManyLinks(N_("You have {count} links already. Revoke one that you no longer use."), count=MOST_LINKS)
    _refuse_too_many_ever(db, conference.id, person.id)
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


def reset_link(db: Session, link: FeedToken, *, secret_key: str, now: datetime) -> None:
    """Give a link a new secret, under its old name. Who has the old one is told that it is gone, for ever."""
    if link.revoked_at is not None:
        raise LinkIsRevoked
    _refuse_too_many_ever(db, link.conference_id, link.person_id)
    old = link.token_hash
    link.nonce = secrets.token_hex(16)
    link.token_hash = hash_of(token_of(link.nonce, secret_key))
    link.created_at, link.fetched_at = now, None
    db.flush()
    db.add(
        FeedToken(
            person_id=link.person_id,
            conference_id=link.conference_id,
            nonce="",
            token_hash=old,
            label=link.label,
            created_at=now,
            revoked_at=now,
        )
    )
    db.flush()


def notice_fetch(db: Session, link_id: int, *, now: datetime) -> None:
    """Remember that a calendar has just asked, so that its owner can see whether it still does."""
    db.execute(
        update(FeedToken)
        .where(FeedToken.id == link_id)
        .values(fetched_at=now)
        .execution_options(synchronize_session=False)
    )


def is_worth_noticing(fetched_at: datetime | None, now: datetime) -> bool:
    return fetched_at is None or now - fetched_at >= NOTICED_EVERY


def _refuse_too_many_ever(db: Session, conference_id: int, person_id: int) -> None:
    if queries.count_all_tokens(db, conference_id, person_id) >= MOST_EVER:
        raise TooManyLinks(N_("You have made {count} links here. That is enough."), count=MOST_EVER)


def token_of(nonce: str, secret_key: str) -> str:
    """The token of a link: 192 bits of HMAC-SHA256 over its nonce, as 32 characters for an address.

    It can be shown again as long as the site keeps its secret key, and a copy of the database alone opens no feed.
    """
    digest = hmac.new(secret_key.encode(), b"feed:" + nonce.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def hash_of(token: str) -> bytes:
    """What the database keeps to find a link by: SHA-256."""
    return hashlib.sha256(token.encode()).digest()
