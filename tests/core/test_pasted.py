"""A table that somebody pastes, in the shapes that tables have: every row is a talk or says what is wrong with it."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.pasted import MOST_ROWS, NotATable, PastedTalk, read_talks
from barcamp.core.slugs import clean_line
from barcamp.core.spans import Span
from barcamp.core.tables import csv_bytes

TODAY = date(2026, 11, 21)
BRIDGE = Span(date(2012, 6, 26), date(2012, 6, 29))
CLOUDS = "Comparing Open Source Private Cloud Platforms"
OPS = 'Put the "Ops" in "Dev": what developers need to know about DevOps'
THREE = [
    PastedTalk(BRIDGE, "Open Source Bridge 2012", "Portland, OR", CLOUDS),
    PastedTalk(BRIDGE, "Open Source Bridge 2012", "Portland, OR", OPS),
    PastedTalk(Span(date(2012, 7, 26), date(2012, 7, 27)), "OSCON 2012", "Portland, OR", CLOUDS),
]

TABS = f"""When\tConference\tWhere\tTalk title
June 26 - 29, 2012\tOpen Source Bridge 2012\tPortland, OR\t{CLOUDS}
June 26 - 29, 2012\tOpen Source Bridge 2012\tPortland, OR\t{OPS}
July 26 - 27, 2012\tOSCON 2012\tPortland, OR\t{CLOUDS}"""
BLANKS = f"""When\tConference\tWhere\tTalk title
June 26-29, 2012\tOpen Source Bridge 2012\tPortland, OR\t{CLOUDS}
\t\t\t{OPS}
July 26-27, 2012\tOSCON 2012\tPortland, OR\t{CLOUDS}
"""
SPANNED = BLANKS.replace("\t\t\t", "")  # a browser copies cells that span rows so
PIPES = BLANKS.replace("\t", " | ").replace("\n |  | ", "\n | | ")
MARKDOWN = f"""| When | Conference | Where | Talk title |
|:-----|:----------:|-------|------------|
| June 26 - 29, 2012 | **Open Source Bridge 2012** | Portland, OR | [{CLOUDS}](https://a.example/1) |
|  |  |  | {OPS} |
| July 26 - 27, 2012 | OSCON 2012 | Portland, OR | {CLOUDS} |"""
SEMICOLONS = f"""\ufeffWhen;Conference;Where;Talk title\r
June 26 - 29, 2012;Open Source Bridge 2012;Portland, OR;{CLOUDS}\r
;;;"Put the ""Ops"" in ""Dev"": what developers need to know about DevOps"\r
July 26 - 27, 2012;OSCON 2012;Portland, OR;{CLOUDS}\r
"""
COMMAS = f"""When,Conference,Where,Talk title
"June 26 - 29, 2012",Open Source Bridge 2012,"Portland, OR",{CLOUDS}
,,,"Put the ""Ops"" in ""Dev"": what developers need to know about DevOps"
"July 26 - 27, 2012",OSCON 2012,"Portland, OR",{CLOUDS}
"""
HTML = f"""<h2>Talks</h2><table class="x">
<thead><tr><th>When<th>Conference</th><th>Where</th><th>Talk title</th></tr></thead>
<tr><td rowspan="2">June 26 &ndash; 29, 2012</td><td rowspan=2><b>Open Source</b> Bridge 2012</td>
<td rowspan='2'>Portland,
 OR</td><td>{CLOUDS}</td></tr>
<tr><td>{OPS.replace('"', "&quot;")}<script>alert("x")</script></td></tr>
<tr><td>July 26 - 27, 2012<td>OSCON 2012<td>Portland, OR<td>{CLOUDS}</table>"""


@pytest.mark.parametrize(
    "text", [TABS, BLANKS, SPANNED, PIPES, SEMICOLONS, COMMAS, HTML, BLANKS.partition("\n")[2], TABS.partition("\n")[2]]
)
def test_the_same_three_talks_in_every_shape(text: str) -> None:
    assert [row.talk for row in read_talks(text, today=TODAY).rows] == THREE


def test_markdown_brings_the_link_of_a_title() -> None:
    first, *others = [row.talk for row in read_talks(MARKDOWN, today=TODAY).rows]
    assert (first, others) == (PastedTalk(BRIDGE, *_words(THREE[0]), url="https://a.example/1"), THREE[1:])


def _words(talk: PastedTalk) -> tuple[str, str, str]:
    return talk.conference, talk.place, talk.title


def test_columns_in_any_order_with_more_of_them() -> None:
    text = """Talk\tSlides\tCo-speakers\tEvent\tDates\tAudience\tVideo\tCity\tLink
Ducks\thttps://s.example/d\tAnn and Bob, Cy\tPondConf\t2012-06-26\t12\t\tCorvallis\thttps://d.example/"""
    pasted = read_talks(text, today=TODAY)
    assert [row.talk for row in pasted.rows] == [
        PastedTalk(
            Span(date(2012, 6, 26), date(2012, 6, 26)), "PondConf", "Corvallis", "Ducks", ("Ann", "Bob", "Cy"),
            "https://d.example/", "https://s.example/d", "",
        )
    ]  # fmt: skip
    assert pasted.left_out == ("Audience",)


def test_links_of_html_cells_are_taken() -> None:
    text = """<tr><th>When<th>Event<th>Title<th>Slides<th>Recording
<tr><td>2012-06-26<td>PondConf<td><a href="https://d.example/">Ducks</a><td><a href='https://s.example/d'>PDF</a><td>"""
    (row,) = read_talks(text, today=TODAY).rows
    assert row.talk is not None
    assert (row.talk.title, row.talk.url, row.talk.slides_url, row.talk.recording_url) == (
        "Ducks", "https://d.example/", "https://s.example/d", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("June 2012\tPondConf\tHere\tDucks", "Which day? Please add the day to the month."),
        ("\tPondConf\tHere\tDucks", "When? This row names another conference than the one above it, so its days must be there."),  # noqa: E501
        ("2012-06-26\tPondConf\tHere\t", "What is the talk called? This row has no title."),
        ("2012-06-26\tPondConf\tHere", "What is the talk called? This row has no title."),
        ("2012-06-26\tPondConf\tHere\tDucks\tmore", "This row has 5 cells and only 4 are expected. Put quotes around a cell with a comma in it."),  # noqa: E501
        (f"2012-06-26\tPondConf\tHere\t{'D' * 2000}", f"“{'D' * 30}…” is too long: 200 characters at the most."),
        (f"2012-06-26\t{'P' * 200}\tHere\tDucks", f"“{'P' * 30}…” is too long: 120 characters at the most."),
    ],
)  # fmt: skip
def test_a_bad_row_says_why_and_keeps_no_other_one_away(row: str, words: str) -> None:
    good = "2012-06-27\tPondConf\tHere\tGeese"
    first, second = read_talks(f"When\tConference\tWhere\tTitle\n{row}\n{good}", today=TODAY).rows
    assert (first.talk, first.words.format(**first.facts)) == (None, words)
    assert second.talk is not None and second.talk.title == "Geese"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "https://", "https://a b/", "x.example",
                                     "https://me:pw@x.example/", "https://x.example/\u202egpj"])  # fmt: skip
def test_only_web_addresses_are_taken(address: str) -> None:
    text = f"When,Event,Title,URL\n2012-06-26,PondConf,Ducks,{csv_cell(address)}"
    (row,) = read_talks(text, today=TODAY).rows
    assert row.talk is None or row.talk.url == clean_line(address) != address


def csv_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def test_above_is_of_the_same_conference_only() -> None:
    text = """June 26, 2012 | PondConf | Corvallis | Ducks
July 1, 2012 | LakeConf | | Swans
" | " | " | Geese
July 3, 2012 | | | Herons"""
    found = [row.talk for row in read_talks(text, today=TODAY).rows]
    assert [(talk.span.starts_on.day, *_words(talk)) for talk in found if talk] == [
        (26, "PondConf", "Corvallis", "Ducks"),
        (1, "LakeConf", "", "Swans"),
        (1, "LakeConf", "", "Geese"),
        (3, "LakeConf", "", "Herons"),
    ]


def test_a_row_under_a_bad_one_is_as_bad() -> None:
    """It must not slip up to the conference before."""
    text = "June 26, 2012\tPondConf\tHere\tDucks\nsoon\tLakeConf\tThere\tSwans\n\t\t\tGeese"
    assert [row.talk is None for row in read_talks(text, today=TODAY).rows] == [False, True, True]


def test_two_tables_one_below_the_other() -> None:
    text = "When\tConference\tTitle\n2012-06-26\tPondConf\tDucks\n\nTalk\tWhen\tEvent\nSwans\t2012-07-26\tLakeConf\n"
    assert [row.talk.title for row in read_talks(text, today=TODAY).rows if row.talk] == ["Ducks", "Swans"]


def test_a_stray_quote_swallows_no_row() -> None:
    text = f'2012-06-26\tPondConf\tHere\t"Ducks\n2012-06-27\tPondConf\tHere\tGeese"\n2012-06-28\tPondConf\tHere\t{OPS}'
    assert [row.talk and row.talk.title for row in read_talks(text, today=TODAY).rows] == ['"Ducks', 'Geese"', OPS]


def test_a_spreadsheet_quotes_what_has_line_ends() -> None:
    text = '2012-06-26\tPondConf\t"Corvallis,\nOR"\t"The ""big"" pond"'
    (row,) = read_talks(text, today=TODAY).rows
    assert row.talk == PastedTalk(
        Span(date(2012, 6, 26), date(2012, 6, 26)), "PondConf", "Corvallis, OR", 'The "big" pond'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no table in it yet. Paste one with a row for each talk."),
        ("\n \t \n", "There is no table in it yet. Paste one with a row for each talk."),
        ("hello\nworld", "No columns can be seen here. Copy the whole table, or put a tab, a semicolon or | between the cells."),  # noqa: E501
        ("When\tConference\tTalk", "There is a heading and no row under it."),
        ("When\tWhere\tTalk\n2012-06-26\tHere\tDucks", "The heading has no column for the conference. Call it “Conference”."),  # noqa: E501
        ("When\tEvent\n2012-06-26\tPond", "The heading has no column for the talk’s title. Call it “Talk title”."),
        ("Event\tTalk\nPond\tDucks", "The heading has no column that says when. Call it “When”."),
        ("2012-06-26\tPond\tHere\tDucks\n" * (MOST_ROWS + 1), "That is more than 500 rows. Please paste it in two or more parts."),  # noqa: E501
        ("é" * 40_000, "That is more than we take at once. Please paste it in two or more parts."),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_whole(text: str, words: str) -> None:
    with pytest.raises(NotATable) as problem:
        read_talks(text, today=TODAY)
    assert str(problem.value) == words


def test_as_many_rows_as_there_may_be() -> None:
    text = "When\tConference\tWhere\tTitle\n" + "2012-06-26\tPond\tHere\tDucks\n" * MOST_ROWS
    assert len(read_talks(text, today=TODAY).good) == MOST_ROWS


ABOVE = {'"', "''", "〃", "”", "“", "do.", "dto."}
CELLS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(
    lambda text: clean_line(text) == text and not text.startswith("'") and text not in ABOVE
)


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_whatever_our_own_csv_says_is_read_back(talks: list[tuple[str, str, str]]) -> None:
    rows = [("June 26 - 29, 2012", conference, place, title) for conference, place, title in talks]
    text = csv_bytes(("When", "Conference", "Where", "Talk title"), rows).decode("utf-8")
    assert [row.talk and _words(row.talk) for row in read_talks(text, today=TODAY).rows] == talks


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()) | st.sampled_from('\t\n|;,"<td>&June26,2012-'), max_size=400))
def test_any_text_is_a_table_or_refused(text: str) -> None:
    try:
        rows = read_talks(text, today=TODAY).rows
    except NotATable:
        return
    assert rows != ()
    assert [row.talk is None for row in rows] == [bool(row.words.format(**row.facts)) for row in rows]


@pytest.mark.parametrize("piece", ["<!--", "<!", "</", "</a", "<a ", "<a b='", '<a b="', "<a b='\"'", "<td>"])
def test_hostile_html_takes_no_longer_than_a_table_of_its_length(piece: str) -> None:
    began = time.process_time()
    with pytest.raises(NotATable):
        read_talks("<table><tr><td>" + piece * (60_000 // len(piece)), today=TODAY)
    assert time.process_time() - began < 2


def test_what_only_looks_like_a_tag_is_text() -> None:
    cells = "<td>June 26, 2012<td title='a > b'>OSCON<!-- x --><td>a < b</td><td>Is 1 <2? <!-- <td> --></a"
    [row] = read_talks(f"<table><tr>{cells}</tr></table>", today=TODAY).rows
    assert row.talk is not None
    assert (row.talk.conference, row.talk.place, row.talk.title) == ("OSCON", "a < b", "Is 1 <2? </a")
