"""From bytes to components: what is a calendar file, and what of a broken one is whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

from icalendar import Calendar, Component

from barcamp.core.incoming.values import NotACalendar, Problem
from barcamp.core.slugs import clean_line
from barcamp.errors import N_

MOST_BYTES = 5_000_000
MOST_COMPONENTS = 5_000
LONGEST_PROPERTY = 65_536


def calendars(content: bytes, problems: list[Problem]) -> list[Calendar]:
    """All calendars of a file. Raises NotACalendar."""
    return _parsed(_lines(content, problems), problems)


def _lines(content: bytes, problems: list[Problem]) -> list[str]:
    """The unfolded lines (RFC 5545 3.1) without those that are far too long."""
    if len(content) > MOST_BYTES:
        raise NotACalendar(N_("This is larger than {n} MB."), n=MOST_BYTES // 1_000_000)
    text = re.sub(r"\r\n|\r", "\n", _decoded(content, problems))
    if "BEGIN:VCALENDAR" not in text[:200_000].upper():
        raise NotACalendar(N_("This is not a calendar: an iCalendar file begins with BEGIN:VCALENDAR."))
    lines = re.sub(r"\n[ \t]", "", text).split("\n")
    short = [line for line in lines if len(line) <= LONGEST_PROPERTY]
    if len(short) < len(lines):
        problems.append(Problem(N_("{n} texts were too long and were left out."), {"n": len(lines) - len(short)}))
    if sum(line[:6].upper() == "BEGIN:" for line in short) > MOST_COMPONENTS:
        raise NotACalendar(N_("There are more than {n} events in it."), n=MOST_COMPONENTS)
    return short


def _decoded(content: bytes, problems: list[Problem]) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(N_("Its letters are not in UTF-8; some may look odd.")))
        return content.decode("cp1252", "replace")


def _parsed(lines: list[str], problems: list[Problem]) -> list[Calendar]:
    """All calendars of the file; where its structure is broken, one of those events that are whole."""
    try:
        found = [one for one in Calendar.from_ical("\r\n".join(lines), multiple=True) if one.name == "VCALENDAR"]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
        found = []
    if found:
        return found
    problems.append(Problem(N_("The file is broken somewhere; what is whole was read.")))
    whole = Calendar()
    for block in _blocks(lines):
        try:
            whole.add_component(Component.from_ical("\r\n".join(block)))
        except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
            problems.append(Problem(N_("“{title}” is broken."), {"title": _title_in(block)}))
    return [whole]


def _blocks(lines: Iterable[str]) -> Iterable[list[str]]:
    """Each event and each zone with nothing around it."""
    block: list[str] = []
    name = ""
    for line in lines:
        said = line.strip().upper()
        if said in ("BEGIN:VEVENT", "BEGIN:VTIMEZONE"):
            block, name = [], said[6:]
        if name:
            block.append(line)
        if name and said == f"END:{name}":
            yield block
            name = ""


def _title_in(block: Iterable[str]) -> str:
    found = next((line.partition(":")[2] for line in block if line.upper().startswith("SUMMARY")), "")
    return clean_line(found)[:80] or "?"
