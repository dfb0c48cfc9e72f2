"""Which of those who present something have a page; web/presenters.py makes links of it."""

from __future__ import annotations

from collections.abc import Mapping

from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.speakers import queries
from barcamp.web.presenters import Pages


def pages_of_presenters(conference: Conference) -> Mapping[int, Pages]:
    """By note, for all notes of a conference of which any presenter has a page."""
    return remembered(
        ("presenters with pages", conference.id),
        lambda db: {
            note_id: tuple(pages.items()) for note_id, pages in queries.presenters_with_pages(db, conference).items()
        },
        rows=lambda found: len(found) // 4,
    )
