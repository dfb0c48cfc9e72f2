"""What attackers and bad luck put into fields and addresses, and how to tell whether it did any harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus

from bs4 import BeautifulSoup
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from barcamp.tables import Base

Field = tuple[str, str | bytes]

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}%(x)s{0}<!--"

#: Hostile as they stand; bytes are sent as they are, also where they are no UTF-8.
HOSTILE: list[str | bytes] = [
    "", " ", "\t\r\n", "\u200b\u2060", "\u3164", "\x00", "a\x00b", "a\x1bb", "\x7f", b"\xff\xfe", b"a\xc3",
    b"\xed\xa0\x80", b"%zz%", "\u202eevil\u202c", "\u2028", "\ufffe", "e\u0301" * 200, "ω" * 10_000, "1" * 5_000,
    "#," * 5_000,
    "[" * 9_000, SCRIPT, "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "//evil.example",
    "http://[", "https://user:pass@evil.example:99999/", "=1+1", "' OR 1=1 --", "%", "%s", "{name}", "\\",
    "0", "-1", "1e5", "1.5", "+3", "٣", "00", "NaN", "Infinity", "true", "None", "2147483648", "9223372036854775808",
    "99999999999999999999999", "-9223372036854775809", "x", "2026-02-30", "2026-11-21", "0001-01-01", "9999-12-31",
    "0000-00-00", "2026-11-21T25:00", "2027-03-14T02:30", "2026-11-01T01:30", "2026-11-21T10:00", "0001-01-01T00:00",
    "9999-12-31T23:59", "24:00", "23:59", "00:00", "02:30", "05:00", "a@b", "a@b..example", "a\nb@example.org",
    "a@" + "b" * 300 + ".example", "ω@ω.example", "America/Los_Angeles", "../../etc/passwd", "Europe/Berlin\x00",
    "91, 181", "44.5;-123.2", "S,M,L" * 20, ",,,", "123456", "１２３４５６", "erase",
]  # fmt: skip

EVERY_ROW = {
    table.name: f'SELECT * FROM "{table.name}" ORDER BY ' + ", ".join(f'"{key.name}"' for key in table.primary_key)
    for table in Base.metadata.sorted_tables
}

values = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")),
    st.binary(max_size=20),
    st.integers().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="minutes")),
)


@st.composite
def spoiled(draw: st.DrawFn, fields: dict[str, list[str]]) -> list[Field]:
    """A form's fields with some of them hostile, left out, sent twice, or joined by fields that nobody asked for."""
    sent: list[Field] = []
    touched = draw(st.sets(st.sampled_from(sorted(fields)), max_size=3)) if fields else set()
    for name, standing in fields.items():
        if name not in touched:
            sent += [(name, value) for value in standing]
            continue
        how = draw(st.sampled_from(("hostile", "hostile", "hostile", "missing", "twice")))
        if how != "missing":
            sent += [(name, draw(values)) for _ in range(2 if how == "twice" else 1)]
    if draw(st.booleans()):
        sent.append((draw(st.sampled_from(("next", "seen", "revision", "x\x00", "csrf_token[]", "id"))), draw(values)))
    return sent


def encoded(fields: Iterable[Field]) -> bytes:
    """The body of a form, as application/x-www-form-urlencoded."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields).encode()


def rows(db: Session, *but: str) -> dict[str, list[Any]]:
    """Every row of every table but those named, as the driver gives it: it is only ever compared."""
    db.flush()
    connection = db.connection()
    return {
        name: [tuple(row) for row in connection.exec_driver_sql(statement)]
        for name, statement in EVERY_ROW.items()
        if name not in but
    }


def dangers(html: str) -> Iterator[str]:
    """What on a page would run, or lead to what runs, or send a form to another site."""
    return dangers_in(BeautifulSoup(html, "html.parser"))


def dangers_in(page: BeautifulSoup) -> Iterator[str]:
    for tag in page.find_all(True):
        if tag.name == "script" and tag.get("type") == "application/ld+json" and not tag.attrs.keys() - {"type"}:
            continue  # no browser runs it; the parser has seen where it ends
        if tag.name == "script" and not str(tag.get("src", "")).startswith("/static/"):
            yield str(tag)
        if tag.name in ("iframe", "object", "embed", "base", "style"):
            yield str(tag)
        for name, value in tag.attrs.items():
            link = "".join(str(value).split()).lower()
            if name.startswith("on") or name in ("style", "srcdoc"):
                yield f"{name}={value!r}"
            if name in ("href", "src", "action", "formaction") and link.startswith(("javascript:", "data:text", "vb")):
                yield f"{name}={value!r}"
            if name in ("action", "formaction") and not link.startswith("/"):
                yield f"{name}={value!r}"
