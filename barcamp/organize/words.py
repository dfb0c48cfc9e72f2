"""The lines of the log in words: "Bo Finch posted “How to whittle”"."""

from __future__ import annotations

from barcamp.errors import N_
from barcamp.organize.queries import News
from barcamp.web.words import _

SOMEONE = N_("Someone")

_WORDS = {
    "conference-created": N_("{who} started the conference"),
    "conference-changed": N_("{who} changed the settings"),
    "venue-copied": N_("{who} copied rooms and slots"),
    "room-added": N_("{who} added the room {about}"),
    "room-changed": N_("{who} changed the room {about}"),
    "room-moved": N_("{who} put the room {about} in another place of the list"),
    "room-removed": N_("{who} removed the room {about}"),
    "room-closed": N_("{who} closed the room {about} for a while"),
    "room-opened": N_("{who} opened the room {about} again"),
    "slots-made": N_("{who} made a day’s grid"),
    "slots-rezoned": N_("{who} moved all slots to another time zone"),
    "slot-added": N_("{who} added a slot"),
    "slot-changed": N_("{who} changed a slot"),
    "slot-removed": N_("{who} removed a slot"),
    "sponsor-added": N_("{who} added the sponsor {about}"),
    "sponsor-changed": N_("{who} changed the sponsor {about}"),
    "sponsor-removed": N_("{who} removed the sponsor {about}"),
    "role-given": N_("{who} gave {about} a role in the team"),
    "role-taken": N_("{who} took {about} out of the team"),
    "presenter-renamed": N_("{who} has a new name"),
    "presenter-erased": N_("Somebody who had posted notes has left; the notes stay"),
    "registered": N_("{who} registered"),
    "registration-changed": N_("{who} changed a registration"),
    "registration-cancelled": N_("{about} is no longer registered"),
    "registration-promoted": N_("{about} moved up from the waiting list"),
    "note-posted": N_("{who} posted “{about}”"),
    "note-edited": N_("{who} edited “{about}”"),
    "note-withdrawn": N_("{who} withdrew “{about}”"),
    "note-restored": N_("{who} brought “{about}” back"),
    "note-hidden": N_("{who} hid “{about}”"),
    "note-shown": N_("{who} showed “{about}” again"),
    "arranged": N_("{who} had the notes arranged"),
    "placed": N_("{who} placed “{about}”"),
    "taken-off": N_("{who} took “{about}” off the board"),
    "pinned": N_("{who} pinned “{about}”"),
    "unpinned": N_("{who} unpinned “{about}”"),
    "undone": N_("{who} took a step back on the board"),
    "displaced": N_("Sessions went back to the tray, after a change by {who}"),
    "published": N_("{who} published the schedule"),
}


def line(news: News) -> str:
    """One line of the log for people; a kind nobody has put into words is shown as it is."""
    who = news.actor or _(SOMEONE)
    known = _WORDS.get(news.change.kind)
    if known is None:
        return f"{who}: {news.change.kind.replace('-', ' ')} {news.about}".rstrip()
    return _(known).format(who=who, about=news.about or _(SOMEONE))
