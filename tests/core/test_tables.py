"""A table comes out of the csv module as it went in, and no cell of it runs as a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barcamp.core.tables import cell, csv_bytes

ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from("=+-@\t\r\n\"',; \x00"), max_size=40)
READABLE = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from("=+-@\t\r\n\"',; "), max_size=40)
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n")


def starts_a_formula(text: str) -> bool:
    return text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)


def read(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""), strict=True))


def test_a_table_is_exactly_these_bytes() -> None:
    assert csv_bytes(["Name", "Shirt"], [["Ada Łęcka", "M"], ['Bo "the" Example', None]]) == (
        b'\xef\xbb\xbf"Name","Shirt"\r\n"Ada \xc5\x81\xc4\x99cka","M"\r\n"Bo ""the"" Example",""\r\n'
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("https://evil.example","x")', '\'=HYPERLINK("https://evil.example","x")'),
        ("+1 541 555 0100", "'+1 541 555 0100"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("\x00=1", "'=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
        ("ada@camp.example", "ada@camp.example"),
        (-5, "-5"),
        (2.5, "2.5"),
        (True, "yes"),
        (False, "no"),
        (None, ""),
        ("lone \ud83d", "lone "),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_cell_is_harmless(value: object, written: str) -> None:
    assert cell(value) == written
    assert read(csv_bytes(["x", "y"], [[value, "end"]])) == [["x", "y"], [written, "end"]]


@given(st.lists(st.tuples(READABLE, READABLE, st.integers(-9, 9)), max_size=5))
def test_what_goes_in_comes_out(rows: list[tuple[str, str, int]]) -> None:
    def expected(text: str) -> str:
        return "'" + text if starts_a_formula(text) else text

    table = csv_bytes(["a", "b", "c"], rows)

    assert read(table) == [["a", "b", "c"], *([expected(one), expected(two), str(three)] for one, two, three in rows)]
    assert csv_bytes(["a", "b", "c"], rows) == table


@given(st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_no_text_becomes_a_formula_or_another_cell(row: list[str]) -> None:
    (header, read_row) = read(csv_bytes(row, [row]))

    assert header == read_row
    assert len(read_row) == len(row)
    assert [text for text in read_row if starts_a_formula(text)] == []
    assert [text for text in read_row if "\x00" in text] == []


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="A row of 1 cells under a header of 2"):
        csv_bytes(["a", "b"], [["only"]])


def test_a_table_without_rows_has_its_header() -> None:
    assert csv_bytes(["a", "b"], []) == b'\xef\xbb\xbf"a","b"\r\n'
