"""Text as people type it, made fit to keep, to look for and to put into an address.

Three levels: `clean_line` and `clean_text` keep what can be read and drop what cannot; `fold` makes a key to search by;
`slugify` and `clean_tag` make the short words that stand in addresses. All are idempotent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

SHORTEST = 2
LONGEST = 60
LONGEST_TAG = 30

_RESERVED = """
    .well-known about account accounts admin agenda api app apple-touch-icon.png assets atom auth board calendar
    calendars changes code-of-conduct conference conferences contact create dashboard delete docs download edit
    embed error errors events export favicon.ico feed feeds healthz help home humans.txt ical import index invite
    invites legal link links listings live login logout mail manifest.json me metrics new news notes notices oembed
    opensearch.xml organize organizer organizers password people person privacy profile publish readyz register
    registration robots.txt rooms rss schedule schedules screen screens search security security.txt session
    sessions settings setup sign-in sign-out sign-up signin signout signup sitemap.xml slots speaker speakers
    sponsors star stars static stats status support tags team terms test tests time tokens unsubscribe upload
    uploads user users venue venues verify version versions wall webhook webhooks welcome well-known www
"""

#: Words that are, or may become, the first part of an address, so no conference and no speaker can be called so.
RESERVED = frozenset(_RESERVED.split())

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NOT_PLAIN = re.compile("[^ -~]")  # what has to be looked at: the rest of ASCII can be read
_NEWLINES = re.compile("\r\n|[\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029]")

# NFKD takes accents off, but these letters have no accent to take: each is a letter of its own.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l",
        "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ħ": "h", "Ħ": "h", "ı": "i", "ŋ": "n", "Ŋ": "n",
    }
)  # fmt: skip

# Characters that Unicode calls letters or symbols and that show as nothing at all.
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

# Marks that turn the reading direction for what follows. The three plain marks (LRM, RLM, ALM) stay: Hebrew needs them.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Format characters without a picture that no script needs inside a word: soft hyphen, zero width space and joiner
# of words, byte order mark, annotations. The joiners U+200C and U+200D stay: Persian and emoji are spelled with them.
_FILLERS = frozenset("\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffa\ufffb")


def clean_line(text: str) -> str:
    """One line of readable text: what cannot be read is dropped, any white space becomes one space, ends are trimmed.

    Dropped: control characters with NUL, lone surrogates, noncharacters, bidi embeddings, overrides and isolates, and
    zero-width fillers. The result is in NFC, can be written as UTF-8, XML 1.0 and iCalendar, and is empty if nothing of
    it could be seen.
    """
    return _or_empty(" ".join(_settled(readable(" ".join(text.split()))).split()))


def clean_text(text: str) -> str:
    """Readable text of several lines: as `clean_line`, but lines, inner spaces and indents are kept.

    Every kind of line end (CRLF, CR, VT, FF, FS, GS, RS, U+0085, U+2028, U+2029) becomes `\\n`, tabs become spaces
    (stops at 4), lines of white space become empty, at most two empty lines follow each other, both ends are trimmed.
    """
    text = readable(_NEWLINES.sub("\n", text).expandtabs(4).replace("\x1f", " "))
    text = "\n".join(line if line.strip() else "" for line in _settled(text).split("\n"))
    return _or_empty(re.sub(r"\n{4,}", "\n\n\n", text).strip())


def clean_tag(text: str) -> str:
    """A tag as it is kept, compared and put into an address: `#Social Tech!` is `social-tech`. May be empty.

    Letters and digits of any script, in lower case, with `+ # . _` inside (`c++`, `c#`, `node.js`) and a hyphen for
    anything else; at most LONGEST_TAG characters. No comma and no slash, so tags can be joined by either.
    """
    kept = "".join(
        letter if unicodedata.category(letter)[0] in "LMN" or letter in "+#._" else "-"
        for letter in unicodedata.normalize("NFC", clean_line(text).lower())
    )
    return _or_empty(re.sub("-+", "-", kept).lstrip("#.-_")[:LONGEST_TAG].rstrip(".-_"))


def fold(text: str) -> str:
    """The key to search by: no case, accents or double spaces. STRASSE and Straße fold alike, as do Café and cafe."""
    plain = _unaccented(_unaccented(clean_line(text)).casefold())
    return " ".join(unicodedata.normalize("NFC", plain).split())


def slugify(text: str, *, fallback: str | None = None) -> str:
    """A word for an address: a-z, 0-9 and single hyphens, SHORTEST..LONGEST characters, cut between words where it can.

    Accents are taken off by NFKD. Text that leaves fewer than SHORTEST characters (another script, a single letter)
    gives `fallback`. A reserved word comes back as it is: `free_slug` and the form look at that.

    Raises:
        ValueError: nothing is left and there is no fallback, or the fallback is no slug itself.
    """
    plain = re.sub(r"['’ʼ`]", "", fold(text).replace("&", " and "))
    slug = re.sub("[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > LONGEST:
        whole_words = slug[: LONGEST + 1].rpartition("-")[0]
        slug = (whole_words if len(whole_words) > LONGEST // 2 else slug[:LONGEST]).strip("-")
    if len(slug) >= SHORTEST:
        return slug
    if fallback is None or not is_slug(fallback):
        raise ValueError("Nothing of this text can stand in an address.")
    return fallback


def is_slug(text: str) -> bool:
    """Whether the text has the shape of a slug. Reserved words have it too: see RESERVED."""
    return SHORTEST <= len(text) <= LONGEST and _SLUG.fullmatch(text) is not None


def free_slug(wanted: str, taken: Callable[[str], bool]) -> str:
    """`wanted`, or the first of `wanted-2`, `wanted-3` … that is neither reserved nor taken, asked in that order.

    Raises:
        ValueError: `wanted` is no slug, or a thousand names in a row are taken.
    """
    if not is_slug(wanted):
        raise ValueError(f"Not a slug: {wanted!r}")
    for number in range(1, 1001):
        ending = f"-{number}" if number > 1 else ""
        slug = wanted[: LONGEST - len(ending)].rstrip("-") + ending
        if slug not in RESERVED and not taken(slug):
            return slug
    raise ValueError(f"A thousand names like {wanted!r} are taken.")


def readable(text: str, *, keep: str = "\n") -> str:
    """The text without characters that nobody can read or that harm other readers; those in `keep` stay."""
    return _NOT_PLAIN.sub(lambda found: found[0] if found[0] in keep or _can_be_read(found[0]) else "", text)


def _can_be_read(letter: str) -> bool:
    if letter in _TURNS or letter in _FILLERS:
        return False
    if unicodedata.category(letter) in ("Cc", "Cs"):
        return False
    point = ord(letter)
    return not (0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE)


def _settled(text: str) -> str:
    """NFC, which turns a few odd spaces into others, and so must come before anybody compares or trims."""
    return unicodedata.normalize("NFC", text)


def _or_empty(text: str) -> str:
    """Nothing, when not one character of the text would show: a title of joiners and marks is an empty title."""
    seen = any(unicodedata.category(letter)[0] in "LNPS" and letter not in _INVISIBLE_LETTERS for letter in text)
    # Characters of private use and those newer than this Python may well show: the benefit of the doubt.
    return text if seen or any(unicodedata.category(letter) in ("Co", "Cn") for letter in text) else ""


def _unaccented(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in parts if unicodedata.category(letter) != "Mn")
