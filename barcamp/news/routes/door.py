"""The blueprint, and what of the news every page shows: the number in its header and the banner."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, g
from sqlalchemy.exc import SQLAlchemyError

from barcamp import db
from barcamp.errors import Busy
from barcamp.news import banner
from barcamp.news.banner import Banner
from barcamp.settings import Settings
from barcamp.web.clock import utcnow
from barcamp.web.guard import me
from barcamp.web.load import conference_or_404
from barcamp.web.words import locale

log = logging.getLogger(__name__)
blueprint = Blueprint("news", __name__)


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@blueprint.app_context_processor
def given_to_every_page() -> dict[str, Callable[[], Any]]:
    """A function, so that only what shows it pays for it."""
    return {"news_banner": shown}


def shown() -> Banner:
    """Looked up once a request. A page is worth more than its banner: where it cannot be had, there is none."""
    if "news_banner" not in g:
        try:
            g.news_banner = _looked_up()
        except (SQLAlchemyError, Busy):
            log.warning("the banner could not be looked up", exc_info=True)
            g.news_banner = Banner()
    found: Banner = g.news_banner
    return found


def _looked_up() -> Banner:
    person, conference = me(), g.get("conference")
    if conference is not None:
        conference = conference_or_404(g.slug)
    if person is not None:
        return banner.for_person(db.session(), person.id, conference, locale=str(locale()))
    if conference is not None:
        return banner.for_guest(db.session(), conference, now=utcnow(), locale=str(locale()))
    return Banner()
