"""How one text became another, word by word, for people who want to see what was changed."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

#: Longer texts are compared line by line: comparing words takes the square of their number.
MOST_WORDS = 800

_WORD = re.compile(r"\w+\s*|[^\w\s]+\s*|\s+")
_LINE = re.compile(r"[^\n]*\n?")


class Piece(NamedTuple):
    """A run of text that stayed ("kept"), went ("gone") or came ("new")."""

    kind: Literal["kept", "gone", "new"]
    text: str


def changes(before: str, after: str) -> list[Piece]:
    """The pieces in reading order; what went stands before what came in its place.

    The kept and gone pieces together are `before`, the kept and new ones `after`.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        old, new = _LINE.findall(before), _LINE.findall(after)
    pieces: list[Piece] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("kept", "".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            pieces.append(Piece("gone", "".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(Piece("new", "".join(new[new_from:new_to])))
    return [piece for piece in pieces if piece.text]
