"""The thread of questions under a note."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from barcamp.conferences.models import Conference
from barcamp.wall.models import Comment, Note
from barcamp.wall.queries.hands import hands


class Count(NamedTuple):
    """How many entries there are under a note, hidden ones included: of all, and one person's own."""

    all: int
    own: int


def comments(db: Session, note_ids: Collection[int]) -> Sequence[Comment]:
    """The thread under these notes as one, with its authors, hidden entries included, the newest last."""
    return db.scalars(
        select(Comment)
        .where(Comment.note_id.in_(note_ids))
        .order_by(Comment.posted_at, Comment.id)
        .options(joinedload(Comment.author))
    ).all()


def was_hidden_by_an_organizer(db: Session, conference: Conference, comment: Comment) -> bool:
    """Whether an entry is hidden, and the last to hide it was an organizer, not somebody who presents the note."""
    lines = hands(db, conference.id, comment.note_id, "comment-hidden", "comment-shown")
    last = next((line for line in lines if (line[0].after or {}).get("comment") == comment.id), None)
    return last is not None and (last[0].kind, last[1]) == ("comment-hidden", True)


def find_comment(db: Session, conference: Conference, comment_id: int, *, fresh: bool = False) -> Comment | None:
    """An entry under a note of this conference. `fresh` reads again what this session has read before."""
    return db.scalars(
        select(Comment)
        .join(Note, Note.id == Comment.note_id)
        .where(Comment.id == comment_id, Note.conference_id == conference.id)
        .options(joinedload(Comment.author))
        .execution_options(populate_existing=fresh)
    ).one_or_none()


def find_same_comment(db: Session, note: Note, author_id: int, text: str, *, since: datetime) -> Comment | None:
    """The latest entry with exactly these words by this person, posted since then."""
    return db.scalars(
        select(Comment)
        .where(
            Comment.note_id == note.id,
            Comment.author_id == author_id,
            Comment.text == text,
            Comment.posted_at > since,
        )
        .order_by(Comment.id.desc())
        .limit(1)
    ).one_or_none()


def count_comments(db: Session, note: Note, author_id: int) -> Count:
    row = db.execute(
        select(func.count(), func.count().filter(Comment.author_id == author_id))
        .select_from(Comment)
        .where(Comment.note_id == note.id)
    ).one()
    return Count(*row)
