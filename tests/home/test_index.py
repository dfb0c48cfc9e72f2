"""The site's front page."""

from __future__ import annotations

from datetime import date, timedelta

import time_machine
from sqlalchemy.orm import Session

from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.venue import read


def sections(client: Client) -> dict[str, list[str]]:
    """The names under each heading."""
    found = {}
    for section in read.soup(client.get("/")).select("main section"):
        heading = section.find("h2")
        assert heading is not None
        found[heading.get_text()] = [one.get_text() for one in section.select("li h3 a, li > a.button")]
    return found


def test_what_is_on_what_is_coming_and_what_was(client: Client, people: Cast, db: Session) -> None:
    for slug, days in (("later", 30), ("soon", 3), ("past", -7), ("older", -400)):
        day = make.DAY + timedelta(days=days)
        make.conference(db, people.ada, slug, name=slug, starts_on=day, ends_on=day)
    make.conference(db, people.ada, "on", name="on", starts_on=make.DAY - timedelta(days=1))
    make.conference(db, people.ada, "secret", name="secret", listed=False)
    with time_machine.travel(make.NOW, tick=False):
        assert sections(client) == {"On today": ["on"], "Coming": ["soon", "later"], "Past": ["past", "older"]}
        assert sections(client.be(people.ada))["You help run"][:1] == ["later"]
        assert "secret" in sections(client)["You help run"]


def test_today_is_the_day_at_the_venue(client: Client, people: Cast, db: Session) -> None:
    """At 03:30 UTC on the 22nd it is still the 21st in Los Angeles, and already 16:30 in Auckland."""
    day = date(2026, 11, 21)
    make.conference(db, people.ada, "west", name="west", starts_on=day, ends_on=day, zone="America/Los_Angeles")
    make.conference(db, people.ada, "east", name="east", starts_on=day, ends_on=day, zone="Pacific/Auckland")
    with time_machine.travel(make.at("19:30"), tick=False):
        assert sections(client) == {"On today": ["west"], "Past": ["east"]}


def test_an_empty_site_says_how_to_begin(client: Client, people: Cast) -> None:
    page = client.get("/")
    assert "No conference here yet" in page.text
    assert "/sign-in?next=/conferences/new" in page.text
    assert 'href="/conferences/new"' in client.be(people.dee).get("/").text
