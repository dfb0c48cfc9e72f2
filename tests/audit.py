"""Whether anything we install is known to be vulnerable: one request to the OSV database about the pinned versions.

`python -m tests.audit` exits with 1 and the names where something is known. A machine without a way to the database is
told so in plain words and passes: not knowing is no finding. OSV is what pip-audit asks, too (https://osv.dev).
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILES = ("requirements.txt", "tests/requirements.txt")
DATABASE = "https://api.osv.dev"
SECONDS = 20.0
#: What is known and does not concern us, by its number, each with the reason.
ACCEPTED: dict[str, str] = {}

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


class Unreachable(Exception):
    """The database gave no answer that could be read; the text says why."""


@dataclass(frozen=True, order=True)
class Pin:
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def main() -> int:
    pins = sorted({pin for file in FILES for pin in pinned((ROOT / file).read_text("utf-8"))})
    try:
        found = known(pins, os.environ.get("BARCAMP_OSV_URL", DATABASE))
    except Unreachable as problem:
        print(f"Not checked: {problem} Nothing is known about {len(pins)} packages on this machine, good or bad.")
        return 0
    concerning = {pin: numbers for pin, numbers in found.items() if numbers}
    for pin, numbers in concerning.items():
        print(f"{pin}: {', '.join(numbers)}")
    print(f"{len(pins)} packages, {len(concerning)} of them with something known against them.")
    return 1 if concerning else 0


def pinned(text: str) -> list[Pin]:
    """The packages of a requirements file, each at its one version."""
    return [Pin(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in _PIN.findall(text)]


def known(pins: list[Pin], database: str) -> dict[Pin, list[str]]:
    """The numbers of what is known against each. Raises Unreachable."""
    asked = [{"package": {"ecosystem": "PyPI", "name": pin.name}, "version": pin.version} for pin in pins]
    request = urllib.request.Request(
        f"{database}/v1/querybatch", json.dumps({"queries": asked}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            results: list[dict[str, Any]] = json.load(answer)["results"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        said = problem.reason if isinstance(problem, urllib.error.URLError) else problem
        raise Unreachable(f"{database} gave no answer ({said}).") from problem
    if len(results) != len(pins):
        raise Unreachable(f"{database} answered for {len(results)} of {len(pins)} packages.")
    return {
        pin: sorted(one["id"] for one in result.get("vulns", ()) if one["id"] not in ACCEPTED)
        for pin, result in zip(pins, results, strict=True)
    }


if __name__ == "__main__":
    sys.exit(main())
