"""Texts of strangers, as plain as ours: no markup, nothing that cannot be read."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from typing_extensions import override

from barcamp.core.slugs import clean_text

_TAG = re.compile(
    r"</?(?:a|b|i|u|p|br|div|span|ul|ol|li|h[1-6]|em|strong|table|tr|td|th|tbody|html|body|head|style|script|img|hr|pre"
    r"|font|blockquote|code)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"</?(?:p|br|div|ul|ol|li)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LINES = frozenset(("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "hr", "table", "pre"))
_UNSEEN = frozenset(("script", "style", "head", "title"))


def plain(text: str) -> str:
    """The text without HTML, where it has any: `a < b` stays as it is, and is cleaned like all texts."""
    return clean_text(_without_tags(text) if _TAG.search(text) else text)


def plain_markdown(text: str) -> str:
    """As `plain`, for what may be Markdown, which has a <b> now and then: it is HTML where whole paragraphs are."""
    return plain(text) if _PARAGRAPH.search(text) else clean_text(text)


def _without_tags(text: str) -> str:
    seen = _Seen()
    seen.feed(text)
    seen.close()
    return "".join(seen.parts)


class _Seen(HTMLParser):
    """What a browser would show, with a line end where it would begin a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in _UNSEEN
        if tag in _LINES:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("- ")

    @override
    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in _UNSEEN and self.hidden > 0
        if tag in _LINES and tag != "br":
            self.parts.append("\n")

    @override
    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)
