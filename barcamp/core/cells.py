"""The cells of a table as it was copied: from a web page, a spreadsheet, a CSV file, Markdown or HTML.

Nothing here knows what the cells mean; hostile text costs no more time than plain text of its length.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from typing_extensions import override

from barcamp.core.slugs import clean_line
from barcamp.core.tables import cell as guarded

#: Rows of an HTML table that are read.
MOST_HTML_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, and where a link in it leads."""

    text: str
    link: str = ""


def read_table(text: str) -> list[list[Cell]]:
    """The cells of a pasted table, whatever it was copied from; rows may be of different lengths."""
    text = re.sub("\r\n?|\u2028|\u2029|\x85", "\n", text.removeprefix("\ufeff")).strip("\n")
    if text.lstrip().startswith("<") and re.search(r"<t[rdh][\s>]", text, re.IGNORECASE):
        return _html_rows(text)
    lines = [line for line in text.split("\n") if line.strip()]
    bare = [re.sub('"(?:[^"]|"")*+"', "", line) for line in lines]  # what stands in quotes separates nothing
    if any("\t" in line for line in bare):
        return _separated(text, "\t")
    if lines and sum("|" in line for line in bare) * 2 >= len(lines):
        return _markdown_rows(lines)
    return _separated(text, _csv_separator(lines))


_MARKDOWN_LINK = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\(\s*<?([^\s()<>]*)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)")
_RULE = re.compile(r"[\s|:+=-]*-[\s|:+=-]*")


def _separated(text: str, separator: str) -> list[list[Cell]]:
    return [[Cell(_without_guard(clean_line(cell))) for cell in row] for row in _split(text, separator)]


def _without_guard(text: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it (core/tables.py writes it, too)."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _split(text: str, separator: str) -> Iterator[list[str]]:
    """Rows of cells. A cell is quoted only if its quotes close right before a separator (RFC 4180): a title that
    begins with a quoted word is none, and no stray quote swallows the rows below it.
    """
    pattern = re.compile(rf' *"((?:[^"]|"")*+)" *(?={re.escape(separator)}|\n|\Z)|([^{re.escape(separator)}\n]*)')
    row, at = list[str](), 0
    while True:
        found = pattern.match(text, at)
        assert found is not None  # the second half takes an empty cell, too
        quoted = found[1]
        if quoted is not None and "\n" in quoted and separator in quoted:
            end = min(place for place in (text.find(mark, at) for mark in (separator, "\n")) if place >= 0)
            row.append(text[at:end])
        else:
            end = found.end()
            row.append(found[2] if quoted is None else quoted.replace('""', '"'))
        if end >= len(text):
            yield row
            return
        if text[end] == "\n":
            yield row
            row = []
        at = end + 1


def _csv_separator(lines: Sequence[str]) -> str:
    """Semicolon or comma: the one that stands as often in most rows."""
    several: dict[str, int] = {}
    for mark in ";,":
        lengths = Counter(len(row) for line in lines[:50] for row in csv.reader([line], delimiter=mark))
        several[mark] = max((n for length, n in lengths.items() if length > 1), default=0)
    return ";" if several[";"] >= several[","] and several[";"] else ","


def _markdown_rows(lines: Sequence[str]) -> list[list[Cell]]:
    fenced = lines[0].lstrip().startswith("|")
    rows = []
    for line in lines:
        if _RULE.fullmatch(line):
            continue
        cells = re.split(r"(?<!\\)\|", line.strip() if fenced else line)
        if fenced and cells and not cells[0].strip():
            cells = cells[1:]
        if len(cells) > 1 and not cells[-1].strip() and line.rstrip().endswith("|"):
            cells = cells[:-1]
        rows.append([_markdown_cell(cell) for cell in cells])
    return rows


def _markdown_cell(text: str) -> Cell:
    found = _MARKDOWN_LINK.search(text)
    plain = _MARKDOWN_LINK.sub(lambda link: link[1], text)
    plain = re.sub(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1", r"\2", plain)
    return Cell(clean_line(re.sub(r"\\([\\|`*_\[\]])", r"\1", plain)), found[2] if found else "")


#: Comments and the like, of which nothing is seen; one that does not end goes on to the last letter.
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(?:[!?]|/(?![a-z]))[^>]*(?:>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"""</?[a-z](?:[^<>"']|"[^"]*"|'[^']*')*+>""", re.IGNORECASE)
LONGEST_TAG = 2000


def _html_rows(text: str) -> list[list[Cell]]:
    reader = _Tables()
    reader.feed(_with_whole_tags(_UNSEEN.sub("", text)))
    reader.close()
    reader.end_row()
    return reader.rows


def _with_whole_tags(text: str) -> str:
    """The same HTML with every `<` that begins no whole tag as the letter it is: for each of those, HTMLParser would
    look through all the rest again.
    """
    pieces, at = list[str](), 0
    while (start := text.find("<", at)) >= 0:
        tag = _TAG.match(text, start, start + LONGEST_TAG)
        pieces += text[at:start], "&lt;" if tag is None else tag[0]
        at = start + 1 if tag is None else tag.end()
    return "".join((*pieces, text[at:]))


class _Tables(HTMLParser):
    """The rows of all tables in a piece of HTML. Cells that span rows or columns stand in all of them."""

    MOST_SPAN = 50
    WIDEST = 50

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[Cell]] = []
        self._row: list[Cell] | None = None
        self._words: list[str] | None = None
        self._link = ""
        self._spans = (1, 1)
        self._hanging: dict[int, tuple[int, Cell]] = {}  # by column: rows still to fill, and with what
        self._unseen = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("table", "tr"):
            self.end_row()
            self._row = [] if tag == "tr" else None
            if tag == "table":
                self._hanging = {}
        elif tag in ("td", "th"):
            self._end_cell()
            if self._row is None:
                self._row = []
            self._words, self._link = [], ""
            self._spans = (self._number(given.get("rowspan")), self._number(given.get("colspan")))
        elif tag in ("br", "p", "li", "div") and self._words is not None:
            self._words.append(" ")
        elif tag == "a" and self._words is not None:
            self._link = self._link or (given.get("href") or "").strip()
        elif tag in ("script", "style"):
            self._unseen += 1

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self.end_row()
        elif tag in ("script", "style"):
            self._unseen = max(0, self._unseen - 1)

    @override
    def handle_data(self, data: str) -> None:
        if self._words is not None and not self._unseen:
            self._words.append(data)

    def end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self._fill_hanging()
            if len(self.rows) < MOST_HTML_ROWS:
                self.rows.append(self._row)
        self._row = None

    def _end_cell(self) -> None:
        if self._words is None or self._row is None:
            return
        cell = Cell(clean_line("".join(self._words)), self._link)
        self._words = None
        self._fill_hanging()
        down, across = self._spans
        for _ in range(min(across, self.WIDEST - len(self._row))):
            if down > 1:
                self._hanging[len(self._row)] = (down - 1, cell)
            self._row.append(cell)

    def _fill_hanging(self) -> None:
        """Put in what hangs down from the rows above, as far as this row has come."""
        assert self._row is not None
        while (hanging := self._hanging.pop(len(self._row), None)) is not None:
            left, cell = hanging
            if left > 1:
                self._hanging[len(self._row)] = (left - 1, cell)
            self._row.append(cell)

    def _number(self, text: str | None) -> int:
        return min(int(text), self.MOST_SPAN) if text and text.isascii() and text.isdigit() and int(text) else 1
