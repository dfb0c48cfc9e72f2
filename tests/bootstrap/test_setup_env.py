"""`ensure()`: one start makes `.venv`, the next ones use it, and no accident in between breaks it."""

import ast
import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from barcamp import setup_env

PROJECT = Path(__file__).resolve().parents[2]
BASE_PYTHON = setup_env.base_python()
READ_BY_OLD_PYTHONS = [
    "app.py",
    "barcamp/__init__.py",
    "barcamp/setup_env.py",
    "tests/__init__.py",
    "tests/__main__.py",
]

APP = """
import json, os, sys, time
from barcamp.setup_env import ensure
ensure({files})

def seconds():
    began = time.perf_counter()
    ensure({files})
    return time.perf_counter() - began

facts = {{"argv": sys.argv[1:], "folder": os.getcwd(), "prefix": sys.prefix, "process": os.getpid(),
         "utf8": sys.flags.utf8_mode, "fastest": min(seconds() for _ in range(5))}}
print("FACTS " + json.dumps(facts))
"""


@dataclass
class Run:
    status: int
    lines: list[str]
    facts: dict[str, Any]


@dataclass
class Checkout:
    """A copy of the bootstrap with two requirement files that ask for nothing."""

    top: Path

    def popen(
        self, *words: str, app: str = "app.py", flags: tuple[str, ...] = (), **environment: str
    ) -> subprocess.Popen[str]:
        keep = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.Popen(
            [BASE_PYTHON, *flags, str(self.top / app), *words],
            cwd=self.top.parent,
            env={**keep, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start(self, *words: str, app: str = "app.py", flags: tuple[str, ...] = (), **environment: str) -> Run:
        return finished(self.popen(*words, app=app, flags=flags, **environment))


def finished(process: subprocess.Popen[str]) -> Run:
    lines = process.communicate(timeout=120)[0].splitlines()
    facts = [json.loads(line.removeprefix("FACTS ")) for line in lines if line.startswith("FACTS ")]
    said = [line for line in lines if not line.startswith("FACTS ")]
    return Run(process.returncode, said, facts[0] if facts else {})


def steps(run: Run) -> list[str]:
    """Return the first word of each line that tells of a step."""
    words = [line.split()[0] for line in run.lines if line and line[0].isupper()]
    return [word for word in words if word in {"Making", "Installing", "Ready", "Another", "The"}]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    top = tmp_path / "my camp's code"
    (top / "barcamp").mkdir(parents=True)
    (top / "tests").mkdir()
    shutil.copy(PROJECT / "barcamp" / "setup_env.py", top / "barcamp")
    (top / "barcamp" / "__init__.py").touch()
    (top / "requirements.txt").write_text("# nothing\n")
    (top / "tests" / "requirements.txt").write_text("# nothing more\n")
    (top / "app.py").write_text(APP.format(files="'requirements.txt'"))
    (top / "with_tests.py").write_text(APP.format(files="'requirements.txt', 'tests/requirements.txt'"))
    return Checkout(top)


@pytest.mark.parametrize("path", [os.environ.get("PATH", ""), "/nowhere"], ids=["uv if there", "without uv"])
def test_the_first_start_prepares_and_the_second_only_starts(checkout: Checkout, path: str) -> None:
    first = checkout.start("--port", "80 80", "", flags=("-X", "utf8"), PATH=path)
    second = checkout.start(PATH=path)

    assert (first.status, steps(first)) == (0, ["Making", "Installing", "Ready"])
    assert first.facts["argv"] == ["--port", "80 80", ""]
    assert first.facts["utf8"] == 1
    assert first.facts["folder"] == str(checkout.top.parent)
    assert first.facts["prefix"] == str(checkout.top / ".venv")
    assert (second.status, second.lines) == (0, [])
    assert second.facts["prefix"] == str(checkout.top / ".venv")
    assert second.facts["fastest"] < 0.05


def test_the_process_stays_the_same_so_that_ctrl_c_and_service_managers_reach_it(checkout: Checkout) -> None:
    process = checkout.popen()
    assert finished(process).facts["process"] == process.pid


def test_changed_files_are_installed_once_and_app_and_tests_share_what_there_is(checkout: Checkout) -> None:
    assert steps(checkout.start()) == ["Making", "Installing", "Ready"]
    assert steps(checkout.start(app="with_tests.py")) == ["Installing", "Ready"]
    assert steps(checkout.start()) == []
    assert steps(checkout.start(app="with_tests.py")) == []

    (checkout.top / "requirements.txt").write_text("# nothing, but newer\n")
    assert steps(checkout.start()) == ["Installing", "Ready"]
    # The tests' packages were chosen to go with the old file, so they are looked at again, and then both have peace.
    assert steps(checkout.start(app="with_tests.py")) == ["Installing", "Ready"]
    assert steps(checkout.start()) == []


def test_of_two_starts_at_once_one_prepares_and_both_run(checkout: Checkout) -> None:
    both = [checkout.popen(str(number)) for number in (1, 2)]
    runs = [finished(process) for process in both]

    assert [run.status for run in runs] == [0, 0]
    assert [run.facts["argv"] for run in runs] == [["1"], ["2"]]
    assert sorted(line.split()[0] for run in runs for line in run.lines if "Making" in line) == ["Making"]


def test_a_start_killed_in_the_middle_is_repaired_by_the_next(checkout: Checkout) -> None:
    killed = checkout.popen(PATH="/nowhere")
    wait_for(checkout.top / ".venv" / "pyvenv.cfg")
    with killed:
        killed.send_signal(signal.SIGKILL)
    assert (checkout.top / ".venv.lock").read_text() == "unfinished\n"

    repaired = checkout.start()

    assert (repaired.status, steps(repaired)[-4:]) == (0, ["The", "Making", "Installing", "Ready"])
    assert (checkout.top / ".venv.lock").read_text() == ""
    assert steps(checkout.start()) == []


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.01)


def test_a_venv_whose_python_is_gone_is_made_again(checkout: Checkout) -> None:
    checkout.start()
    python = checkout.top / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")

    assert steps(checkout.start()) == ["Making", "Installing", "Ready"]


def test_a_moved_checkout_gets_a_venv_of_its_new_place(checkout: Checkout) -> None:
    checkout.start()
    moved = Checkout(checkout.top.rename(checkout.top.with_name("moved")))

    run = moved.start()

    assert steps(run) == ["Making", "Installing", "Ready"]
    assert run.facts["prefix"] == str(moved.top / ".venv")


def test_a_venv_that_is_a_link_to_anothers_leaves_that_one_as_it_is(checkout: Checkout, tmp_path: Path) -> None:
    checkout.start()
    venv, second = checkout.top / ".venv", tmp_path / "second"
    shutil.copytree(checkout.top, second, ignore=shutil.ignore_patterns(".venv"))
    (second / ".venv").symlink_to(venv)
    assert Checkout(second).start().facts["prefix"] == str(second / ".venv")
    assert ((second / ".venv").is_symlink(), checkout.start().lines) == (False, [])


def test_a_failed_installation_ends_with_one_clear_line_and_the_next_start_goes_on_from_there(
    checkout: Checkout,
) -> None:
    missing = f"no-such-package-of-barcamp==1.0 --hash=sha256:{'0' * 64}\n"
    (checkout.top / "requirements.txt").write_text(missing)

    failed = checkout.start(PATH="/nowhere", PIP_NO_INDEX="1")
    (checkout.top / "requirements.txt").write_text("# nothing\n")
    mended = checkout.start()

    assert (failed.status, failed.facts) == (1, {})
    assert failed.lines[-1] == (
        "The packages could not be installed (see above). Is the network there? Start again to try again."
    )
    assert any("no-such-package-of-barcamp" in line for line in failed.lines)
    assert (mended.status, steps(mended)) == (0, ["Installing", "Ready"])


def test_a_venv_that_the_user_made_is_used_and_not_replaced(checkout: Checkout) -> None:
    subprocess.run([BASE_PYTHON, "-m", "venv", str(checkout.top / ".venv")], check=True)
    (checkout.top / ".venv" / "mine").touch()

    assert steps(checkout.start()) == ["Installing", "Ready"]
    assert (checkout.top / ".venv" / "mine").exists()


def test_debians_python_without_venv_gets_the_line_to_type(checkout: Checkout) -> None:
    without = (
        "import sys; sys.modules['ensurepip'] = None; sys.argv = ['app.py']; import runpy; runpy.run_path('app.py')"
    )
    environment = {"PATH": "/nowhere"}
    done = subprocess.run(
        [BASE_PYTHON, "-c", without], cwd=checkout.top, env=environment, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "Python's venv module is incomplete. On Debian or Ubuntu: sudo apt install python3-venv\n",
    )


@pytest.mark.parametrize(
    ("version", "system", "line"),
    [
        (
            (3, 10),
            "posix",
            (
                "BarCamp needs Python 3.11 or newer, and this is Python 3.10."
                " Start it with a newer one, for example: python3.12 app.py"
            ),
        ),
        (
            (3, 13),
            "nt",
            "BarCamp's server runs on Linux and macOS. On Windows, use the Windows Subsystem for Linux (WSL).",
        ),
    ],
)
def test_where_it_cannot_run_it_says_why_in_one_line(version: tuple[int, int], system: str, line: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        setup_env.stop_if_unfit(version, system)
    assert stopped.value.code == line


def test_python_3_11_and_newer_are_fit() -> None:
    for version in ((3, 11), (3, 12), (4, 0)):
        setup_env.stop_if_unfit(version, "posix")


@pytest.mark.parametrize("name", READ_BY_OLD_PYTHONS)
def test_an_old_python_can_read_the_way_to_the_line_that_refuses_it(name: str) -> None:
    source = (PROJECT / name).read_text(encoding="utf-8")
    assert isinstance(ast.parse(source, feature_version=(3, 7)), ast.Module)


@pytest.mark.parametrize("module", ["barcamp.setup_env", "tests"])
def test_the_way_to_ensure_needs_nothing_installed(module: str) -> None:
    ask = f"import sys; sys.path.insert(0, sys.argv[1]); import {module}; print({module}.__name__)"
    done = subprocess.run([BASE_PYTHON, "-I", "-S", "-c", ask, str(PROJECT)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{module}\n", "")


def test_a_file_that_is_missing_is_named(checkout: Checkout) -> None:
    (checkout.top / "requirements.txt").unlink()
    run = checkout.start()
    assert (run.status, run.lines) == (
        1,
        [f"{checkout.top / 'requirements.txt'} cannot be read: this checkout is not complete."],
    )
