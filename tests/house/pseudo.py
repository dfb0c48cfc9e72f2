"""A language that nobody speaks, to find words that no translator would ever see.

It writes each message of the catalogue in Greek letters and knows no other message. What people typed into the
furnished house is Greek as well, and so are the dates (the language is called "el"). So any word in Latin letters on a
page is one that was not marked, not extracted, or put together from pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog
from babel.support import NullTranslations
from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, Doctype, NavigableString

from tests.house.catalogue import texts

LANGUAGE = "el"
# places for facts (in both styles), tags and entities stay as they are
KEPT = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?\w[^>]*>|&\w+;")
GREEK = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "αβςδεφγηιξκλμνοπθρστυβωχψζΑΒΣΔΕΦΓΗΙΞΚΛΜΝΟΠΘΡΣΤΥΒΩΧΨΖ"
)
WORD = re.compile(r"[A-Za-z]{2,}")
UNREAD = {"script", "style", "template"}
# attributes that are read out or shown; those of data-* that hold words for scripts are added by name
READ = ("aria-label", "aria-description", "title", "alt", "placeholder", "content", "label")
FOR_SCRIPTS = re.compile(r"^data-(?:confirm|count-words|copied|copy-failed|starred|unstarred|star-failed)$")


class Pseudo(NullTranslations):
    """Greek letters for every message of a catalogue; the message itself, still Latin, for any other."""

    def __init__(self, catalogue: Catalog) -> None:
        super().__init__()
        self.known = texts(catalogue)

    def gettext(self, message: str) -> str:
        return greek(message) if message in self.known else message

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)


def greek(message: str) -> str:
    """The message in Greek letters, its places for facts and its tags as they were."""
    pieces, kept = KEPT.split(message), KEPT.findall(message)
    return "".join(piece.translate(GREEK) + fact for piece, fact in zip(pieces, [*kept, ""], strict=True))


def latin_words(soup: BeautifulSoup, allowed: re.Pattern[str]) -> list[str]:
    """The shown and read-out texts of a page that hold a word in Latin letters, once what is allowed is taken out."""
    return list(dict.fromkeys(text for text in _texts(soup) if WORD.search(allowed.sub("", text))))


def _texts(soup: BeautifulSoup) -> Iterator[str]:
    # four hundred cities, under the names that the zone files give them
    cities = {id(city) for zones in soup.find_all("select", attrs={"name": "zone"}) for city in zones.descendants}
    for node in soup.descendants:
        if id(node) in cities:
            continue
        if isinstance(node, Tag):
            yield from _attributes(node)
        elif isinstance(node, NavigableString) and _is_read(node):
            yield " ".join(node.split())


def _is_read(node: NavigableString) -> bool:
    if isinstance(node, Comment | Doctype) or not node.strip():
        return False
    return node.parent is not None and node.parent.name not in UNREAD


def _attributes(tag: Tag) -> Iterator[str]:
    for name, value in tag.attrs.items():
        if name == "content" and tag.get("name") != "description":
            continue
        if name in READ or FOR_SCRIPTS.match(name):
            yield str(value)
    if tag.name == "input" and tag.get("type") in ("submit", "button", "reset"):
        yield str(tag.get("value", ""))
