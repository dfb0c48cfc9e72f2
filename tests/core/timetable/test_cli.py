"""The command line, run as people run it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from barcamp.core.timetable.files import read_plan
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import figures
from barcamp.core.timetable.solve import solve
from tests.core.timetable.instances import as_json, camp

CAMP = camp(5, n_items=30, n_rooms=5, n_people=60)


@pytest.fixture
def instance(tmp_path: Path) -> str:
    path = tmp_path / "camp.json"
    path.write_text(json.dumps(as_json(CAMP)))
    return str(path)


def timetable(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "barcamp.core.timetable", *words],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        timeout=120,
    )


def test_solve_writes_the_schedule_and_prints_one_line(instance: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    run = timetable("solve", instance, "-o", str(out), "--seed", "4", "--moves", "2000")
    solution = solve(CAMP, seed=4, moves=2000)
    line = " ".join(f"{name}={value}" for name, value in solution.figures.rounded().items())
    assert (run.returncode, run.stdout, run.stderr) == (0, line + "\n", "")
    assert read_plan(json.loads(out.read_text())) == solution.plan


def test_solve_from_an_old_schedule_changes_little(instance: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    timetable("solve", instance, "-o", str(old), "--moves", "0")
    run = timetable("solve", instance, "-o", str(new), "--moves", "0", "--seed", "9", "--from", str(old))
    assert (run.returncode, "moved_slot=0 moved_room=0" in run.stdout) == (0, True)
    assert new.read_bytes() == old.read_bytes()


def test_solve_for_some_seconds_tells_how_to_get_the_same_again(instance: str, tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    run = timetable("solve", instance, "-o", str(one), "--seconds", "0.5")
    assert (run.returncode, run.stderr[:16]) == (0, "the same again: ")
    timetable("solve", instance, "-o", str(two), *run.stderr.strip().split(": ")[1].split())
    assert two.read_bytes() == one.read_bytes()


def test_score_prints_the_figures(instance: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    timetable("solve", instance, "-o", str(out), "--moves", "0")
    run = timetable("score", instance, str(out))
    plan = read_plan(json.loads(out.read_text()))
    assert run.returncode == 0
    assert json.loads(run.stdout) == {"valid": True, "violations": []} | figures(CAMP, plan).rounded()


def test_score_names_what_is_broken(instance: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    out.write_text(json.dumps({"assign": [[0, 0], [0, 0]] + [None] * 28}))
    run = timetable("score", instance, str(out))
    found = json.loads(run.stdout)
    assert (run.returncode, found["valid"], found["cost"]) == (
        1,
        False,
        figures(CAMP, read_plan(json.loads(out.read_text()))).cost,
    )
    assert [row["detail"] for row in found["violations"]] == [
        one.detail for one in violations(CAMP, read_plan(json.loads(out.read_text())))
    ]


def test_bound_is_below_the_cost(instance: str) -> None:
    run = timetable("bound", instance)
    assert run.returncode == 0
    assert 0 < float(run.stdout.split()[0].removeprefix("cost=")) <= solve(CAMP, seed=1, moves=2000).figures.cost


def test_explain_says_where_and_why(instance: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    timetable("solve", instance, "-o", str(out), "--moves", "0")
    run = timetable("explain", instance, str(out), "--session", "keynote")
    stars = sum(0 in mine for mine in CAMP.stars)
    assert run.returncode == 0
    assert run.stdout.startswith(f"keynote is in room-0, slot-0: {stars} stars, ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["solve", "missing.json", "-o", "x"], "No such file"),
        (["explain", "{camp}", "{plan}", "--session", "nobody"], "there is no session 'nobody'"),
        (["explain", "{camp}", "{camp}", "--session", "keynote"], "assign should be a list"),
        (["score", "{camp}", "{plan}", "--before", "{short}"], "has 1 places for 30 sessions"),
        (["solve", "{camp}", "-o", "x", "--moves", "-1"], "should be 0 or more"),
        (["solve", "{camp}", "-o", "x", "--seconds", "0"], "should be more than 0"),
        (["solve", "{short}", "-o", "x"], 'should say "format"'),
        (["solve", "{plain}", "-o", "x"], "is not JSON"),
    ],
)
def test_what_is_no_good_ends_with_two_and_says_why(
    instance: str, tmp_path: Path, words: list[str], message: str
) -> None:
    names = {"camp": instance}
    for name, text in (("plan", '{"assign": [' + ",".join(["null"] * 30) + "]}"), ("short", '{"assign": [null]}')):
        names[name] = str(tmp_path / name)
        Path(names[name]).write_text(text)
    names["plain"] = str(tmp_path / "plain")
    Path(names["plain"]).write_text("{")
    run = timetable(*(word.format(**names) for word in words))
    assert (run.returncode, run.stdout) == (2, "")
    assert message in run.stderr
