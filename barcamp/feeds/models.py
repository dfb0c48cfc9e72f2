"""FeedToken: a secret, revocable link to one person's agenda of one conference."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from barcamp.conferences.models import Conference
from barcamp.db import Base
from barcamp.people.models import Person


class FeedToken(Base):
    """One secret link. The token is made from `nonce` and the site's secret key, so a copy of the database alone
    opens no feed; `token_hash` (SHA-256) finds the row.
    """

    __tablename__ = "feed_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id", ondelete="CASCADE"))
    nonce: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    label: Mapped[str]
    created_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    conference: Mapped[Conference] = relationship(lazy="raise_on_sql")
