"""The c3voc (frab, Pentabarf) formats schedule.xml and schedule.json: a Program out, and anybody's file in.

Start at writing.py; shape.py says what the formats can hold. Promise: `read_xml(write_xml(p)).program == tidy(p)`, and
the same for JSON; the same program gives the same bytes.
"""

from __future__ import annotations

from barcamp.core.frab.reading import Problem, Read, read_json, read_xml
from barcamp.core.frab.shape import acronym_of, tidy
from barcamp.core.frab.sheets import NotASchedule
from barcamp.core.frab.writing import write_json, write_xml

__all__ = [
    "NotASchedule", "Problem", "Read", "acronym_of", "read_json", "read_xml", "tidy", "write_json", "write_xml",
]  # fmt: skip
