"""How somebody hears, whether they ever said so or not."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from barcamp.news import queries


@dataclass(frozen=True, slots=True)
class Ways:
    """As in news.models.NewsChoice; who never said so hears by all of them."""

    by_mail: bool = True
    by_push: bool = True
    on_pages: bool = True


def of(db: Session, person_id: int) -> Ways:
    said = queries.find_choice(db, person_id)
    return Ways() if said is None else Ways(said.by_mail, said.by_push, said.on_pages)
