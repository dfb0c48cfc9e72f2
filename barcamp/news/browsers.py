"""The browsers that asked for Web Push: taken down, brought along by a merge, and let go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from barcamp import fetch
from barcamp.errors import N_, Busy, Refused
from barcamp.news import vapid
from barcamp.news.models import PushSubscription
from barcamp.people import queries as people

#: Browsers of one person; with one more, the one that asked first is let go.
MOST = 10
LONGEST_ENDPOINT = 1000


class NotABrowser(Refused):
    """What came is no subscription that anything could be sent to."""

    status = 422


def of(db: Session, person_id: int) -> Sequence[PushSubscription]:
    """Somebody's browsers, in the order in which they asked."""
    return db.scalars(
        select(PushSubscription).where(PushSubscription.person_id == person_id).order_by(PushSubscription.id)
    ).all()


def subscribe(
    db: Session, person_id: int, device_id: int | None, endpoint: str, p256dh: str, auth: str, label: str,
    *, now: datetime,
) -> PushSubscription:  # fmt: skip
    """From now on this browser hears. Asking twice is asking once; what was another's before (they sat at the same
    browser) is this person's alone, and what still waited for the other is gone.

    Raises:
        NotABrowser: the address or the keys are none.
    """
    endpoint = _checked_endpoint(endpoint)
    try:
        vapid.browser_keys(p256dh, auth)
    except ValueError:
        raise NotABrowser(N_("Your browser sent keys that nothing can be written with. Please try again.")) from None
    people.hold_person(db, person_id)  # two requests of one person count the same browsers
    there = db.scalars(
        select(PushSubscription).where(PushSubscription.endpoint == endpoint).with_for_update()
    ).one_or_none()
    if there is not None and there.person_id == person_id:
        there.device_id, there.p256dh, there.auth, there.label = device_id, p256dh, auth, label
        return there
    if there is not None:
        db.execute(delete(PushSubscription).where(PushSubscription.id == there.id))
        db.expunge(there)
    _make_room(db, person_id)
    made = PushSubscription(
        person_id=person_id, device_id=device_id, endpoint=endpoint, p256dh=p256dh, auth=auth, label=label,
        created_at=now,
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(made)
    except IntegrityError:  # somebody else has just asked for the very same browser
        raise Busy from None
    return made


def unsubscribe(db: Session, person_id: int, endpoint: str) -> None:
    """This browser hears no more; saying so twice is saying so once."""
    db.execute(
        delete(PushSubscription).where(PushSubscription.person_id == person_id, PushSubscription.endpoint == endpoint)
    )


def let_go(db: Session, person_id: int, subscription_id: int) -> bool:
    """One of somebody's browsers, maybe another than the one they sit at, hears no more. False: it is not theirs."""
    theirs = (PushSubscription.person_id == person_id) & (PushSubscription.id == subscription_id)
    return db.execute(delete(PushSubscription).where(theirs).returning(PushSubscription.id)).first() is not None


def bring_along(db: Session, walk_in_id: int, person_id: int) -> None:
    """A walk-in's browsers are the person's now. Their sign-ins end with the walk-in, so they hang on none for now."""
    db.execute(
        update(PushSubscription)
        .where(PushSubscription.person_id == walk_in_id)
        .values(person_id=person_id, device_id=None)
    )


def tie(db: Session, person_id: int, token_hash: bytes, *, now: datetime) -> None:
    """What came along hangs on this sign-in from now on, as it did on the one before."""
    device = people.find_device(db, token_hash, now=now)
    if device is not None:
        db.execute(
            update(PushSubscription)
            .where(PushSubscription.person_id == person_id, PushSubscription.device_id.is_(None))
            .values(device_id=device.id)
        )


def hand_on(db: Session, device_id: int, token_hash: bytes, *, now: datetime) -> None:
    """Somebody has signed in once more on a browser: it goes on hearing."""
    db.flush()
    device = people.find_device(db, token_hash, now=now)
    if device is not None:
        db.execute(update(PushSubscription).where(PushSubscription.device_id == device_id).values(device_id=device.id))


def _make_room(db: Session, person_id: int) -> None:
    kept = db.scalars(
        select(PushSubscription.id)
        .where(PushSubscription.person_id == person_id)
        .order_by(PushSubscription.id.desc())
        .offset(MOST - 1)
    ).all()
    if kept:
        db.execute(delete(PushSubscription).where(PushSubscription.id.in_(kept)))


def _checked_endpoint(endpoint: str) -> str:
    """An address of a push service: https on its usual port, and nothing that somebody could hide in it. Whether it is
    on the public internet shows when something is sent (barcamp/fetch).
    """
    words = N_("Your browser named a push service that nothing can be sent to.")
    if len(endpoint) > LONGEST_ENDPOINT or not re.fullmatch(r"https://[!-~]+", endpoint):
        raise NotABrowser(words)
    try:
        same = fetch.checked(endpoint)
        # an IP address is nobody's push service, and no signature can name one
        named = bool(re.search(r"[a-z]", (urlsplit(same).hostname or "").rpartition(".")[2]))
    except fetch.CannotFetch:
        raise NotABrowser(words) from None
    if not named or urlsplit(same).hostname in (None, "localhost"):
        raise NotABrowser(words)
    return endpoint
