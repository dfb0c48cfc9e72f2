"""The project's own files, as the tests of the house read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file below these folders of the project, by its path, read as a syntax tree."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), _parsed(path)


@cache
def _parsed(path: Path) -> ast.Module:
    """Once a run: a dozen tests read the same trees, and change nothing in them."""
    return ast.parse(path.read_text("utf-8"))


def templates() -> Iterator[tuple[str, str]]:
    """Every template by its path, and its text."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every call: `db.session().add(x)` is "session.add", and "db.session"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return node.id if isinstance(node, ast.Name) else ""
