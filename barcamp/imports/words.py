"""What is said of imports, in the visitor's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from barcamp.errors import N_
from barcamp.imports.found import Said
from barcamp.web.words import _

STATES = {
    "waiting": N_("waits to be read"),
    "running": N_("is being read"),
    "ready": N_("waits for you"),
    "failed": N_("could not be read"),
    "taken": N_("taken"),
    "discarded": N_("discarded"),
}
BADGES = {"ready": "now", "failed": "bad", "taken": "good"}
KINDS = {"xml": N_("schedule.xml"), "json": N_("schedule.json"), "ics": N_("iCalendar")}
FIELDS = {
    "title": N_("title"),
    "description": N_("description"),
    "format": N_("format"),
    "tags": N_("tags"),
    "copresenters": N_("presenters"),
    "slides_url": N_("slides"),
    "recording_url": N_("recording"),
    "place": N_("room and time"),
}
WITHDRAWN = N_("cancelled there, so it is withdrawn")
RESTORED = N_("no longer cancelled there, so it comes back")


def sentence(said: Said | list[Any]) -> str:
    """One thing that was not understood or is not taken."""
    words, facts = said
    shown = {name: _(fact) if name == "reason" else fact for name, fact in facts.items()}
    if "reason" in shown:  # a reason has places of its own
        shown["reason"] = str(shown["reason"]).format(**facts)
    return _(words).format(**shown)


def fields(names: Iterable[str]) -> str:
    """ "title, room and time"."""
    return ", ".join(_(FIELDS[name]) for name in names)
