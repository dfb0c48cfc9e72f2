"""Regular expressions: none can be made to try for ever, and none is made of what people type."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from typing import Any

import pytest

import barcamp
from tests.house.sources import modules

REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
#: Where a part that repeats repeats a part that repeats, the pieces can be cut in more than one way, unless a letter
#: that stands in none of them parts them. Looked at by hand, each with why it does no harm.
PARTED: dict[str, str] = {}


MAKE_PATTERNS = {
    f"re.{name}" for name in ("compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer")
}


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that a module of ours keeps, also inside of tuples, lists and dicts."""
    for found in pkgutil.walk_packages(barcamp.__path__, "barcamp."):
        if found.name.endswith(".__main__"):
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            for pattern in inside(value):
                yield f"{found.name}.{name}", pattern


def inside(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from inside(one)
    elif isinstance(value, dict):
        yield from inside(tuple(value.values()))


def is_parted(body: Any) -> bool:
    """Whether each round of a repeated part begins or ends with one letter that nothing else in it can be."""
    items = list(body)
    edges = [items[0], items[-1]] if len(items) > 1 else []
    fixed = {value for kind, value in edges if kind is codes.LITERAL}
    return any(not any(takes(inner, letter) for inner in repeated(items)) for letter in fixed)


def repeated(items: Any) -> Iterator[Any]:
    """Each part that repeats without end, at any depth."""
    for kind, value in items:
        if kind in REPEATS and value[1] is codes.MAXREPEAT:
            yield value[2]
        for part in parts(kind, value):
            yield from repeated(part)


def parts(kind: Any, value: Any) -> Iterator[Any]:
    if kind in REPEATS:
        yield value[2]
    elif kind is codes.SUBPATTERN:
        yield value[3]
    elif kind is codes.BRANCH:
        yield from value[1]
    elif kind in (codes.ASSERT, codes.ASSERT_NOT):
        yield value[1]
    elif kind is codes.ATOMIC_GROUP:
        yield value


def takes(items: Any, letter: int) -> bool:
    """Whether a part can take this letter, somewhere."""
    text = chr(letter)
    for kind, value in items:
        if (
            kind is codes.ANY
            or (kind is codes.LITERAL and value == letter)
            or (kind is codes.NOT_LITERAL and value != letter)
        ):
            return True
        if kind is codes.IN and re.fullmatch(rebuilt(value), text):
            return True
        if any(takes(part, letter) for part in parts(kind, value)):
            return True
    return False


def rebuilt(members: Any) -> str:
    """A character class as a pattern again."""
    said = ""
    for kind, value in members:
        if kind is codes.NEGATE:
            said += "^"
        elif kind is codes.LITERAL:
            said += re.escape(chr(value))
        elif kind is codes.RANGE:
            said += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        else:
            names = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_SPACE: r"\s",
                     codes.CATEGORY_NOT_SPACE: r"\S", codes.CATEGORY_WORD: r"\w",
                     codes.CATEGORY_NOT_WORD: r"\W"}  # fmt: skip
            said += names[value]
    return f"[{said}]"


def catastrophes(pattern: re.Pattern[Any]) -> list[str]:
    """Repeats without end around repeats without end, whose rounds nothing parts."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    return [str(body) for body in repeated(tree) if list(repeated(body)) and not is_parted(body)]


@pytest.mark.parametrize("text", [r"(a+)+$", r"(?:\w+\s?)*!", r"(?:(?:x|y)*z?)*", r"(?:a*b*)*c"])
def test_what_it_would_find(text: str) -> None:
    assert catastrophes(re.compile(text)) != []


@pytest.mark.parametrize("text", [r"a+b+", r"(?:\d+,)*", r"(?:/[a-z]+)+", r"(?:[^\"]|\"\")*"])
def test_what_it_lets_pass(text: str) -> None:
    assert catastrophes(re.compile(text)) == []


def test_no_pattern_can_be_made_to_try_for_ever() -> None:
    kept = dict(patterns())
    assert len(kept) > 30
    assert {name for name, pattern in kept.items() if catastrophes(pattern)} == set(PARTED)


def test_no_pattern_is_made_while_somebody_waits() -> None:
    """`re.compile` and its like take a text that stands there; what comes from elsewhere is escaped."""
    assert [
        f"{path}: {ast.unparse(call)}"
        for path, tree in modules("barcamp")
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in MAKE_PATTERNS and not is_fixed(call.args[0])
    ] == []


def is_fixed(text: ast.expr) -> bool:
    """A text as it stands, or one whose places are all filled by re.escape."""
    if isinstance(text, ast.JoinedStr):
        places = [part.value for part in text.values if isinstance(part, ast.FormattedValue)]
        return all(isinstance(one, ast.Call) and ast.unparse(one.func) == "re.escape" for one in places)
    return isinstance(text, ast.Constant)
