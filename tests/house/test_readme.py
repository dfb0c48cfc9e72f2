"""Every setting and every command is in the README."""

from __future__ import annotations

import ast
import re

import pytest
from click import Context
from flask import Flask

from barcamp.cli import PLACES
from tests.house.sources import ROOT, modules

SETTING = re.compile(r"BARCAMP_[A-Z][A-Z_]*[A-Z]")

# What serve.py tells the processes it starts; nobody sets these.
BETWEEN_PROCESSES = {"BARCAMP_SHOW_LINK"}


@pytest.fixture(scope="module")
def readme() -> str:
    path = ROOT / "README.md"
    return path.read_text("utf-8") if path.exists() else ""


def test_every_setting_is_explained(readme: str) -> None:
    assert sorted(settings("barcamp") - set(SETTING.findall(readme))) == []


def test_no_setting_is_explained_that_is_not_there(readme: str) -> None:
    assert sorted(set(SETTING.findall(readme)) - settings("barcamp", "tests")) == []


def test_every_command_is_explained(app: Flask, readme: str) -> None:
    context = Context(app.cli)
    commands = {name: app.cli.get_command(context, name) for name in app.cli.list_commands(context)}
    ours = [
        name
        for name, command in commands.items()
        if command and command.name == name and command.callback and command.callback.__module__.startswith("barcamp.")
    ]
    assert ours and set(ours) == set(PLACES)
    assert [name for name in sorted(ours) if not re.search(rf"[` ]{re.escape(name)}\b", readme)] == []


def settings(*folders: str) -> set[str]:
    """Each name that the code reads: string constants only, so that no word of a comment counts."""
    found = {
        node.value
        for _path, tree in modules(*folders)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTING.fullmatch(node.value)
    }
    return found - BETWEEN_PROCESSES
