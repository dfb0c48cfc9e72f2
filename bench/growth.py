"""What growth costs: 10 to 30,000 people with the same notes, and 40 to 2,000 notes with the same number of people.

    python -m bench.growth                                 # two tables
    python -m bench.growth --picture docs/pictures/growth.svg
    python -m bench.growth --what people --people 150 30000

Conferences of all sizes, each published and on a site of its own as shipped (SQLite), are up at the same time and take
turns; the figures are CPU of all processes of a site, ms a request, medians of the rounds. The smaller crowds are parts
of the largest, so that the signed-in person and the notes are the same everywhere; the guests' pages are kept ones,
except for those "made anew": one request right after a star was given. The floor is 200 bytes from a bare WSGI app.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench import conference, curves
from bench.asking import Answer, once
from bench.cases import Case, as_browser_of
from bench.curves import Curve, Panel
from bench.floor import Floor
from bench.serving import Served, Visitor, environment, gunicorn, sign_in
from bench.stars import star_request

SLUG = conference.SLUG
PEOPLE = (10, 150, 1_000, 5_000, 30_000)
NOTES = (40, 150, 600, 2_000)
SAME_NOTES, SAME_PEOPLE = 150, 2_000
CONNECTIONS = 4
STARS = 120  # a round, by CONNECTIONS people: far from what a single person may
ANEW = ("wall, guest, made anew", "schedule, guest, made anew")
#: What the picture shows: the others would lie on these.
SHOWN = {
    "schedule, signed in": "schedule", "wall, signed in": "wall", "board, organizer": "board",
    "my day, signed in": "my day", "note, signed in": "note", "star given or taken": "star",
    "wall, guest": "wall, guest", "schedule.ics": "feed", "floor": "floor",
}  # fmt: skip


@dataclass
class Point:
    """A site of one size, what is asked of it, and the memory (bytes) of all its processes after that."""

    size: int
    served: Served
    cases: list[Case]
    anew: list[Case]
    starrer: Visitor
    note: int
    memory: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--what", choices=["people", "notes"], help="only this  [default: both]")
    parser.add_argument("--people", type=int, nargs="+", default=list(PEOPLE), help="how many, rising")
    parser.add_argument("--notes", type=int, nargs="+", default=list(NOTES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4, help="of each page of each size in each round")
    parser.add_argument("--picture", type=Path, help="where to put the curves as SVG")
    asked = parser.parse_args()
    panels = []
    if asked.what != "notes":
        scale = [(SAME_NOTES, people, max(asked.people)) for people in asked.people]
        panels += _measure("people", f"{SAME_NOTES} notes", asked.people, scale, asked.rounds, asked.seconds)
    if asked.what != "people":
        scale = [(notes, SAME_PEOPLE, SAME_PEOPLE) for notes in asked.notes]
        panels += _measure("notes", f"{SAME_PEOPLE:,} people", asked.notes, scale, asked.rounds, asked.seconds)
    if asked.picture:
        asked.picture.write_text(curves.picture(panels), encoding="utf-8")


def _measure(
    what: str, beside: str, sizes: Sequence[int], scale: Sequence[tuple[int, int, int]], rounds: int, seconds: float
) -> list[Panel]:
    """`scale`: notes, people, and of how many these are a part, for each size."""
    print(f"{what}, with {beside}", flush=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as ends:
        folder = Path(name)
        points = [_point(ends, folder / str(size), size, *three) for size, three in zip(sizes, scale, strict=True)]
        least = _floor(ends, folder)
        for _round in range(rounds):
            _round_of(points, least, seconds)
        for point in points:
            point.memory = point.served.pss()
    _tell(what, points, least)
    return _panels(what, beside, points, least)


def _round_of(points: Sequence[Point], least: Case, seconds: float) -> None:
    for pages in zip(*(point.cases for point in points), strict=True):
        for case in pages:
            case.run(seconds)
    least.run(seconds)
    for place in range(len(ANEW)):
        for point in points:
            _star(point)
            point.anew[place].run_once()


def _star(point: Point) -> None:
    for method in ("DELETE", "PUT"):
        path = f"/{SLUG}/notes/{point.note}/star"
        status, text, _ = point.starrer.ask(method, path, Accept="application/json")
        if status != 200:
            raise SystemExit(f"a star: {status} {text}")


# ---- a site of one size ----------------------------------------------------------------------------------------------


def _point(ends: ExitStack, folder: Path, size: int, notes: int, people: int, of: int) -> Point:
    where = environment(folder)
    scene = conference.crowd(notes, people, of=of)
    print(f"  {len(scene.ideas)} notes, {len(scene.people)} people, {len(scene.stars)} stars", flush=True)
    conference.load(where, scene, moves=0)
    served = ends.enter_context(gunicorn(where, "app:app"))
    emails = [one.email for one in scene.people[3 : 3 + CONNECTIONS]]
    people_in = sign_in(served, emails, f"/{SLUG}/wall")
    [organizer] = sign_in(served, [scene.organizer.email], f"/{SLUG}/wall", organizer=SLUG)
    counts = json.loads(once(served.port, f"/{SLUG}/changes", {}).body)["counts"]
    note = min(map(int, counts))
    cases = _cases(served, people_in, organizer, note)
    anew = [
        Case(name, served, cases[0].meter, path)
        for name, path in zip(ANEW, (f"/{SLUG}/wall", f"/{SLUG}/schedule"), strict=True)
    ]
    return Point(size, served, cases, anew, people_in[1], note)


def _cases(served: Served, people: list[Visitor], organizer: Visitor, note: int) -> list[Case]:
    meter, mine = served.meter(), as_browser_of(people[0])
    pages = {
        "wall": "wall", "schedule": "schedule", "note": f"notes/{note}", "front page": "", "registration": "register",
    }  # fmt: skip
    cases = [
        Case(f"{name}, signed in", served, meter, f"/{SLUG}/{path}", mine, connections=CONNECTIONS)
        for name, path in pages.items()
    ]
    cases.append(Case("my day, signed in", served, meter, f"/{SLUG}/me", mine, connections=CONNECTIONS))
    theirs = as_browser_of(organizer)
    cases.append(Case("board, organizer", served, meter, f"/{SLUG}/board", theirs, connections=1))
    cases += [
        Case(f"{name}, guest", served, meter, f"/{SLUG}/{pages[name]}", connections=CONNECTIONS, is_kept=True)
        for name in ("wall", "schedule", "note")
    ]
    feed = Case("schedule.ics", served, meter, f"/{SLUG}/schedule.ics", connections=CONNECTIONS, is_kept=True)
    known = dict(feed.headers) | {"If-None-Match": feed.look().headers["etag"]}
    cases += [feed, replace(feed, name="schedule.ics, 304", headers=known, status=304, spent=[], rates=[])]
    for case in cases:
        case.look()
    stars = [star_request(served.port, person, note, method) for method in ("PUT", "DELETE") for person in people]
    cases.append(Case("star given or taken", served, meter, "", requests=stars, connections=CONNECTIONS, most=STARS))
    return cases


def _floor(ends: ExitStack, folder: Path) -> Case:
    kept = Floor(folder / "floor")
    path = kept.add(Answer(200, {"content-type": "text/plain", "content-length": "200"}, b"." * 200))
    served = ends.enter_context(kept.serve())
    return Case("floor", served, served.meter(), path, connections=CONNECTIONS)


# ---- what came out ---------------------------------------------------------------------------------------------------


def _tell(what: str, points: Sequence[Point], least: Case) -> None:
    sizes = [point.size for point in points]
    start = sizes.index(150) if 150 in sizes else 0
    print(f"\n{'CPU ms, by ' + what:<32}" + "".join(f"{size:>9,}" for size in sizes) + f"   from {sizes[start]} on")
    for row in zip(*([*point.cases, *point.anew] for point in points), strict=True):
        figures = [case.cpu for case in row]
        grown = (figures[-1] / figures[start] - 1) * 100
        print(f"{row[0].name:<32}" + "".join(f"{figure:>9.2f}" for figure in figures) + f"{grown:>+10.0f} %")
    print(f"{'floor':<32}{least.cpu:>9.2f}")
    print(f"{'memory (PSS), MiB':<32}" + "".join(f"{point.memory / 2**20:>9.0f}" for point in points), flush=True)


def _panels(what: str, beside: str, points: Sequence[Point], least: Case) -> list[Panel]:
    sizes = [point.size for point in points]
    by_name = {row[0].name: [case.cpu for case in row] for row in zip(*(point.cases for point in points), strict=True)}
    by_name["floor"] = [least.cpu] * len(sizes)
    lines = [Curve(label, by_name[name]) for name, label in SHOWN.items()]
    memory = Curve("whole service", [point.memory / 2**20 for point in points])
    return [
        Panel(f"CPU of a request, ms ({beside})", what, sizes, lines, is_log=True),
        Panel("Memory (PSS), MiB", what, sizes, [memory], is_log=False),
    ]


if __name__ == "__main__":
    main()
