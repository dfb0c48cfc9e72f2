"""What a page costs: a published conference of 300 sessions in 8 rooms on 2 days, served as shipped, on SQLite.

    python -m bench.pages
    python -m bench.pages --peer peer/bin/python    # and pretalx, in the same run: see bench/peer.py

Of each page: the CPU that one request takes in all processes of the site, and how many a second come out; the same of
the floor, which is the same bytes from a bare WSGI app under the same gunicorn. All take turns, the figures are the
medians of the rounds. A guest's page is asked for again and again ("kept"), and, one single time each, right after
somebody has changed what it shows ("made anew"). Linux; the clients take CPU of the same machine.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from bench import conference, peer
from bench.asking import once
from bench.cases import Case, as_browser_of
from bench.floor import Floor
from bench.serving import Served, Visitor, environment, gunicorn, sign_in

SLUG = conference.SLUG
FEW = 4  # connections, for what takes long: two workers are at it, and two requests wait
SESSIONS, ROOMS, DAYS = 300, 8, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.7, help="of each page in each round")
    parser.add_argument("--peer", metavar="PYTHON", help="the Python of an environment with pretalx and gunicorn")
    parser.add_argument(
        "--peer-folder", metavar="FOLDER", type=Path, help="where to keep the filled peer for the next run"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as ends:
        folder = Path(name)
        where = environment(folder / "site")
        scene = conference.of_sessions(SESSIONS, ROOMS, DAYS)
        conference.load(where, scene, moves=20_000)
        served = ends.enter_context(gunicorn(where, "app:app"))
        page = f"/speakers/{_speaker(served, str(scene.people[SESSIONS - 1].name))}"
        person, organizer = _sign_in(served, str(scene.people[7].email), str(scene.organizer.email))
        cases = _cases(served, page, person)
        floors, floor = _floors(ends, folder, cases)
        against = _peers(ends, asked.peer_folder or folder / "peer", asked.peer, served) if asked.peer else []
        for _round in range(asked.rounds):
            for case in [*cases, *floors]:
                case.run(asked.seconds)
            for case in against:
                case.run(asked.seconds * 4)
        _tell(cases, floors)
        _tell_changes(served, floor, page, person, organizer, asked.rounds * 3)
        if against:
            _tell_peers({case.name: case for case in cases}, against)
        time.sleep(5)  # who works on jobs just then is gone
        print(f"memory (PSS) of the whole service: {served.pss() / 2**20:.0f} MiB", end="")
        print(f"; of the peer {against[0].server.pss() / 2**20:.0f} MiB" if against else "", flush=True)


# ---- pages again and again -------------------------------------------------------------------------------------------


def _cases(served: Served, page: str, person: Visitor) -> list[Case]:
    meter = served.meter()
    note = _note(served)
    cases = []
    mine = as_browser_of(person)
    paths = {
        "schedule": f"/{SLUG}/schedule", "wall": f"/{SLUG}/wall", "note": f"/{SLUG}/notes/{note}",
        "front page": f"/{SLUG}/", "speaker": page, "list of conferences": "/",
    }  # fmt: skip
    for name, path in paths.items():
        cases += _with_304(Case(f"{name}, guest", served, meter, path, is_kept=True))
        cases.append(Case(f"{name}, signed in", served, meter, path, mine, connections=FEW))
    cases.append(Case("my day, signed in", served, meter, f"/{SLUG}/me", mine, connections=FEW))
    cases += _with_304(Case("schedule.ics", served, meter, f"/{SLUG}/schedule.ics", is_kept=True))
    cases += _with_304(Case("style sheet", served, meter, _style_sheet(served)))
    return cases


def _with_304(case: Case) -> list[Case]:
    """The case, and the same for somebody who has it already, where the site gives them a tag to say so."""
    tag = case.look().headers.get("etag")
    if tag is None:
        return [case]
    known = dict(case.headers) | {"If-None-Match": tag}
    return [case, Case(f"{case.name}, 304", case.server, case.meter, case.path, known, status=304, is_kept=True)]


def _floors(ends: ExitStack, folder: Path, cases: Sequence[Case]) -> tuple[list[Case], Served]:
    kept = Floor(folder / "floor")
    made = [(kept.add(case.look()), case) for case in cases]
    served = ends.enter_context(kept.serve())
    meter = served.meter()
    floors = [Case(case.name, served, meter, path, case.headers, case.status, case.connections) for path, case in made]
    return floors, served


def _tell(cases: Sequence[Case], floors: Sequence[Case]) -> None:
    print(f"\n{'page':<30}{'bytes':>8}{'CPU ms':>9}{'floor':>8}{'of it':>8}{'a second':>10}{'floor':>8}{'of it':>8}")
    for case, floor in zip(cases, floors, strict=True):
        print(
            f"{case.name:<30}{case.size:>8}{case.cpu:>9.3f}{floor.cpu:>8.3f}{floor.cpu / case.cpu:>8.2f}"
            f"{case.rate:>10.0f}{floor.rate:>8.0f}{case.rate / floor.rate:>8.2f}"
        )


# ---- right after a change --------------------------------------------------------------------------------------------


def _tell_changes(served: Served, floor: Served, page: str, person: Visitor, organizer: Visitor, times: int) -> None:
    """The CPU of the one request that comes first after a change, of a page that was asked for until then."""
    meter, note = served.meter(), _note(served)
    titles = count(1)

    def edit() -> None:
        _edit(organizer, note, f"Another title {next(titles)}")

    def star() -> None:
        for method in ("PUT", "DELETE") if next(titles) % 2 else ("DELETE", "PUT"):
            status, text, _ = person.ask(method, f"/{SLUG}/notes/{note}/star", Accept="application/json")
            if status != 200:
                raise SystemExit(f"a star: {status} {text}")

    mine = as_browser_of(person)
    cases: list[tuple[Callable[[], None], Case]] = [
        (edit, Case("schedule, guest, a title changed", served, meter, f"/{SLUG}/schedule")),
        (edit, Case("schedule, signed in, same", served, meter, f"/{SLUG}/schedule", mine)),
        (star, Case("schedule, guest, a star given", served, meter, f"/{SLUG}/schedule")),
        (edit, Case("schedule.ics, a title changed", served, meter, f"/{SLUG}/schedule.ics")),
        (edit, Case("wall, guest, a title changed", served, meter, f"/{SLUG}/wall")),
        (star, Case("wall, guest, a star given", served, meter, f"/{SLUG}/wall")),
        (star, Case("wall, signed in, a star given", served, meter, f"/{SLUG}/wall", mine)),
        (edit, Case("front page, a title changed", served, meter, f"/{SLUG}/")),
        (edit, Case("speaker, a title changed", served, meter, page)),
    ]
    least = Case("floor", floor, floor.meter(), "/1")
    for _time in range(times):
        for change, case in cases:
            case.show_all()
            change()
            case.run_once()
        least.run_once()
    print(f"\n{'one request, right after':<36}{'CPU ms':>8}{'most':>8}     (floor: {least.cpu:.2f} ms)")
    for _change, case in cases:
        print(f"{case.name:<36}{case.cpu:>8.1f}{max(case.spent):>8.1f}", flush=True)


def _edit(organizer: Visitor, note: int, title: str) -> None:
    """Over the form, as an organizer does."""
    path = f"/{SLUG}/notes/{note}/edit"
    _, text, _ = organizer.ask("GET", path)
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', text)
    fields = {"title": title, "description": conference.SENTENCE, "format": "talk", "length": "1"}
    status, text, _ = organizer.ask("POST", path, fields | ({} if seen is None else {"seen": html.unescape(seen[1])}))
    if status != 303:
        raise SystemExit(f"a title: {status}")


# ---- the peer --------------------------------------------------------------------------------------------------------


def _peers(ends: ExitStack, folder: Path, python: str, served: Served) -> list[Case]:
    schedule: dict[str, Any] = json.loads(once(served.port, f"/{SLUG}/schedule.json", {}).body)
    theirs, code = peer.serve(python, folder, schedule)
    ends.enter_context(theirs)
    meter = theirs.meter()
    paths = {
        "schedule, guest": "/bench/schedule/nojs", "schedule.ics": "/bench/schedule.ics",
        "note, guest": f"/bench/talk/{code}/", "front page, guest": "/bench/",
    }  # fmt: skip
    cases = [Case(name, theirs, meter, path, connections=FEW) for name, path in paths.items()]
    for case in cases:
        case.look()
    return cases


def _tell_peers(ours: Mapping[str, Case], theirs: Sequence[Case]) -> None:
    heads = f"{'bytes':>8}{'CPU ms':>9}{'ours':>8}{'times':>7}{'a second':>10}{'ours':>8}{'times':>7}"
    print(f"\n{'the peer (pretalx)':<30}{heads}")
    for case in theirs:
        mine = ours[case.name]
        print(
            f"{case.path.replace('/bench', '', 1):<30}{case.size:>8}{case.cpu:>9.1f}{mine.cpu:>8.3f}"
            f"{case.cpu / mine.cpu:>7.0f}{case.rate:>10.1f}{mine.rate:>8.0f}{mine.rate / case.rate:>7.0f}"
        )


# ---- who and what is there -------------------------------------------------------------------------------------------


def _sign_in(served: Served, person: str, organizer: str) -> tuple[Visitor, Visitor]:
    [somebody] = sign_in(served, [person], f"/{SLUG}/wall")
    [their] = sign_in(served, [organizer], f"/{SLUG}/wall", organizer=SLUG)
    return somebody, their


def _note(served: Served) -> int:
    """Some session's number."""
    counts = json.loads(once(served.port, f"/{SLUG}/changes", {}).body)["counts"]
    return min(map(int, counts))


def _speaker(served: Served, name: str) -> str:
    text = once(served.port, "/speakers", {}).body.decode()
    found = re.search(rf'href="/speakers/([a-z0-9-]+)"[^>]*>\s*{re.escape(name)}', text)
    if found is None:
        raise SystemExit(f"{name} has no page")
    return found[1]


def _style_sheet(served: Served) -> str:
    found = re.search(r'href="(/static/[^"]+\.css[^"]*)"', once(served.port, "/", {}).body.decode())
    if found is None:
        raise SystemExit("no style sheet")
    return found[1]


if __name__ == "__main__":
    main()
