"""Speakers and their talks elsewhere, for tests."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from barcamp.people.models import Person
from barcamp.speakers.models import Speaker, Talk
from tests import make

BRIDGE = {
    "conference": "Open Source Bridge 2012", "place": "Portland, OR", "starts_on": date(2012, 6, 26),
    "ends_on": date(2012, 6, 29),
}  # fmt: skip
OSCON = {
    "conference": "OSCON 2012", "place": "Portland, OR", "starts_on": date(2012, 7, 26), "ends_on": date(2012, 7, 27),
}  # fmt: skip
CLOUDS = "Comparing Open Source Private Cloud Platforms"
OPS = 'Put the "Ops" in "Dev": what developers need to know about DevOps'


def page(db: Session, who: Person, slug: str = "bo-finch", **given: Any) -> Speaker:
    """A public page."""
    made = Speaker(person_id=who.id, slug=slug, **{"public": True, "links": [], "changed_at": make.NOW} | given)
    db.add(made)
    db.flush()
    return made


def talk(db: Session, who: Person, title: str = CLOUDS, **given: Any) -> Talk:
    made = Talk(
        uid=str(uuid4()), person_id=who.id, title=title, created_at=make.NOW, fragment=b"",
        **{"conference": "Rivercon", "starts_on": make.DAY, "ends_on": make.DAY, "stamped_at": make.NOW} | given,
    )  # fmt: skip
    db.add(made)
    db.flush()
    return made


def of_2012(db: Session, who: Person) -> None:
    """Three talks of one year, at two conferences."""
    talk(db, who, CLOUDS, **BRIDGE)
    talk(db, who, OPS, **BRIDGE)
    talk(db, who, CLOUDS, **OSCON)


ROWS_OF_2012 = [
    ["June 26 - 29, 2012", "Open Source Bridge 2012", "Portland, OR", CLOUDS],
    ["June 26 - 29, 2012", "Open Source Bridge 2012", "Portland, OR", OPS],
    ["July 26 - 27, 2012", "OSCON 2012", "Portland, OR", CLOUDS],
]


def tables(html: str) -> list[list[list[str]]]:
    """The words of every cell of every table of talks, without the small print under a title."""
    soup = BeautifulSoup(html, "html.parser")
    for small in soup.select(".talk-more"):
        small.decompose()
    return [
        [[cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
        for table in soup.select("table.talks")
    ]
