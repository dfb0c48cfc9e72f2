"""A strict reader of HTML: what a browser would quietly mend is a fault here."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BLOCKS = {
    "address", "article", "aside", "blockquote", "details", "dialog", "div", "dl", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "menu", "nav", "ol", "p", "pre", "search",
    "section", "table", "ul",
}  # fmt: skip
# HTML Standard, "phrasing content" alone may be in these
PHRASING_ONLY = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "span", "button", "label", "b", "strong", "em", "i", "small"}
CLICKED = {"a", "button", "input", "select", "textarea", "label"}
PARENTS = {
    "li": {"ul", "ol", "menu"},
    "tr": {"thead", "tbody", "tfoot", "table"},
    "td": {"tr"},
    "th": {"tr"},
    "caption": {"table"},
    "thead": {"table"},
    "tbody": {"table"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "option": {"select", "optgroup", "datalist"},
    "legend": {"fieldset"},
    "summary": {"details"},
}


def faults(text: str) -> list[str]:
    """Everything in a page that is nested as HTML does not allow; [] for a clean one."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.faults + [f"<{tag}> is never closed" for tag in reader.open]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        if len(names) != len(set(names)):
            self._fault(f"<{tag}> has an attribute twice: {sorted(names)}")
        self._look_around(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or not self.open or self.open[-1] != tag:
            self._fault(f"</{tag}> where <{self.open[-1] if self.open else 'nothing'}> is open")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and self.open[-1] in ("ul", "ol", "dl", "table", "tbody", "thead", "tr"):
            self._fault(f"text in <{self.open[-1]}>: {data.strip()!r}")

    def _look_around(self, tag: str) -> None:
        parent = self.open[-1] if self.open else ""
        if tag in BLOCKS and (narrow := next((one for one in self.open if one in PHRASING_ONLY), None)):
            self._fault(f"<{tag}> in <{narrow}>")
        if tag in PARENTS and parent not in PARENTS[tag]:
            self._fault(f"<{tag}> in <{parent}>")
        if parent in ("ul", "ol") and tag not in ("li", "script", "template"):
            self._fault(f"<{tag}> in <{parent}>")
        if parent == "dl" and tag not in ("dt", "dd", "div"):
            self._fault(f"<{tag}> in <dl>")
        if tag == "form" and "form" in self.open:
            self._fault("<form> in <form>")
        if tag in CLICKED and ({"a", "button"} & set(self.open)):
            self._fault(f"<{tag}> in a link or a button")

    def _fault(self, words: str) -> None:
        self.faults.append(f"line {self.getpos()[0]}: {words}")
