"""Pieces of pages that are made once and kept: a note's card, a cell of the schedule (docs/decisions/0038).

A piece is a macro of templates/ filled with one frozen value, and nothing else may show in it: whatever differs between
two visitors or two moments is in the value, or there are two pieces. So a page is a join, and one change makes one
piece anew. What is kept is found by the value itself, so nothing old can be given.

The form token is in no kept piece. Where the macro asks for it, the piece is cut, and each page joins its own in.
"""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from itertools import count
from sys import getsizeof

from flask import Flask, current_app, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from barcamp.web.static import static_url
from barcamp.web.words import language

#: Bytes that one process keeps.
ROOM = 8 * 1024 * 1024
#: Bytes that go with a piece besides its own: what it is found by is mostly rows that are remembered anyway.
KEY = 500

#: Letters after which a page writes out what it has gathered of its pieces.
GATHERED = 32_768

#: Cut where a token belongs, and gone: it is never sent, so no title can hold it.
_CUT = secrets.token_hex(16)
#: What a reference would make another letter of, or none (HTML, 13.2.5.80).
_ENDS_OF_PLANES = "".join(f"{chr(last - 1)}{chr(last)}" for last in range(0xFFFF, 0x110000, 0x10000))
_NOT_REFERRED_TO = re.compile(f"[\x80-\x9f\ufdd0-\ufdef{_ENDS_OF_PLANES}]")
_making: ContextVar[bool] = ContextVar("making a piece", default=False)

#: The HTML between the places of the token; most have one place or none.
Piece = tuple[Markup, ...]


class Pieces:
    """What is kept, in two generations: once the young ones fill half of the room, the old ones go; what of those is
    asked for is young again. So a hit costs one look-up, and what nobody asks for any more is gone after two turns.
    """

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        self.made = 0
        #: A short name for all that pieces of one kind have in common, which would else be compared for each of them.
        self.kinds: defaultdict[Hashable, int] = defaultdict(count().__next__)
        self._young: dict[Hashable, tuple[Piece, int]] = {}
        self._old: dict[Hashable, tuple[Piece, int]] = {}
        self._used = 0

    def find(self, key: Hashable) -> Piece | None:
        kept = self._young.get(key)
        if kept is None:
            kept = self._old.get(key)
            if kept is None:
                return None
            self._keep(key, kept)
        return kept[0]

    def put(self, key: Hashable, piece: Piece) -> None:
        self.made += 1
        self._keep(key, (piece, sum(map(getsizeof, piece)) + KEY))

    def _keep(self, key: Hashable, kept: tuple[Piece, int]) -> None:
        if kept[1] > self.room // 8:
            return
        if self._used + kept[1] > self.room // 2:
            self._old, self._young, self._used = self._young, {}, 0
        self._young[key] = kept
        self._used += kept[1]


class Kept:
    """One macro for one page: called with a value, it gives the macro's HTML for it."""

    def __init__(self, template: str, macro: str, given: tuple[Hashable, ...]) -> None:
        self._template = current_app.jinja_env.get_template(template)
        self._macro, self._given, self._pieces = macro, given, pieces()
        # what a macro knows besides its arguments: its own words, the language, and the addresses that url_for begins
        made_from = self._template, macro, given, language(), static_url("img/icons.svg"), request.script_root
        self._kind = self._pieces.kinds[made_from]

    def __call__(self, value: Hashable) -> Markup:
        piece = self.piece(value)
        # a guest's page has no token to join in, and asking for one would set a cookie
        return piece[0] if len(piece) == 1 else Markup(self._token.join(piece))  # noqa: S704 - made by a template

    def each(self, values: Iterable[Hashable], before: str = "", after: str = "") -> Iterator[Markup]:
        """The HTML of each of them in turn, between `before` and `after`, which are HTML. To be written out as it
        comes, some at a time: one by one, each would go through all that the page is made of, and all in one would be
        copied from string to string.
        """
        gathered: list[str] = []
        size = 0
        for value in values:
            piece = self.piece(value)
            html = piece[0] if len(piece) == 1 else self._token.join(piece)
            gathered += (before, html, after)
            size += len(html)
            if size > GATHERED:
                yield Markup("".join(gathered))  # noqa: S704 - made by a template
                gathered, size = [], 0
        if gathered:
            yield Markup("".join(gathered))  # noqa: S704 - made by a template

    def without_token(self, value: Hashable) -> str:
        """The HTML with its form tokens left empty: the same for all who see the same."""
        return "".join(self.piece(value))

    def piece(self, value: Hashable) -> Piece:
        key = self._kind, value
        piece = self._pieces.find(key)
        if piece is None:
            piece = self._make(value)
            self._pieces.put(key, piece)
        return piece

    def _make(self, value: Hashable) -> Piece:
        with _cutting():
            html = getattr(self._template.module, self._macro)(value, *self._given)
        return tuple(_narrow(Markup(part)) for part in str(html).split(_CUT))  # noqa: S704 - made by a template

    @cached_property
    def _token(self) -> str:
        return str(Markup.escape(csrf_token()))  # in a piece that holds others it is cut, too


def _narrow(html: Markup) -> Markup:
    """The same HTML in the least memory: for one quotation mark Python keeps all letters of a text in two bytes each,
    which are twice as many to join, too, and as a reference it takes seven. No macro that is kept writes a script,
    where references mean nothing.
    """
    if html.isascii() or _NOT_REFERRED_TO.search(html):
        return html
    narrow = Markup(html.encode("ascii", "xmlcharrefreplace").decode("ascii"))  # noqa: S704 - the same
    return min(html, narrow, key=getsizeof)


def install(app: Flask) -> None:
    """Give the templates `kept`, and to their macros a `csrf_token` that knows where a piece is being made."""
    app.jinja_env.globals.update(kept=kept, csrf_token=csrf_token)


def kept(template: str, macro: str, *given: Hashable) -> Kept:
    """For a page that shows many: after `{% set card = kept("parts/note.html", "note_card", True) %}`, `card(n)` is
    what `note_card(n, True)` would be. The macro may use what it is given, gettext, `static_url` and `csrf_token`.
    """
    return Kept(template, macro, given)


def pieces() -> Pieces:
    """This process's, of this site."""
    found: Pieces = current_app.extensions.setdefault("pieces", Pieces())
    return found


def csrf_token() -> str:
    return _CUT if _making.get() else str(generate_csrf())


@contextmanager
def _cutting() -> Iterator[None]:
    making = _making.set(True)
    try:
        yield
    finally:
        _making.reset(making)
