"""What the file with everybody's own data says of news: what they were told and said, how they hear, and on what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.news.models import Bulletin, News, NewsChoice, PushMessage, PushSubscription

Rows = list[dict[str, Any]]


def of_person(db: Session, person_id: int) -> dict[str, Rows]:
    """All of it but the keys and addresses of browsers, which are of use to nobody else."""
    return {
        "news": _told(db, person_id),
        "announcements": _rows(
            db,
            select(
                Conference.slug.label("conference"), Bulletin.told_at, Bulletin.audience, Bulletin.title, Bulletin.text
            )
            .join(Bulletin, Bulletin.conference_id == Conference.id)
            .where(Bulletin.author_id == person_id)
            .order_by(Bulletin.told_at, Bulletin.id),
        ),
        "news_choices": _rows(
            db,
            select(NewsChoice.by_mail, NewsChoice.by_push, NewsChoice.on_pages, NewsChoice.changed_at).where(
                NewsChoice.person_id == person_id
            ),
        ),
        "notified_browsers": _rows(
            db,
            select(PushSubscription.label, PushSubscription.created_at, PushSubscription.sent_at)
            .where(PushSubscription.person_id == person_id)
            .order_by(PushSubscription.id),
        ),
        "notifications": _rows(
            db,
            select(PushMessage.title, PushMessage.text, PushMessage.written_at, PushMessage.sent_at)
            .join(PushSubscription, PushSubscription.id == PushMessage.subscription_id)
            .where(PushSubscription.person_id == person_id)
            .order_by(PushMessage.id),
        ),
    }


def _told(db: Session, person_id: int) -> Rows:
    """The inbox, oldest first, each bulletin with those of its changes that concern them."""
    told = db.execute(
        select(News, Bulletin, Conference.slug)
        .join(Bulletin, Bulletin.id == News.bulletin_id)
        .join(Conference, Conference.id == Bulletin.conference_id)
        .where(News.person_id == person_id)
        .order_by(Bulletin.told_at, Bulletin.id)
    ).all()
    return [
        {
            "conference": slug,
            "told_at": bulletin.told_at,
            "read_at": news.read_at,
            "title": bulletin.title,
            "text": bulletin.text,
            "changes": [bulletin.changes[str(one)] for one in news.note_ids if str(one) in bulletin.changes],
        }
        for news, bulletin, slug in told
    ]


def _rows(db: Session, query: Any) -> Rows:
    return [dict(row) for row in db.execute(query).mappings()]
