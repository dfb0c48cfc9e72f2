"""The names of those who present something, with a link to the page of each who has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import url_for
from markupsafe import Markup, escape

from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.speakers import queries

#: (name, slug of the page) of each presenter of a note who has a page.
Pages = tuple[tuple[str, str], ...]


def pages_of_presenters(conference: Conference) -> Mapping[int, Pages]:
    """By note, for all notes of a conference of which any presenter has a page."""
    return remembered(
        ("presenters with pages", conference.id),
        lambda db: {
            note_id: tuple(pages.items()) for note_id, pages in queries.presenters_with_pages(db, conference).items()
        },
        rows=lambda found: len(found) // 4,
    )


def linked(names: str, pages: Iterable[tuple[str, str]]) -> Markup:
    """ "Bo Finch, Cy Reed" with a link on each name that is in `pages`, everything else escaped."""
    slugs = dict(pages)
    return Markup(", ").join(
        Markup('<a class="presenter" href="{}">{}</a>').format(url_for("speakers.show", name=slugs[name]), name)
        if name in slugs
        else escape(name)
        for name in names.split(", ")
    )
