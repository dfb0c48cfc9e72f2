"""What was changed in a text, word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from barcamp.core.wording import MOST_WORDS, Piece, changes

TEXTS = st.text(st.sampled_from("ab \n.é字"), max_size=60)


def test_a_word_is_replaced_as_a_word() -> None:
    assert changes("How to brew beer", "How to brew root beer") == [
        Piece("kept", "How to brew "), Piece("new", "root "), Piece("kept", "beer"),
    ]  # fmt: skip
    assert changes("a cat", "a dog") == [Piece("kept", "a "), Piece("gone", "cat"), Piece("new", "dog")]


def test_nothing_and_everything() -> None:
    assert changes("", "") == []
    assert changes("same", "same") == [Piece("kept", "same")]
    assert changes("", "new") == [Piece("new", "new")]
    assert changes("old", "") == [Piece("gone", "old")]


def test_a_long_text_is_compared_by_lines() -> None:
    lines = "".join(f"word {number}\n" for number in range(MOST_WORDS))
    assert changes(lines, lines + "one more\n") == [Piece("kept", lines), Piece("new", "one more\n")]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after
