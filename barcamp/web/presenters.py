"""The names of those who present something, with a link to the page of each who has one."""

from __future__ import annotations

from flask import url_for
from markupsafe import Markup, escape

#: (name, slug of the page) of each presenter who has a page.
Pages = tuple[tuple[str, str], ...]


def linked(names: str, pages: Pages) -> Markup:
    """ "Bo Finch, Cy Reed" with a link on each name that is in `pages`, everything else escaped."""
    slugs = dict(pages)
    return Markup(", ").join(
        Markup('<a class="presenter" href="{}">{}</a>').format(url_for("speakers.show", name=slugs[name]), name)
        if name in slugs
        else escape(name)
        for name in names.split(", ")
    )
