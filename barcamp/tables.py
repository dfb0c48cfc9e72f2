"""Every table of the house, imported once, so that `Base.metadata` is whole. For migrations and `verify`."""

from __future__ import annotations

from barcamp.conferences import models as conferences
from barcamp.db import Base
from barcamp.feeds import models as feeds
from barcamp.front import models as front
from barcamp.imports import models as imports
from barcamp.log import models as log
from barcamp.mail import models as mail
from barcamp.news import models as news
from barcamp.people import models as people
from barcamp.registration import models as registration
from barcamp.schedule import models as schedule
from barcamp.speakers import models as speakers
from barcamp.venue import models as venue
from barcamp.wall import models as wall
from barcamp.watch import models as watch
from barcamp.web import models as web

__all__ = [
    "Base", "conferences", "feeds", "front", "imports", "log", "mail", "news", "people", "registration", "schedule",
    "speakers", "venue", "wall", "watch", "web",
]  # fmt: skip
