"""A table as people paste it, read into talks: from a web page, a spreadsheet, a CSV file, Markdown or HTML.

    for row in read_talks(text, today=today).rows:
        row.talk or row.words

A heading may have its columns in any order; without one they are When, Conference, Where, Talk title. Where the cell of
the conference is blank, the row belongs to the conference above it, and so do its blank days and place. Nothing is
dropped in silence: each row is a talk or says what is wrong with it, and columns that are not taken are named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from barcamp.core.addresses import is_web_address
from barcamp.core.cells import Cell, read_table
from barcamp.core.slugs import clean_line, fold
from barcamp.core.spans import BadSpan, Span, read_span
from barcamp.errors import N_

MOST_ROWS = 500
MOST_BYTES = 64 * 1024
LONGEST_TITLE = 200
LONGEST_NAME = 120
MOST_COSPEAKERS = 6

#: Columns by what people write above them, folded.
_HEADINGS = {
    "when": "when date dates day days datum wann",
    "conference": "conference|event|meetup|conference name|event name|konferenz|conference or event",
    "place": "where|place|city|location|venue|ort|wo",
    "title": "talk title|talk|title|session|presentation|topic|talk titles|session title|vortrag|titel",
    "cospeakers": "co-speakers|co-speaker|cospeakers|cospeaker|co-presenters|co-presenter|with|together with",
    "url": "url|link|web|website|address|web address|talk url|page",
    "slides": "slides|slide|slides url|deck|slide deck|folien",
    "recording": "recording|recordings|video|videos|recording url|video url|aufzeichnung",
}
COLUMNS = {
    word: column
    for column, words in _HEADINGS.items()
    for word in (words.split("|") if "|" in words else words.split())
}
DEFAULT = ("when", "conference", "place", "title")
_NEEDED = ("when", "conference", "title")
_ABOVE = frozenset({'"', "''", "〃", "”", "“", "do.", "dto."})


@dataclass(frozen=True, slots=True)
class PastedTalk:
    """One good row. Texts are clean; addresses are http or https, or empty."""

    span: Span
    conference: str
    place: str
    title: str
    cospeakers: tuple[str, ...] = ()
    url: str = ""
    slides_url: str = ""
    recording_url: str = ""


@dataclass(frozen=True, slots=True)
class PastedRow:
    """One row under its number, counted from 1. With a talk, or with whole sentences on why not."""

    number: int
    cells: tuple[str, ...]
    talk: PastedTalk | None = None
    words: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pasted:
    """All rows but headings; `left_out` are headings of columns that are not taken."""

    rows: tuple[PastedRow, ...]
    left_out: tuple[str, ...] = ()

    @property
    def good(self) -> list[PastedRow]:
        return [row for row in self.rows if row.talk is not None]


class NotATable(ValueError):
    """Nothing of it can be taken; `words` are whole sentences, `facts` fill their {places}."""

    def __init__(self, words: str, **facts: object) -> None:
        super().__init__(words.format(**facts))
        self.words = words
        self.facts = facts


class _BadCell(Exception):
    def __init__(self, words: str, **facts: object) -> None:
        super().__init__(words)
        self.words, self.facts = words, facts


def read_talks(text: str, *, today: date) -> Pasted:
    """Every row of a pasted table as a talk, or with what is wrong with it.

    Raises:
        NotATable: it is empty, too large, or its heading leaves out what every talk needs.
    """
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise NotATable(N_("That is more than we take at once. Please paste it in two or more parts."))
    grid = [row for row in read_table(text) if any(cell.text for cell in row)]
    if not grid:
        raise NotATable(N_("There is no table in it yet. Paste one with a row for each talk."))
    if all(len(row) == 1 for row in grid):
        raise NotATable(
            N_("No columns can be seen here. Copy the whole table, or put a tab, a semicolon or | between the cells.")
        )
    if len(grid) > MOST_ROWS + 1:
        raise NotATable(N_("That is more than {most} rows. Please paste it in two or more parts."), most=MOST_ROWS)
    return _talks(grid, today)


# ---- rows to talks ---------------------------------------------------------------------------------------------------


@dataclass
class _Above:
    """The conference of the rows so far, for cells that are blank below it."""

    when: str = ""
    conference: str = ""
    place: str = ""


def _talks(grid: Sequence[Sequence[Cell]], today: date) -> Pasted:
    columns: Sequence[str | None] = DEFAULT
    left_out: list[str] = []
    above, rows = _Above(), list[PastedRow]()
    for number, row in enumerate(grid, 1):
        heading = _heading(row, today)
        if heading is not None:
            columns = heading
            left_out += [cell.text for cell, column in zip(row, columns, strict=True) if column is None and cell.text]
            continue
        if len(rows) == MOST_ROWS:
            raise NotATable(N_("That is more than {most} rows. Please paste it in two or more parts."), most=MOST_ROWS)
        rows.append(_row(number, row, columns, above, today))
    if not rows:
        raise NotATable(N_("There is a heading and no row under it."))
    return Pasted(tuple(rows), tuple(dict.fromkeys(left_out)))


def _heading(row: Sequence[Cell], today: date) -> list[str | None] | None:
    """The columns by their headings, None for those not known; None where the row is no heading."""
    columns: list[str | None] = []
    for cell in row:
        column = COLUMNS.get(fold(cell.text).strip(" *_:#?").removesuffix("(s)"))
        columns.append(None if column in columns else column)
    if sum(column is not None for column in columns) < 2 or any(_is_span(cell.text, today) for cell in row):
        return None
    missing = [column for column in _NEEDED if column not in columns]
    if missing:
        raise NotATable(MISSING[missing[0]])
    return columns


MISSING = {
    "when": N_("The heading has no column that says when. Call it “When”."),
    "conference": N_("The heading has no column for the conference. Call it “Conference”."),
    "title": N_("The heading has no column for the talk’s title. Call it “Talk title”."),
}


def _is_span(text: str, today: date) -> bool:
    try:
        read_span(text, today=today)
    except BadSpan:
        return False
    return True


def _row(number: int, row: Sequence[Cell], columns: Sequence[str | None], above: _Above, today: date) -> PastedRow:
    plain = PastedRow(number, tuple(cell.text for cell in row))
    try:
        cells = _by_column(row, columns)
        _carry_down(cells, above)
        return replace(plain, talk=_talk(cells, today))
    except _BadCell as problem:
        return replace(plain, words=problem.words, facts=problem.facts)


def _by_column(row: Sequence[Cell], columns: Sequence[str | None]) -> dict[str, Cell]:
    if len(row) == 1 and len(columns) > 1:  # a page whose cells span rows is copied so: what is new stands alone
        return {"title": row[0]}
    extra = [cell for cell in row[len(columns) :] if cell.text]
    if extra:
        raise _BadCell(
            N_("This row has {n} cells and only {expected} are expected. Put quotes around a cell with a comma in it."),
            n=len(row), expected=len(columns),
        )  # fmt: skip
    return {column: cell for column, cell in zip(columns, row, strict=False) if column is not None}


def _carry_down(cells: dict[str, Cell], above: _Above) -> None:
    """Fill blank cells from above, as long as it is the same conference, and remember what is there now."""
    when, conference, place = (_said(cells, column) for column in ("when", "conference", "place"))
    if not conference or fold(conference) == fold(above.conference):
        conference = conference or above.conference
        when, place = when or above.when, place or above.place
    elif not when:
        raise _BadCell(N_("When? This row names another conference than the one above it, so its days must be there."))
    above.when, above.conference, above.place = when, conference, place
    cells.update(when=Cell(when), conference=Cell(conference), place=Cell(place))


def _said(cells: Mapping[str, Cell], column: str) -> str:
    text = cells[column].text if column in cells else ""
    return "" if text in _ABOVE else text


def _talk(cells: Mapping[str, Cell], today: date) -> PastedTalk:
    title = cells["title"].text if "title" in cells else ""
    if not title:
        raise _BadCell(N_("What is the talk called? This row has no title."))
    if not cells["conference"].text:
        raise _BadCell(N_("Which conference? This row names none, and there is none above it."))
    conference, place = cells["conference"].text, cells["place"].text
    for text, longest in ((title, LONGEST_TITLE), (conference, LONGEST_NAME), (place, LONGEST_NAME)):
        if len(text) > longest:
            raise _BadCell(
                N_("“{start}…” is too long: {longest} characters at the most."), start=text[:30], longest=longest
            )
    try:
        span = read_span(cells["when"].text, today=today)
    except BadSpan as problem:
        raise _BadCell(problem.words, **problem.facts) from problem
    link = cells["title"].link
    return PastedTalk(
        span=span,
        conference=conference,
        place=place,
        title=title,
        cospeakers=_names(cells.get("cospeakers", Cell("")).text),
        url=_address(cells, "url") or (link if is_web_address(link) else ""),
        slides_url=_address(cells, "slides"),
        recording_url=_address(cells, "recording"),
    )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for part in re.split(r"[,;&\n]|\band\b", text) if (name := clean_line(part))))
    if len(names) > MOST_COSPEAKERS:
        raise _BadCell(N_("A talk names {most} co-speakers at the most."), most=MOST_COSPEAKERS)
    if any(len(name) > LONGEST_NAME for name in names):
        raise _BadCell(
            N_("“{start}…” is too long: {longest} characters at the most."), start=text[:30], longest=LONGEST_NAME
        )
    return names


def _address(cells: Mapping[str, Cell], column: str) -> str:
    """The address in a cell, be it its text or where its link leads."""
    cell = cells.get(column, Cell(""))
    if not cell.text and not cell.link:
        return ""
    for address in (cell.link, cell.text):
        if is_web_address(address):
            return address
    raise _BadCell(
        N_("“{text}” is no web address. Please give a whole one that starts with https:// or http://."),
        text=cell.text[:80],
    )
