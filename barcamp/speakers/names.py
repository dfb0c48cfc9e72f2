"""The names of those who present something, with a link to the page of each who has one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from flask import url_for
from markupsafe import Markup, escape

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.speakers import queries


def linker(conference: Conference, note_ids: Collection[int] | None = None) -> Callable[[int, str], str]:
    """Makes of a note's id and its presenters in one line that line with links: one look-up for a whole schedule."""
    pages = queries.presenters_with_pages(db.session(), conference, note_ids)
    return lambda note_id, names: linked(names, pages[note_id]) if note_id in pages else names


def linked(names: str, pages: Mapping[str, str]) -> Markup:
    """ "Bo Finch, Cy Reed" with a link on each name that is in `pages` (name to slug), everything else escaped."""
    return Markup(", ").join(
        Markup('<a class="presenter" href="{}">{}</a>').format(url_for("speakers.show", name=pages[name]), name)
        if name in pages
        else escape(name)
        for name in names.split(", ")
    )
