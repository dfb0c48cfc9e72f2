"""What is installed is pinned to the byte, and the lists that people edit are short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT

LISTS = ["requirements", "tests/requirements"]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


@pytest.mark.parametrize("name", LISTS)
def test_every_package_is_pinned_by_version_and_hash(name: str) -> None:
    loose = [
        block.splitlines()[0]
        for block in blocks(ROOT / f"{name}.txt")
        if not re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[^ ]+", block) or not HASH.search(block)
    ]
    assert loose == [], "run `make requirements`"


@pytest.mark.parametrize("name", LISTS)
def test_whatever_is_wanted_is_pinned(name: str) -> None:
    wanted = {plain(line) for line in lines(ROOT / f"{name}.in")}
    assert wanted - {plain(block) for block in blocks(ROOT / f"{name}.txt")} == set(), "run `make requirements`"


def test_the_lists_that_people_edit_are_short_and_name_no_version() -> None:
    wanted = {name: lines(ROOT / f"{name}.in") for name in LISTS}
    assert {name: len(found) <= 20 for name, found in wanted.items()} == dict.fromkeys(LISTS, True)
    assert [line for found in wanted.values() for line in found if re.search(r"[=<>~@/]", line)] == []


def test_the_tests_run_on_what_is_served() -> None:
    served, tested = ({plain(block): version(block) for block in blocks(ROOT / f"{name}.txt")} for name in LISTS)
    both = served.keys() & tested.keys()
    assert {name: tested[name] for name in both} == {name: served[name] for name in both}


def lines(path: Path) -> list[str]:
    found = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in found if line and not line.startswith("-")]


def blocks(path: Path) -> list[str]:
    """Each requirement with its continued lines as one."""
    whole = path.read_text("utf-8").replace("\\\n", " ")
    return [line for line in whole.splitlines() if line.strip() and not line.lstrip().startswith(("#", "-"))]


def plain(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None, requirement
    return found[0].lower().replace("_", "-")


def version(block: str) -> str:
    return block.partition("==")[2].split()[0]
