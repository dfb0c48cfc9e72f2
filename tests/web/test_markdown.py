"""Markdown from strangers: what is allowed comes out right, and nothing else comes out at all."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from barcamp.web import markdown
from barcamp.web.markdown import LONGEST, plain, render

ALLOWED = {
    "p": set(), "br": set(), "hr": set(), "strong": set(), "em": set(), "s": set(), "code": set(), "pre": set(),
    "blockquote": set(), "ul": set(), "ol": {"start"}, "li": set(), "a": {"href", "rel", "title"}, "h3": set(),
    "h4": set(), "h5": set(), "h6": set(), "table": set(), "thead": set(), "tbody": set(), "tr": set(), "th": set(),
    "td": set(),
}  # fmt: skip
REL = 'rel="nofollow ugc noopener"'


class Tags(HTMLParser):
    """Everything in a piece of HTML that is not text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.odd: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_decl(self, decl: str) -> None:
        self.odd.append(decl)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)


def assert_harmless(html: str) -> None:
    tags = Tags(html)
    assert tags.odd == []
    assert [tag for tag, _ in tags.found if tag not in ALLOWED] == []
    assert [(tag, set(has) - ALLOWED[tag]) for tag, has in tags.found if set(has) - ALLOWED[tag]] == []
    links = [has for tag, has in tags.found if tag == "a"]
    assert [has for has in links if has.get("rel") != "nofollow ugc noopener"] == []
    schemes = {urlsplit(has["href"] or "").scheme for has in links if "href" in has}
    assert schemes <= {"http", "https", "mailto"}


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("Hello *there*, **you**", "<p>Hello <em>there</em>, <strong>you</strong></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("~~gone~~ `x < y`", "<p><s>gone</s> <code>x &lt; y</code></p>"),
        ("```html\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        (
            "[site](https://camp.example/a?b=1&c=2)",
            f'<p><a href="https://camp.example/a?b=1&amp;c=2" {REL}>site</a></p>',
        ),
        ("<https://camp.example/>", f'<p><a href="https://camp.example/" {REL}>https://camp.example/</a></p>'),
        ("[write](mailto:bo@camp.example)", f'<p><a href="mailto:bo@camp.example" {REL}>write</a></p>'),
        ("![a *red* kayak](https://evil.example/pixel.png)", "<p>a <em>red</em> kayak</p>"),
        ("<b onclick=alert(1)>hi</b>", "<p>&lt;b onclick=alert(1)&gt;hi&lt;/b&gt;</p>"),
        ("a\x00b\u202ec", "<p>abc</p>"),
        ("", ""),
        (" \x00\n", ""),
    ],
)
def test_markdown_is_shown(typed: str, html: str) -> None:
    assert render(typed) == Markup(html)


def test_a_table_is_shown_without_styles() -> None:
    assert render("|a|b|\n|-|:-:|\n|1|2|") == Markup(
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>"
    )


@pytest.mark.parametrize(
    ("typed", "heading", "html"),
    [
        ("# A\n## B\n### C", 3, "<h3>A</h3>\n<h4>B</h4>\n<h5>C</h5>"),
        ("### A\n# B\n## C", 3, "<h3>A</h3>\n<h3>B</h3>\n<h4>C</h4>"),
        ("#### A\n#### B", 3, "<h3>A</h3>\n<h3>B</h3>"),
        ("A\n=\nB\n-", 2, "<h2>A</h2>\n<h3>B</h3>"),
        ("# A\n## B\n### C\n# D", 5, "<h5>A</h5>\n<h6>B</h6>\n<h6>C</h6>\n<h5>D</h5>"),
        ("> # quoted", 3, "<blockquote>\n<h3>quoted</h3>\n</blockquote>"),
    ],
)
def test_headings_fit_into_the_page(typed: str, heading: int, html: str) -> None:
    assert render(typed, heading=heading) == Markup(html)


@pytest.mark.parametrize("heading", [1, 7])
def test_only_headings_inside_a_page_are_made(heading: int) -> None:
    with pytest.raises(ValueError, match="h2 to h6"):
        render("# A", heading=heading)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#x0A;script:alert(1)",
        "&#106;avascript:alert(1)",
        "&Tab;javascript:alert(1)",
        "\x01javascript:alert(1)",
        "java\x00script:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://evil.example/",
        "blob:https://evil.example/x",
        "//evil.example/",
        "/sign-out",
        "?unstar",
        "#top",
        "https:",
        "mailto:",
    ],
)
def test_other_links_are_no_links(link: str) -> None:
    for typed in (f"[x]({link})", f"[x](<{link}>)", f"<{link}>", f"[x]\n\n[x]: {link}", f"![x]({link})"):
        html = render(typed)
        assert_harmless(html)
        assert "<a" not in html


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<style>body{display:none}</style>",
        "<!-- comment --><!DOCTYPE x><?php ?>",
        "<iframe src=https://evil.example></iframe>",
        "<form action=/sign-out method=post><button>win</button></form>",
        '[x](https://a.example/"onmouseover="alert(1))',
        "[x](https://a.example 'title\" onclick=\"alert(1)')",
        "`<script>`<script>",
        '```"><script>alert(1)</script>\nx\n```',
        "``` x onload=alert(1)\nx\n```",
        "| <script> |\n|-|\n| <b onclick=x> |",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "[<script>alert(1)</script>](https://a.example)",
        "![<script>](https://a.example)",
        "<math><mtext></p><style><img src onerror=alert(1)>",
        "# <h1 onclick=x>",
        "<a href='javascript:alert(1)'>x</a>",
    ],
)
def test_html_is_text(typed: str) -> None:
    html = render(typed)

    assert_harmless(html)
    assert "<script" not in html


def test_the_second_wall_stands_alone() -> None:
    evil = (
        '<script>alert(1)</script><h1 id=x>A</h1><img src=x onerror=alert(1)><p style="color:red" class=x>B</p>'
        '<a href="javascript:alert(1)">C</a><a href="//evil.example">D</a><a href="https://a.example">E</a>'
    )

    assert markdown._CLEANER.clean(evil) == (
        f'A<p>B</p><a {REL}>C</a><a {REL}>D</a><a href="https://a.example" {REL}>E</a>'
    )


PIECES = st.sampled_from(
    ["<", ">", '"', "'", "&", "&#", "x", "[", "](", ")", "!", "`", "```", "*", "~~", "_", "#", "- ", "1. ", "> ", "|",
     "|-|", "\n", "\n\n", "    ", "javascript:", "https://", "data:", "mailto:", "script", "onclick=", "<a href=",
     "<!--", "]:", "\\", "&colon;", "\x00", "\u202e", "\ud800", "="]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_nothing_harmful_comes_out_of_anything(typed: str) -> None:
    html = render(typed)

    assert_harmless(html)
    assert render(typed) == html
    assert len(plain(typed, 50)) <= 50


BOMBS = {
    "quotes": ">" * 10_000,
    "deeper quotes": "\n".join(">" * depth + " x" for depth in range(140)),
    "lists": "- " * 5_000,
    "deeper lists": "\n".join("  " * depth + "- x" for depth in range(100)),
    "brackets": "[" * 10_000,
    "pictures": "![" * 5_000,
    "links": "[a](" * 2_500,
    "stars": "*a **b " * 1_430,
    "underscores": "_a" * 5_000,
    "strikes": "~~a" * 3_333,
    "backticks": "".join("`" * (at % 60) + " " for at in range(400)),
    "entities": "&" * 10_000,
    "tags": "<a " * 3_333,
    "comments": "<!--" * 2_500,
    "references": "".join(f"[{at}]: https://a.example\n" for at in range(200)) + "[5]" * 1_500,
    "wide table": "|a" * 100 + "\n" + "|-" * 100 + "\n" + "|\n" * 4_800,
    "long table": "|a|b|\n|-|-|\n" + "|x|y|\n" * 1_600,
    "spaces": " " * 9_999 + "x",
    "accents": "e" + "\u0301" * 9_999,
    "a million letters": "x" * 1_000_000,
    "a million brackets": "[" * 1_000_000,
}


@pytest.mark.parametrize("typed", BOMBS.values(), ids=BOMBS.keys())
def test_no_text_takes_long_or_grows_much(typed: str) -> None:
    started = time.process_time()
    html = render(typed)
    excerpt = plain(typed, 100)
    took = time.process_time() - started

    assert_harmless(html)
    assert len(html) < 20 * LONGEST
    assert len(excerpt) <= 100
    assert took < 2.0


def test_a_text_over_the_limit_is_cut_and_says_so() -> None:
    assert render("x" * LONGEST) == Markup("<p>" + "x" * LONGEST + "</p>")
    assert render("x" * (LONGEST + 1)) == Markup("<p>" + "x" * (LONGEST - 1) + "…</p>")


def test_a_text_of_too_many_brackets_has_no_links() -> None:
    link = "[a](https://a.example) "

    assert render(link * 400).count("<a ") == 400
    assert render(link * 401).count("<a ") == 0


def test_a_table_of_too_many_cells_stays_text() -> None:
    assert "<table>" not in render("|a" * 100 + "\n" + "|-" * 100 + "\n" + "|\n" * 50)
    assert "<table>" in render("|a|b|\n|-|-|\n" + "|x|y|\n" * 100)


@pytest.mark.parametrize(
    ("typed", "limit", "words"),
    [
        ("# How to *kayak*\n\nBring **warm** things,\nand [read this](https://a.example).", 200,
         "How to kayak Bring warm things, and read this."),
        ("- a\n- b\n\n```\ncode  here\n```\n\n![a kayak](https://a.example/x.png)", 200, "• a • b code here a kayak"),
        ("|a|b|\n|-|-|\n|1|2|", 200, "a b 1 2"),
        ("<b>5 < 6 & 7</b>", 200, "<b>5 < 6 & 7</b>"),
        ("Seventeen syllables make one", 28, "Seventeen syllables make one"),
        ("Seventeen syllables make one", 27, "Seventeen syllables make…"),
        ("Seventeen syllables make one", 25, "Seventeen syllables make…"),
        ("Seventeen syllables make one", 24, "Seventeen syllables…"),
        ("Seventeen, syllables", 12, "Seventeen…"),
        ("x" * 30, 10, "x" * 9 + "…"),
        ("ab", 1, "…"),
        ("", 10, ""),
    ],
)  # fmt: skip
def test_an_excerpt_is_plain(typed: str, limit: int, words: str) -> None:
    assert plain(typed, limit) == words
    assert not isinstance(plain(typed, limit), Markup)


def test_an_excerpt_needs_room() -> None:
    with pytest.raises(ValueError, match="room for one character"):
        plain("x", 0)
