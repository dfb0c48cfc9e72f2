"""A jobs worker that has copied much of its memory makes room for one that has not."""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

import pytest

from barcamp.processes import Appetite, own_memory
from tests.servers.site import ROOT

WORK = """
from barcamp import create_app, jobs
from barcamp.migrate import migrate
app = create_app()
migrate(app.extensions["settings"].database_url)
jobs.HEALTH = 0.1
looks = []
def enough():
    looks.append(app.extensions["desks"].taken)
    app.extensions["desks"].taken = 0
    return True
def beat():
    beats.append(1)
    if len(beats) == 6:
        assert looks == []  # a search is under way
        app.extensions["desks"].taken = 0
beats = []
app.extensions["desks"].taken = 1
jobs.run_worker(app, beat=beat, has_had_enough=enough)
print("ended after", len(looks))
"""


def test_it_has_had_enough_once_it_has_lived_and_holds_too_much() -> None:
    assert not Appetite(most=1, life=1000)()
    assert not Appetite(most=1 << 40, life=-1)()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_what_a_process_writes_to_is_its_own() -> None:
    assert Appetite(most=1, life=-1)()
    before = own_memory()
    with mmap.mmap(-1, 16 << 20) as held:  # a list may find room in what this process had before
        held.write(b"x" * (16 << 20))
        assert own_memory() - before >= 15 << 20


def test_the_worker_ends_when_it_has_had_enough_and_not_in_a_search(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORK], cwd=ROOT, env={"BARCAMP_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "ended after 1\n"
