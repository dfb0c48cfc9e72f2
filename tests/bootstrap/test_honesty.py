"""A run with a silent skip fails; one that names what was not given does not."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
INSIDE = "def test_it() -> None:\n    pytest.skip({reason!r})\n"
WHOLE_MODULE = "pytest.skip({reason!r}, allow_module_level=True)\n"
MARKED = "@pytest.mark.skip(reason={reason!r})\ndef test_it() -> None: ...\n"
EXPECTED_FAILURE = "@pytest.mark.xfail(reason={reason!r})\ndef test_it() -> None:\n    raise ValueError\n"


def run(folder: Path, source: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_one.py").write_text("import pytest\n" + source + "\ndef test_other() -> None: ...\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.honesty", "-p", "no:cacheprovider", *words, str(folder)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("source", "workers"),
    [(INSIDE, "0"), (INSIDE, "1"), (WHOLE_MODULE, "1"), (MARKED, "0")],
    ids=["inside", "inside, in a worker", "whole module, in a worker", "marked"],
)
def test_a_silent_skip_fails_the_run_and_is_named(tmp_path: Path, source: str, workers: str) -> None:
    done = run(tmp_path, source.format(reason="no browser here"), "-n", workers)

    assert done.returncode != 0
    assert "skipped, which counts as failed here" in done.stdout
    assert "no browser here" in done.stdout


@pytest.mark.parametrize("source", [INSIDE, MARKED, EXPECTED_FAILURE], ids=["inside", "marked", "expected failure"])
def test_what_only_the_caller_can_give_may_be_left_out(tmp_path: Path, source: str) -> None:
    done = run(tmp_path, source.format(reason="not given: BARCAMP_TEST_SOMETHING"))

    assert (done.returncode, done.stderr) == (0, "")
    assert "counts as failed" not in done.stdout
