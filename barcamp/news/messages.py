"""Handing a bulletin out: into inboxes, the outbox of letters and that of Web Push, in the transaction of its cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from barcamp.mail import letters
from barcamp.news import push
from barcamp.news.models import Bulletin, News, PushSubscription
from barcamp.news.readers import Reader


@dataclass(frozen=True, slots=True)
class Message:
    """What one reader is told. `letter` composes theirs, unless they have no address.

    `note_ids` are those of the bulletin's changes that concern them; `title`, `text` and `path` are for a notification.
    """

    reader: Reader
    note_ids: Sequence[int]
    title: str
    text: str
    path: str
    letter: Callable[[], letters.Row | None]


def hand_out(
    db: Session, bulletin: Bulletin, messages: Sequence[Message], readers: Select[Any], *, now: datetime
) -> None:
    """Tell them. `readers` is the SELECT of their ids, which may find more people than have a message."""
    db.add(bulletin)
    db.flush()
    if not messages:
        return
    inboxes = [
        {"bulletin_id": bulletin.id, "person_id": one.reader.id, "note_ids": list(one.note_ids)} for one in messages
    ]
    db.execute(insert(News), inboxes)
    composed = [one.letter() for one in messages if one.reader.by_mail]
    letters.write_all(db, [letter for letter in composed if letter is not None])
    browsers = _browsers(db, readers)
    for one in messages:
        if one.reader.by_push and one.reader.id in browsers:
            push.write(db, browsers[one.reader.id], one.title, one.text, one.path, now=now)
    db.flush()


def _browsers(db: Session, readers: Select[Any]) -> Mapping[int, Sequence[PushSubscription]]:
    """Where to send a notification, by person. One SELECT."""
    found = defaultdict(list)
    for one in db.scalars(
        select(PushSubscription).where(PushSubscription.person_id.in_(readers)).order_by(PushSubscription.id)
    ):
        found[one.person_id].append(one)
    return found
