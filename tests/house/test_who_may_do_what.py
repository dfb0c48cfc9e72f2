"""Each kind of file keeps to its own: services never commit, templates never ask, one place knows the time."""

from __future__ import annotations

import ast
import re

from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment

from tests.house.sources import ROOT, calls, dotted, modules, templates

#: What is counted for those who watch goes by the machine's clock: below all that could hand in another one.
CLOCKS = {"barcamp/web/clock.py", "barcamp/meters.py"}
ASKS_THE_TIME = re.compile(r"(?:^|\.)(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time)$")
# the store has the one commit there is; routes ask for it, commands and jobs by `with store.writing()`
COMMITS = re.compile(r"^barcamp/(?:db\.py|[a-z]+/routes(?:/[a-z_]+)?\.py)$")
ASKS_THE_DATABASE = {"query", "execute", "scalars", "scalar", "session", "commit", "flush", "db"}


def test_one_place_knows_what_time_it_is() -> None:
    assert [
        f"{path}:{line}: {name}()"
        for path, tree in modules("barcamp")
        for line, name in calls(tree)
        if path not in CLOCKS and ASKS_THE_TIME.search(name)
    ] == [], "take `now` as a keyword; routes and commands get it from barcamp.web.clock.utcnow()"


def test_logic_gets_the_time_handed_in() -> None:
    kinds = re.compile(r"(?:models|queries|service|errors|core)(?:/|\.py|\b)")
    assert [
        f"{path}:{line}"
        for path, tree in modules("barcamp")
        for line, name in calls(tree)
        if name.endswith("utcnow") and path not in CLOCKS and kinds.search(path)
    ] == [], "take `now` as a keyword"


def test_services_never_commit() -> None:
    assert [
        f"{path}:{line}: {name}()"
        for path, tree in modules("barcamp")
        for line, name in calls(tree)
        if name.endswith(".commit") and not COMMITS.match(path)
    ] == [], "the route commits, once"


def test_pages_tell_a_refusal_in_the_visitors_language() -> None:
    """`str(refusal)` is English, for the shell and the log; a page says `told(refusal)`."""
    found = []
    for path, tree in modules("barcamp"):
        for handler in [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name]:
            found += [
                f"{path}:{call.lineno}: str({handler.name})"
                for call in ast.walk(handler)
                if isinstance(call, ast.Call)
                and dotted(call.func) == "str"
                and [dotted(given) for given in call.args] == [handler.name]
                and "/routes" in path
            ]
    assert found == []


def test_queries_change_nothing() -> None:
    changes = {"add", "add_all", "delete", "merge", "flush", "insert", "update"}
    found = []
    for path, tree in modules("barcamp"):
        if path.endswith(("/queries.py", "/models.py")) or "/queries/" in path:
            found += [
                f"{path}:{line}: {name}()"
                for line, name in calls(tree)
                if name in {"insert", "update", "delete"}
                or ("." in name and name.rpartition(".")[2] in changes - {"add"})
            ]
    assert found == [], "changes belong in service.py"


def test_a_signboard_holds_no_code() -> None:
    """A package's __init__.py says what it is for; a routes/__init__.py may bring its files together."""
    found = []
    for path, tree in modules("barcamp"):
        if not path.endswith("/__init__.py") or path == "barcamp/__init__.py":
            continue
        if not ast.get_docstring(tree):
            found.append(f"{path}: no docstring")
        found += [
            f"{path}:{node.lineno}: code"
            for node in tree.body[1:]
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and path != "barcamp/cli/__init__.py"
        ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    assert [path for path, tree in modules("barcamp") if not ast.get_docstring(tree)] == []


def test_every_template_says_what_it_needs() -> None:
    assert [path for path, text in templates() if not re.match(r"\{#-? .+", text)] == []


def test_templates_never_ask_the_database_and_trust_nobody() -> None:
    """No query, no session, and no |safe: Markdown is cleaned where it is made."""
    environment = SandboxedEnvironment(extensions=["jinja2.ext.i18n"])
    found = []
    for path, text in templates():
        tree = environment.parse(text)
        asked = [node.name for node in tree.find_all(nodes.Name)] + [node.attr for node in tree.find_all(nodes.Getattr)]
        found += [f"{path}: {name}" for name in asked if name in ASKS_THE_DATABASE]
        found += [
            f"{path}: |{node.name}" for node in tree.find_all(nodes.Filter) if node.name in ("safe", "forceescape")
        ]
        found += [f"{path}: autoescape off" for _ in tree.find_all(nodes.ScopedEvalContextModifier)]
    assert found == []


def test_scripts_and_styles_stay_at_home() -> None:
    """No address of another host, and nothing that turns text into HTML or code."""
    odd = re.compile(
        r"https?://(?!www\.w3\.org/)|@import|\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|\beval\(|new Function"
    )
    assert [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in sorted((ROOT / "static").rglob("*"))
        if path.suffix in (".js", ".css", ".svg") and (found := odd.search(path.read_text("utf-8")))
    ] == []
