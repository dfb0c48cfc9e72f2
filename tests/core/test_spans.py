"""The days of a conference: read as people write them, never guessed, and written so that they can be read again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.spans import FIRST_YEAR, LAST_YEAR, LONGEST, BadSpan, Span, read_span, span_words

TODAY = date(2026, 11, 21)
BRIDGE = Span(date(2012, 6, 26), date(2012, 6, 29))
OSCON = Span(date(2012, 7, 26), date(2012, 7, 27))
ONE_DAY = Span(date(2012, 6, 26), date(2012, 6, 26))
OVER_THE_MONTH = Span(date(2012, 6, 30), date(2012, 7, 2))
OVER_THE_YEAR = Span(date(2012, 12, 30), date(2013, 1, 2))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("June 26 - 29, 2012", BRIDGE),
        ("June 26-29, 2012", BRIDGE),
        ("June 26–29, 2012", BRIDGE),
        ("June 26 – 29, 2012", BRIDGE),
        ("Jun 26 — Jun 29 2012", BRIDGE),
        ("  JUNE 26\tto 29, 2012 ", BRIDGE),
        ("June 26th through 29th, 2012", BRIDGE),
        ("Tue, June 26 - Fri, June 29, 2012", BRIDGE),
        ("26–29 June 2012", BRIDGE),
        ("26th to 29th of June, 2012", BRIDGE),
        ("26 June - 29 June 2012", BRIDGE),
        ("2012 June 26-29", BRIDGE),
        ("2012-06-26/29", BRIDGE),
        ("2012-06-26/2012-06-29", BRIDGE),
        ("2012-06-26 to 2012-06-29", BRIDGE),
        ("2012/06/26 - 2012/06/29", BRIDGE),
        ("26.-29.6.2012", BRIDGE),
        ("26.6. - 29.6.2012", BRIDGE),
        ("26.06.2012 bis 29.06.2012", BRIDGE),
        ("6/26/2012 - 6/29/2012", BRIDGE),
        ("6/26-6/29/2012", BRIDGE),
        ("July 26-27, 2012", OSCON),
        ("July 26 & 27, 2012", OSCON),
        ("July 26 and 27, 2012", OSCON),
        ("June 26, 2012", ONE_DAY),
        ("26 June 2012", ONE_DAY),
        ("2012-06-26", ONE_DAY),
        ("26.6.2012", ONE_DAY),
        ("6/26/2012", ONE_DAY),
        ("26/6/2012", ONE_DAY),
        ("June 26 - 26, 2012", ONE_DAY),
        ("6/6/2012", Span(date(2012, 6, 6), date(2012, 6, 6))),
        ("6.-29.6.2012", Span(date(2012, 6, 6), date(2012, 6, 29))),
        ("June 30 – July 2, 2012", OVER_THE_MONTH),
        ("30.6.-2.7.2012", OVER_THE_MONTH),
        ("2012-06-30/07-02", OVER_THE_MONTH),
        ("Dec 30, 2012 - Jan 2, 2013", OVER_THE_YEAR),
        ("30 December 2012 - 2 January 2013", OVER_THE_YEAR),
        ("Sept. 3, 2012", Span(date(2012, 9, 3), date(2012, 9, 3))),
        ("February 29, 2012", Span(date(2012, 2, 29), date(2012, 2, 29))),
    ],
)
def test_read_as_people_write_it(text: str, span: Span) -> None:
    assert read_span(text, today=TODAY) == span


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Please say on which days it is."),
        ("\u200b \x00", "Please say on which days it is."),
        ("June 2012", "Which day? Please add the day to the month."),
        ("June 26-29", "Which year? Please add it, as in “June 26 - 29, 2026”."),
        ("26 June", "Which year? Please add it, as in “June 26 - 29, 2026”."),
        (
            "06/07/2012",
            "“06/07/2012” can be two things: which number is the month? Write it as a word, or year first.",
        ),
        (
            "06.07.2012",
            "“06.07.2012” can be two things: which number is the month? Write it as a word, or year first.",
        ),
        ("6/26/12", "Please write the year with four digits."),
        ("June 31, 2012", "There is no such day as “2012-06-31”."),
        ("February 29, 2013", "There is no such day as “2013-02-29”."),
        ("2012-13-01", "There is no such day as “2012-13-01”."),
        ("31.2.2012", "There is no such day as “31.2.2012”."),
        ("June 29 - 26, 2012", "The last day is before the first one."),
        ("June 26 - 29, 1812", "The year 1812 is too far away. Please check it."),
        ("June 26, 2012 - June 29, 2013", "That is more than a year. Please check the days."),
        ("June 26 and 29, 2012", "Those days do not follow each other. Please make a row of each."),
        ("soon", "“soon” cannot be read as days. Write them as “June 26 - 29, 2012”."),
        ("June 26, 2012 10:00", "“June 26, 2012 10:00” cannot be read as days. Write them as “June 26 - 29, 2012”."),
        ("- June 26, 2012", "“- June 26, 2012” cannot be read as days. Write them as “June 26 - 29, 2012”."),
        ("26 June 20122", "“26 June 20122” cannot be read as days. Write them as “June 26 - 29, 2012”."),
        ("²6 June 2012", "“²6 June 2012” cannot be read as days. Write them as “June 26 - 29, 2012”."),
        ("9" * 200, "That is too long for days of a conference. Write them as “June 26 - 29, 2012”."),
    ],
)
def test_what_is_missing_or_doubtful_is_said(text: str, words: str) -> None:
    with pytest.raises(BadSpan) as problem:
        read_span(text, today=TODAY)
    assert str(problem.value) == words == problem.value.words.format(**problem.value.facts)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (BRIDGE, "June 26 - 29, 2012"),
        (OSCON, "July 26 - 27, 2012"),
        (ONE_DAY, "June 26, 2012"),
        (OVER_THE_MONTH, "June 30 - July 2, 2012"),
        (OVER_THE_YEAR, "December 30, 2012 - January 2, 2013"),
    ],
)
def test_written_as_people_write_it(span: Span, words: str) -> None:
    assert span_words(*span) == words


def test_another_language_writes_it_in_its_own_way() -> None:
    german = span_words(*BRIDGE, "de").replace("\u2009", "")
    assert (german, span_words(*ONE_DAY, "fr")) == ("26.–29. Juni 2012", "26 juin 2012")


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first = draw(st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR - 1, 12, 31)))
    return Span(first, first + timedelta(days=draw(st.integers(0, LONGEST - 1))))


@settings(deadline=None)
@given(spans())
def test_what_is_written_can_be_read(span: Span) -> None:
    assert read_span(span_words(*span), today=TODAY) == span


@settings(deadline=None)
@given(spans())
def test_iso_dates_can_be_read(span: Span) -> None:
    assert read_span("/".join(day.isoformat() for day in span), today=TODAY) == span


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("0123456789-/. ,JuneMaytoand&"), max_size=120))
def test_any_text_is_days_or_refused(text: str) -> None:
    try:
        span = read_span(text, today=TODAY)
    except BadSpan:
        return
    assert span.starts_on <= span.ends_on
