"""Text is cleaned once and for all: what nobody can read goes, what people wrote stays, and once is enough."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barcamp.core.slugs import (
    LONGEST,
    LONGEST_TAG,
    RESERVED,
    clean_line,
    clean_tag,
    clean_text,
    fold,
    free_slug,
    is_slug,
    slugify,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from(" \t\r\n\x00\x85\u2028\u202e\u200b\u0301ﬁ-'"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("How to brew beer", "How to brew beer"),
        ("  How\tto \r\n brew\u2028beer  ", "How to brew beer"),
        ("a\x00b\x07c\x1b[0m\x7f\x9f", "abc[0m"),
        ("a\x0bb\x0cc\x1cd\x85e\u2029f", "a b c d e f"),
        ("\u202egnorw\u202c \u2066in\u2069", "gnorw in"),
        ("lone \ud83d and \udc00", "lone and"),
        ("\ufeffbom\ufffe\uffff\ufdd0", "bom"),
        ("soft\u00adhyphen and\u200bnothing", "softhyphen andnothing"),
        ("e\u0301 and \u212b", "é and Å"),
        ("nb\u00a0space\u3000wide", "nb space wide"),
        ("👩\u200d👧 family", "👩\u200d👧 family"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("", ""),
        (" \t\r\n", ""),
        ("\x00\u200b\u200d\u3164\u2800\u0301", ""),
    ],
)
def test_a_line_is_cleaned(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "one\r\ntwo\rthree\x85four\u2028five\u2029six\x0bseven\x0ceight",
            "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight",
        ),
        ("- list\n    - indented  by  two", "- list\n    - indented  by  two"),
        ("code:\n\n\tif x:\n\t\ty", "code:\n\n    if x:\n        y"),
        ("hard break  \nnext", "hard break  \nnext"),
        ("one\n \n\t\n \n \n\n\ntwo", "one\n\n\ntwo"),
        ("\n\n  text \n\n", "text"),
        ("nul \x00\nbell \x07", "nul \nbell"),
        ("\x00\n\u200b\n", ""),
    ],
)
def test_a_text_is_cleaned(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@given(ANY_TEXT)
def test_a_clean_line_is_clean(text: str) -> None:
    line = clean_line(text)

    assert clean_line(line) == line
    assert line == " ".join(line.split())
    assert line == unicodedata.normalize("NFC", line)
    assert [letter for letter in line if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")] == []
    assert line.encode().decode() == line


@given(ANY_TEXT)
def test_a_clean_text_is_clean(text: str) -> None:
    clean = clean_text(text)

    assert clean_text(clean) == clean
    assert clean == clean.strip()
    assert "\n\n\n\n" not in clean
    assert [
        letter for letter in clean if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter != "\n"
    ] == []
    assert clean.encode().decode() == clean


@given(ANY_TEXT)
def test_a_line_and_a_text_have_the_same_words(text: str) -> None:
    assert clean_line(clean_text(text)) == clean_line(text)


@given(st.text("abcdefghijklmnopqrstuvwxyzäöü0123456789.,;:!?<>\\", min_size=1))
def test_readable_text_is_left_alone(text: str) -> None:
    assert (clean_line(text), clean_text(text)) == (text, text)


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("#Social Tech!", "social-tech"),
        ("C++", "c++"),
        ("c#", "c#"),
        ("Node.js", "node.js"),
        (".net", "net"),
        ("../../etc/passwd", "etc-passwd"),
        ("a,b;c", "a-b-c"),
        ("Größe", "größe"),
        ("हिन्दी", "हिन्दी"),
        ("##  --", ""),
        ("\x00", ""),
        ("x" * 40, "x" * 30),
        ("x" * 29 + " yz", "x" * 29),
    ],
)
def test_a_tag_is_cleaned(typed: str, tag: str) -> None:
    assert clean_tag(typed) == tag


@given(ANY_TEXT)
def test_a_clean_tag_is_clean(text: str) -> None:
    tag = clean_tag(text)

    assert clean_tag(tag) == tag
    assert len(tag) <= LONGEST_TAG
    assert re.search(r"[\s/,;?%&<>\"'\\]", tag) is None
    assert tag not in (".", "..")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"),
        ("STRASSE", "straße"),
        ("Łódź", "lodz"),
        ("Ærøskøbing", "aeroskobing"),
        ("  How  TO\tbrew ", "how to brew"),
        ("ﬁne", "FINE"),
        ("İstanbul", "istanbul"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Ｆｕｌｌ", "full"),
        ("ΣΟΦΟΣ", "σοφοσ"),
    ],
)
def test_what_people_take_for_the_same_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_fold_is_written_out() -> None:
    assert fold("  Ünïcödé  CAFÉ\x00 Straße ") == "unicode cafe strasse"


@given(ANY_TEXT)
def test_folding_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(clean_line(text)) == fold(text)


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("Beaver BarCamp", "beaver-barcamp"),
        ("What's the next step?", "whats-the-next-step"),
        ("Rock & Roll", "rock-and-roll"),
        ("Ætt Café Łódź", "aett-cafe-lodz"),
        ("  --a/../b--  ", "a-b"),
        ("BarCamp 2012", "barcamp-2012"),
        ("sign in", "sign-in"),
        ("word " * 20, "word-word-word-word-word-word-word-word-word-word-word-word"),
        ("x" * 70, "x" * 60),
        ("ab " + "x" * 70, "ab-" + "x" * 57),
        ("x" * 59 + " y", "x" * 59),
        ("x" * 60 + " y", "x" * 60),
    ],
)
def test_a_slug_is_made(typed: str, slug: str) -> None:
    assert slugify(typed) == slug


@pytest.mark.parametrize("typed", ["", "日本語", "C", "!?", "\x00", "---"])
def test_a_text_without_letters_for_it_has_no_slug(typed: str) -> None:
    with pytest.raises(ValueError, match="Nothing of this text"):
        slugify(typed)
    with pytest.raises(ValueError, match="Nothing of this text"):
        slugify(typed, fallback="No Slug")
    assert slugify(typed, fallback="camp") == "camp"


@given(ANY_TEXT)
def test_a_slug_has_its_shape_and_is_its_own_slug(text: str) -> None:
    slug = slugify(text, fallback="nothing")

    assert is_slug(slug)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert 2 <= len(slug) <= 60
    assert slugify(slug) == slug


@pytest.mark.parametrize(
    "text", ["", "a", "A-b", "-ab", "ab-", "a--b", "a_b", "a b", "é1", "ab\n", "x" * 61, "favicon.ico", "١٢٣"]
)
def test_other_shapes_are_no_slugs(text: str) -> None:
    assert is_slug(text) is False


def test_every_first_part_of_our_addresses_is_reserved() -> None:
    ours = (
        "sign-in sign-out account register feeds speakers static healthz readyz metrics conferences new api admin "
        "organize favicon.ico robots.txt"
    )
    assert set(ours.split()) - RESERVED == set()


def test_a_free_slug_counts_up() -> None:
    taken = {"camp", "camp-2", "camp-3"}
    asked: list[str] = []

    def is_taken(slug: str) -> bool:
        asked.append(slug)
        return slug in taken

    assert free_slug("camp", is_taken) == "camp-4"
    assert asked == ["camp", "camp-2", "camp-3", "camp-4"]


def test_a_reserved_word_is_never_free() -> None:
    assert free_slug("account", lambda slug: False) == "account-2"


def test_a_long_slug_stays_in_bounds_when_it_counts_up() -> None:
    wanted = "x" * 57 + "-yz"

    assert free_slug(wanted, {wanted}.__contains__) == "x" * 57 + "-2"
    assert len(wanted) == LONGEST


def test_a_free_slug_gives_up() -> None:
    with pytest.raises(ValueError, match="thousand"):
        free_slug("camp", lambda slug: True)
    with pytest.raises(ValueError, match="Not a slug"):
        free_slug("No Slug", lambda slug: False)
