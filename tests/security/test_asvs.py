"""The table of docs/security/asvs.md is whole, and what it points at is there."""

from __future__ import annotations

import re

from tests.house.sources import ROOT

TABLE = ROOT / "docs" / "security" / "asvs.md"
#: How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; those of level 3 come after them.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip


def rows() -> list[tuple[list[str], str]]:
    """The numbers that each line is about (one, or from one to another), and what it says."""
    found = []
    for first, last, said in re.findall(
        r"^\| ([\d.]+)(?: to ([\d.]+))? \|[^|]+\|(.+)\|$", TABLE.read_text("utf-8"), re.MULTILINE
    ):
        section, _, number = first.rpartition(".")
        end = int((last or first).rpartition(".")[2])
        assert not last or last.startswith(section)
        found.append(([f"{section}.{one}" for one in range(int(number), end + 1)], said))
    return found


def test_no_requirement_is_missing_and_none_is_twice() -> None:
    asked = [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]
    assert [number for numbers, _ in rows() for number in numbers] == asked


def test_every_file_it_names_is_there() -> None:
    text = TABLE.read_text("utf-8") + (TABLE.parent / "rules.md").read_text("utf-8")
    named = set(re.findall(r"`((?:barcamp|tests|docs|static|templates)/[\w./-]*|[\w.]+\.(?:toml|txt|conf\.py))`", text))
    linked = {
        str((TABLE.parent / link).resolve().relative_to(ROOT)) for link in re.findall(r"\]\(([\w./-]+\.md)\)", text)
    }
    assert len(named) > 60
    assert sorted(path for path in named | linked if not (ROOT / path).exists()) == []


def test_what_falls_short_is_said() -> None:
    """Each line says what holds it, why it does not apply, or that it is open; and there is something open."""
    assert [numbers for numbers, said in rows() if len(said.strip()) < 3] == []
    open_ones = {numbers[0] for numbers, said in rows() if "**open**" in said}
    assert open_ones == {"6.2.4", "6.2.12", "6.3.3", "6.5.5", "13.3.1"}
