"""The process that searches, when whoever started it has been killed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import pytest

from barcamp.schedule.searcher import Task
from barcamp.settings import PROJECT
from tests.core.timetable.instances import items, simple

TOLD = pickle.dumps(Task("fresh", simple(*items(4)), (None,) * 4, seed=1, moves=1_000))


@pytest.mark.parametrize("heard", [b"", TOLD[: len(TOLD) // 2]], ids=["nothing", "half of its task"])
def test_it_ends_without_a_word_before_it_has_heard_all(heard: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "barcamp.schedule.searcher"], cwd=PROJECT, input=heard, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_it_ends_without_a_word_when_nobody_hears_it() -> None:
    nobody, answers = os.pipe()
    os.close(nobody)
    with subprocess.Popen(
        [sys.executable, "-m", "barcamp.schedule.searcher"],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=answers, stderr=subprocess.PIPE,
    ) as searcher:  # fmt: skip
        os.close(answers)
        assert searcher.stdin is not None
        assert searcher.stderr is not None
        searcher.stdin.write(TOLD)
        searcher.stdin.flush()  # and stays open: by its answer alone it must notice
        complaint = searcher.stderr.read()
        assert (searcher.wait(60), complaint) == (1, b"")
