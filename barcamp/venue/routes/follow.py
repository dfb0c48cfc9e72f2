"""What must follow a change of the venue before it is committed: the draft, then what the public reads."""

from __future__ import annotations

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.schedule import publishing
from barcamp.web.clock import utcnow
from barcamp.web.guard import me


def follow(conference: Conference, *, renamed: bool = False) -> None:
    """Send to the tray what lost its place, and make the published words true again. `renamed`: a room has another
    name, which its own calendar says even where nothing is in it.
    """
    now = utcnow()
    publishing.follow(db.session(), conference, me(), now=now)
    if renamed:
        publishing.mark_as_changed(db.session(), conference, now=now)
