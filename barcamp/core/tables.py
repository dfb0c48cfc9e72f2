"""Tables for spreadsheets: CSV that opens with its letters right and its formulas harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from barcamp.core.slugs import readable

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection"); the wide forms count in Japanese
# ones, and a space in front does not always save the cell.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as UTF-8 with a byte order mark (Excel needs it), CRLF line ends, every cell quoted (RFC 4180).

    Numbers are written as they are, None as an empty cell, True and False as `yes` and `no`, and anything else by
    `str` through `cell`. Quoting every cell keeps a semicolon in it from starting a new one where Excel splits there.

    Raises:
        ValueError: a row is not as long as the header.
    """
    page = io.StringIO(newline="")
    writer = csv.writer(page, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([cell(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"A row of {len(row)} cells under a header of {len(header)}.")
        writer.writerow([cell(value) for value in row])
    return page.getvalue().encode("utf-8-sig")


def cell(value: object) -> str:
    """What is written for one value: readable text, with an apostrophe before what would run as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(value)
    text = readable(str(value), keep="\t\r\n")
    is_formula = text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if is_formula else text
