"""A calendar of somebody else's making, read as values: what is in it, and what was not understood, in words.

    incoming = read_calendar(content, default_zone="Europe/Berlin", now=now)

Nothing is dropped silently: what is not an item is a problem. Pure, but not quick: a file of strangers is read in a
process of its own (limited.py). Start at reading.py; file.py finds the components, items.py makes items of them.
"""

from __future__ import annotations

from barcamp.core.incoming.reading import read_calendar
from barcamp.core.incoming.values import Incoming, Item, NotACalendar, Problem

__all__ = ["Incoming", "Item", "NotACalendar", "Problem", "read_calendar"]
