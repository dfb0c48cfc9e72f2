"""Markdown from strangers, made into safe HTML and into plain excerpts.

Two walls: markdown-it never passes HTML through and takes only links it knows, then nh3 keeps an allow-list of tags.
Each alone would do. Nothing here loads anything: no pictures, no styles, no scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from barcamp.core.slugs import clean_line, clean_text

#: Characters of Markdown that are read; the rest is cut off. Some inputs cost time by the square of their length.
LONGEST = 10_000
#: Text with more table cells (empty ones cost nothing to type) or more brackets than this is read as if there were no
#: tables, links and pictures: it stays as it was typed.
MOST_CELLS = 2_000
MOST_BRACKETS = 400

_LINK = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_TAGS = "p br hr strong em s code pre blockquote ul ol li a h2 h3 h4 h5 h6 table thead tbody tr th td"
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS.split()),
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="nofollow ugc noopener",
)


@lru_cache(maxsize=512)
def render(text: str, *, heading: int = 3) -> Markup:
    """Safe HTML of CommonMark text with tables and ~~strikethrough~~; a line end is kept as a line end.

    Links go to http, https and mailto only, with `rel="nofollow ugc noopener"`; anything else stays the text it was
    typed as. HTML is shown, not run; a picture is shown as its description. The first heading becomes `<h{heading}>`
    (2..6) and none is higher, deeper ones follow without skipping a level, so the page's own outline stays right.
    """
    if not 2 <= heading <= 6:
        raise ValueError("A heading inside a page is h2 to h6.")
    text = _cut(text)
    reader = _reader_for(text)
    tokens = reader.parse(text)
    _lower_headings(tokens, heading)
    html = str(reader.renderer.render(tokens, reader.options, {}))
    return Markup(_CLEANER.clean(html).strip())  # noqa: S704 - the allow-list has just been through it


def plain(text: str, limit: int = 200) -> str:
    """The words of Markdown text on one line, for cards, letters and previews: at most `limit` characters.

    A longer text is cut after a whole word where one ends in its second half, and ends in `…`, which counts. The result
    is plain text, not HTML: it may hold `<` and must be escaped like any other.
    """
    if limit < 1:
        raise ValueError("An excerpt needs room for one character.")
    text = _cut(text)
    line = clean_line(" ".join(_words(_reader_for(text).parse(text))))
    if len(line) <= limit:
        return line
    start = line[:limit].rpartition(" ")[0]
    if len(start) < limit // 2:
        start = line[: limit - 1]
    return start.rstrip(" ,;:.-–—") + "…"


def _cut(text: str) -> str:
    text = clean_text(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["strikethrough", "table"])
    reader.validateLink = lambda url: _LINK.match(url) is not None  # type: ignore[method-assign]
    reader.add_render_rule("image", _description_of_picture)
    return reader


def _description_of_picture(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return renderer.renderInline(tokens[index].children or [], options, env)


_READER = _reader()
_SIMPLE_READER = _reader().disable(["table", "link", "image", "reference"])


def _reader_for(text: str) -> MarkdownIt:
    """The reader that takes this text in little time: 10,000 typed characters can ask for 480,000 table cells."""
    lines = text.split("\n")
    columns = max(line.count("|") for line in lines) + 1
    rows = sum("|" in line for line in lines)
    is_harmless = columns * rows <= MOST_CELLS and text.count("[") <= MOST_BRACKETS
    return _READER if is_harmless else _SIMPLE_READER


def _lower_headings(tokens: Iterable[Token], top: int) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    ranks = sorted({token.tag for token in headings})
    level = top - 1
    for token in headings:
        if token.type == "heading_open":
            level = min(top + ranks.index(token.tag), level + 1, 6)
        token.tag = f"h{level}"


def _words(tokens: Iterable[Token]) -> Iterable[str]:
    """The text of each block, without the marks that shaped it."""
    for token in tokens:
        if token.type == "inline":
            yield "".join(_inline_words(token.children or []))
        elif token.type in ("code_block", "fence"):
            yield token.content
        elif token.type == "list_item_open":
            yield "•"  # else the items of a list would read as one sentence


def _inline_words(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type == "image":
            yield from _inline_words(token.children or [])
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        else:
            yield token.content
