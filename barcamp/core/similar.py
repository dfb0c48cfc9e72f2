"""How alike two ideas are, by their words: for "this looks like …" while somebody types a title.

Titles count: their words, without the common ones of English and with endings taken off, and groups of three letters,
so that a slip of the finger counts little. Tags and the start of a description only tip the scale. Scripts that write
without spaces are compared by single and paired characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from barcamp.core.slugs import fold

#: From here on it is worth a look, and from there on it is most likely the same idea again.
ALIKE, THE_SAME = 0.5, 0.8

#: Letters in common count less than whole words ("Part 1" is not "Part 2"), and tags and descriptions can fill only so
#: much of what the titles leave open.
LETTERS, REST = 0.85, 0.25

LONGEST_TITLE = 200  # characters that are looked at
LONGEST_START = 120

K = TypeVar("K")

_WORD = re.compile(r"[^\W_]+[+#]*")  # with C++ and C#
_VOWEL = re.compile("[aeiouy]")
# Han, kana; Thai to Myanmar and Khmer: no spaces between words. Hangul has them.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_COMMON = frozenset(  # and what any title at such a day may say
    """
    a about after again all also am an and any are as at be been before but by can could did do does doing don for from
    get go had has have he her here hers him his how i if in into is isn it its just let ll me more most my new no not
    of off on or our out over own re s she should so some t than that the their them then there these they this those
    through to too up us ve very was we were what when where which while who why will with without would you your

    101 beginner beginners discussion everyone fun good guide hands intro introducing introduction learn lightning make
    making need panel session started talk talking things tips tricks use using want workshop
    """.split()  # noqa: SIM905 - words to read, not a list
)


@dataclass(frozen=True, slots=True)
class Topic:
    """What an idea says: its title, its tags, and the start of its description (plain text or Markdown)."""

    title: str
    tags: tuple[str, ...] = ()
    start: str = ""


def similarity(a: Topic, b: Topic) -> float:
    """How alike two topics are, 0 (nothing in common) to 1 (the same words). The order of the two does not matter."""
    one, other = _features(a), _features(b)
    if one.title == other.title:
        return 1.0 if one.title else 0.0
    titles = max(_dice(one.words, other.words), LETTERS * _dice(one.letters, other.letters))
    there = len(one.words & other.everything) + len(other.words & one.everything)
    rest = there / ((len(one.words) + len(other.words)) or 1)
    return titles + (1 - titles) * REST * rest


def most_similar(
    topic: Topic, candidates: Mapping[K, Topic], *, most: int = 3, least: float = ALIKE
) -> list[tuple[K, float]]:
    """Those of the candidates that are most alike, best first, each with how alike; ties in the order given.

    `most` of them at the most, and none below `least`.
    """
    found = [(key, score) for key, other in candidates.items() if (score := similarity(topic, other)) >= least]
    return sorted(found, key=lambda pair: -pair[1])[:most]


@dataclass(frozen=True, slots=True)
class _Features:
    title: str  # folded
    words: frozenset[str]  # of the title
    letters: frozenset[str]  # groups of three in those words
    everything: frozenset[str]  # the words of title, tags and start


@lru_cache(maxsize=8192)  # a wall of hundreds is compared at every pause of the typing hand
def _features(topic: Topic) -> _Features:
    folded = _folded(topic.title[:LONGEST_TITLE])
    title = _words(folded)
    words = frozenset(_stem(word) for word in title if word not in _COMMON) or frozenset(title)
    rest = _words(_folded(f"{' '.join(topic.tags)} {topic.start[:LONGEST_START]}"))
    return _Features(
        title=folded,
        words=words,
        letters=frozenset(group for word in words for group in _threes(word)),
        everything=words | {_stem(word) for word in rest if word not in _COMMON},
    )


def _folded(text: str) -> str:
    """As `fold`, sooner where nothing but case is to be folded."""
    return " ".join(text.lower().split()) if text.isascii() else fold(text)


def _words(folded: str) -> list[str]:
    found: list[str] = _WORD.findall(folded)
    return found if folded.isascii() else [part for word in found for part in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    """The word itself; of a script without spaces every character and every pair of neighbours."""
    end = 0
    for run in _UNSPACED.finditer(word):
        if run.start() > end:
            yield word[end : run.start()]
        yield from run[0]
        yield from (run[0][place : place + 2] for place in range(len(run[0]) - 1))
        end = run.end()
    if end < len(word):
        yield word[end:]


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    """The word without the ending of a plural or of "-ing": brewing and brew, mushrooms and mushroom are one."""
    if len(word) > 4 and word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing") and _VOWEL.search(word[:-3]):
        word = word[:-3]
        if word[-1] == word[-2] and word[-1] not in "aeiouls":
            word = word[:-1]
    elif len(word) > 4 and word.endswith("e"):
        word = word[:-1]  # baking and bake
    return word


def _threes(word: str) -> Iterator[str]:
    edged = f"\x02{word}\x03"
    yield from (edged[place : place + 3] for place in range(len(edged) - 2))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    """What two sets have in common, 0 to 1 (Dice's coefficient)."""
    together = len(one) + len(other)
    return 2 * len(one & other) / together if together else 0.0
