"""What must follow a change of the venue before it is committed: the draft, then what the public reads."""

from __future__ import annotations

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.schedule import publishing
from barcamp.web.clock import utcnow
from barcamp.web.guard import me


def follow(conference: Conference) -> None:
    """Send to the tray what lost its place, and make the published words true again."""
    publishing.follow(db.session(), conference, me(), now=utcnow())
