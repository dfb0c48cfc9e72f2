"""Talks elsewhere for tests: those of the three rows of 2012, and others made in one line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from barcamp.people.models import Person
from barcamp.speakers import service, talks
from barcamp.speakers.models import Speaker, Talk
from barcamp.speakers.talks import TalkContent
from tests import make

CLOUDS = "Comparing Open Source Private Cloud Platforms"
OPS = 'Put the "Ops" in "Dev": what developers need to know about DevOps'
BRIDGE: dict[str, Any] = {"conference": "Open Source Bridge 2012", "place": "Portland, OR",
          "starts_on": date(2012, 6, 26), "ends_on": date(2012, 6, 29)}  # fmt: skip
OSCON: dict[str, Any] = {"conference": "OSCON 2012", "place": "Portland, OR",
         "starts_on": date(2012, 7, 26), "ends_on": date(2012, 7, 27)}  # fmt: skip
THREE = [TalkContent(title=CLOUDS, **BRIDGE), TalkContent(title=OPS, **BRIDGE), TalkContent(title=CLOUDS, **OSCON)]

TABLE = f"""When\tConference\tWhere\tTalk title
June 26 - 29, 2012\tOpen Source Bridge 2012\tPortland, OR\t{CLOUDS}
\t\t\t{OPS}
July 26 - 27, 2012\tOSCON 2012\tPortland, OR\t{CLOUDS}"""


def page_of(db: Session, person: Person) -> Speaker:
    """Somebody's page, which they show to everybody."""
    speaker = service.make_page(db, person, now=make.NOW)
    service.show_page(db, speaker, now=make.NOW)
    return speaker


def talk(db: Session, person: Person, title: str = "Ducks", *, now: datetime = make.NOW, **given: Any) -> Talk:
    values: dict[str, Any] = {"conference": "PondConf", "starts_on": make.DAY, "ends_on": make.DAY}
    return talks.add(db, person.id, TalkContent(title=title, **values | given), now=now)
