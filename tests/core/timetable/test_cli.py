"""The command line, run as people run it."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from barcamp.core.timetable.bound import bound, prove
from barcamp.core.timetable.files import read_plan, write
from barcamp.core.timetable.problem import Item
from barcamp.core.timetable.repair import curve, mend
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import figures
from barcamp.core.timetable.solve import solve
from tests.core.timetable.instances import as_json, camp, simple

ROOT = Path(__file__).parents[3]
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
        cwd=ROOT,
        timeout=120,
    )


def test_solve_writes_the_schedule_and_prints_one_line(instance: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    run = timetable("solve", instance, "-o", str(out), "--seed", "4", "--moves", "2000")
    solution = solve(CAMP, seed=4, moves=2000)
    line = " ".join(f"{name}={value}" for name, value in solution.figures.rounded().items())
    assert (run.returncode, run.stdout, run.stderr) == (0, line + "\n", "")
    assert read_plan(json.loads(out.read_text())) == solution.plan


def test_solve_from_an_old_schedule_moves_nothing_without_need(instance: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    timetable("solve", instance, "-o", str(old), "--moves", "0")
    for budget in ([], ["--moves", "500", "--seed", "9"], ["--seconds", "0.1"]):
        run = timetable("solve", instance, "-o", str(new), "--from", str(old), *budget)
        assert (run.returncode, run.stderr, new.read_bytes()) == (0, "", old.read_bytes())
        assert "moved_slot=0 moved_room=0" in run.stdout


def test_repair_prints_the_curve_and_writes_one_point(tmp_path: Path) -> None:
    before = solve(CAMP, seed=1).plan
    rooms = (*CAMP.rooms[:1], replace(CAMP.rooms[1], closed=frozenset(range(4))), *CAMP.rooms[2:])
    changed = replace(CAMP, rooms=rooms)
    names = [tmp_path / name for name in ("camp.json", "old.json", "new.json")]
    names[0].write_text(json.dumps(as_json(changed)))
    names[1].write_text(json.dumps(write(before)))
    run = timetable("repair", *map(str, names[:2]), "-o", str(names[2]), "--allow", "2")
    points = curve(changed, before, steps=(0, 1, 2, 3, 10, None))
    lines = run.stdout.splitlines()
    names_shown = [line[2:].split()[0].removeprefix("allowed=") for line in lines]
    assert names_shown == ["usual", "0", "1", "2", "3", "10", "free"]
    assert [line[0] for line in lines] == [" ", " ", " ", "*", " ", " ", " "]
    assert [float(line.split(" cost=")[1].split()[0]) for line in lines] == [
        one.rounded()["cost"] for one in (mend(changed, before).figures, *(point.figures for point in points))
    ]
    assert read_plan(json.loads(names[2].read_text())) == points[2].plan
    anew = [f"{CAMP.items[s].id} had to be placed anew" for s in points[0].loose]
    assert run.stderr.splitlines()[: len(anew)] == anew
    timetable("repair", *map(str, names[:2]), "-o", str(names[2]))
    assert read_plan(json.loads(names[2].read_text())) == mend(changed, before).plan


def test_solve_names_impossible_demands_and_places_the_rest(tmp_path: Path) -> None:
    films = [Item(f"film-{n}", needs=frozenset({"screen"})) for n in range(3)]
    problem = simple(*films, Item("talk"), rooms=(5, 5), blocks="ab")
    problem = replace(problem, rooms=(replace(problem.rooms[0], equipment=frozenset({"screen"})), problem.rooms[1]))
    path = tmp_path / "camp.json"
    path.write_text(json.dumps(as_json(problem)))
    run = timetable("solve", str(path), "-o", str(tmp_path / "plan.json"))
    words = "these 3 sessions can only go in these 2 places (r0 in t0, t1): film-0, film-1, film-2"
    assert (run.returncode, run.stderr.splitlines()[0]) == (0, words)
    assert "unplaced=1 " in run.stdout


def test_solve_draws_a_bar_on_a_terminal(instance: str, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    words = [sys.executable, "-m", "barcamp.core.timetable", "solve", instance, "-o", str(tmp_path / "plan.json")]
    run = subprocess.run([*words, "--moves", "5000"], stderr=theirs, stdout=subprocess.PIPE, cwd=ROOT, timeout=120)
    os.close(theirs)
    drawn = os.read(ours, 100_000).decode()
    os.close(ours)
    assert run.returncode == 0
    assert drawn.startswith("\r[" + " " * 30 + "]   0%  cost ")
    assert "[" + "#" * 30 + "] 100%  cost " in drawn


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
    quick, proven = timetable("bound", instance), timetable("bound", instance, "--prove", "20000")
    floors = (bound(CAMP), prove(CAMP, steps=20_000))
    parts = [{"cost": floor.cost} | asdict(floor) for floor in floors]
    lines = [" ".join(f"{name}={round(value, 3)}" for name, value in one.items()) for one in parts]
    assert [(run.returncode, run.stdout, run.stderr) for run in (quick, proven)] == [
        (0, f"{line}\n", "") for line in lines
    ]
    assert 0 < floors[0].cost <= floors[1].cost <= solve(CAMP, seed=1, moves=2000).figures.cost


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
        (["repair", "{camp}", "{plan}", "-o", "x", "--allow", "-1"], "should be 0 or more"),
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
