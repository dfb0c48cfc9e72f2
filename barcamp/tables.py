"""Every table of the house, imported once, so that `Base.metadata` is whole. For migrations and `verify`."""

from __future__ import annotations

from barcamp.conferences import models as conferences
from barcamp.db import Base
from barcamp.feeds import models as feeds
from barcamp.log import models as log
from barcamp.mail import models as mail
from barcamp.people import models as people
from barcamp.registration import models as registration
from barcamp.schedule import models as schedule
from barcamp.venue import models as venue
from barcamp.wall import models as wall

__all__ = [
    "Base", "conferences", "feeds", "log", "mail", "people", "registration", "schedule", "venue", "wall",
]  # fmt: skip
