"""What a site weighs: the memory of its processes as it comes up, and when much has been asked of it.

    python -m bench.memory                       # 300 sessions, 200 open walls, on SQLite

Memory is PSS (proportional set size): what processes share is divided among them, so that their sum is what the machine
has to have. The floor is what nobody can go below who serves with two gevent workers and has a process beside them:
gunicorn with a Flask app that says hello, and a Python that sleeps.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

from bench import conference
from bench.floor import SETTINGS
from bench.serving import MARK, Served, Visitor, environment, free_port, gunicorn, pss, sign_in

MEBIBYTE = 1024 * 1024
SESSIONS, ROOMS, DAYS = 300, 8, 2
STREAMS = 200
PEOPLE, STRANGERS = 20, 8
PAGES = (
    "/", "/{slug}/", "/{slug}/wall", "/{slug}/schedule", "/{slug}/people", "/{slug}/subscribe", "/{slug}/screen",
    "/{slug}/schedule.ics", "/{slug}/schedule.xml", "/{slug}/schedule.json", "/{slug}/changes.atom",
    "/{slug}/rooms/1.ics", "/sign-in",
)  # fmt: skip
OWN_PAGES = ("/{slug}/wall", "/{slug}/schedule", "/{slug}/me", "/{slug}/wall/new", "/account")
HELLO = "import flask\napp = flask.Flask('hello')\napp.add_url_rule('/healthz', view_func=lambda: 'ok')\n"


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--rounds", type=int, default=20, help="how often each page is asked for, by each asker (20)")
    rounds = given.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        told("the floor: gunicorn and Flask saying hello, and a Python that sleeps", floor(Path(folder)))
        surroundings = environment(Path(folder) / "data")
        conference.load(surroundings, conference.of_sessions(SESSIONS, ROOMS, DAYS), moves=0)
        with gunicorn(surroundings, "app:app") as served:
            wait_for(served, 4)
            told("the site, started", at_rest(served))
            what_most_ask_for(served)
            told("after schedule, calendar, wall signed in, and stars", at_rest(served))
            with ExitStack() as walls:
                for _ in range(STREAMS):
                    walls.enter_context(Wall(served.port))
                load(served, rounds)
                told(f"after the load, with {STREAMS} open walls", at_rest(served))
    return 0


def floor(folder: Path) -> dict[str, int]:
    (folder / "hello.py").write_text(HELLO)
    port = free_port()
    plain = {**os.environ, "BARCAMP_PORT": str(port), "PYTHONPATH": str(folder)}
    with gunicorn(plain, "hello:app", *SETTINGS, "-b", f"127.0.0.1:{port}") as served:
        beside = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(600)"], env={**plain, MARK: served.mark}
        )
        try:
            wait_for(served, 4)
            return weights(served)
        finally:
            beside.kill()
            beside.wait()


class Wall:
    """A browser that listens, and reads what comes."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def __enter__(self) -> Wall:
        self.connection.request("GET", f"/{conference.SLUG}/live")
        assert self.connection.getresponse().read(1)
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def what_most_ask_for(served: Served) -> None:
    """Guests look at the schedule and its calendar, people at the wall, and star; so guests' pages are made anew."""
    people = sign_in(served, [f"p{number}@bench.example.org" for number in range(4)], f"/{conference.SLUG}/wall")
    guests = [Visitor(served.port) for _ in range(12)]
    with ThreadPoolExecutor(len(guests)) as crowd:
        asked = [crowd.submit(ask, guest, ("/{slug}/schedule", "/{slug}/schedule.ics"), 200) for guest in guests]
        asked += [crowd.submit(ask, person, ("/{slug}/wall",), 50) for person in people]
        asked += [crowd.submit(star, person, 20) for person in people]
        asked += [crowd.submit(ask, guest, ("/{slug}/schedule", "/{slug}/wall", "/"), 20) for guest in guests[:4]]
        for one in asked:
            one.result()


def load(served: Served, rounds: int) -> None:
    """People and strangers at once: every page, plain and gzipped, stars that make pages anew, and letters."""
    emails = [f"p{number}@bench.example.org" for number in range(PEOPLE)]
    people = sign_in(served, emails, f"/{conference.SLUG}/wall")
    with ThreadPoolExecutor(PEOPLE + STRANGERS) as crowd:
        asked = [crowd.submit(ask, person, OWN_PAGES, rounds) for person in people]
        asked += [crowd.submit(ask, Visitor(served.port), PAGES, rounds) for _ in range(STRANGERS)]
        asked += [crowd.submit(star, person, rounds) for person in people]
        for one in asked:
            one.result()
    served.flask("sign-in-link", "somebody@bench.example.org")


def ask(visitor: Visitor, pages: tuple[str, ...], rounds: int) -> None:
    """Not by `Visitor.ask`, which takes every answer for text."""
    connection = HTTPConnection("127.0.0.1", visitor.port, timeout=120)
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    for turn in range(2 * rounds):
        for page in pages:
            coding = "gzip" if turn % 2 else "identity"
            path = page.format(slug=conference.SLUG)
            status = fetched(connection, path, {"Cookie": cookies, "Accept-Encoding": coding})
            assert status in (200, 404, 503), (path, status)
    connection.close()


def fetched(connection: HTTPConnection, path: str, headers: dict[str, str]) -> int:
    for attempt in (1, 2):
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):  # kept for longer than the server does
            connection.close()
            if attempt == 2:
                raise
    raise AssertionError


def star(visitor: Visitor, rounds: int) -> None:
    for turn in range(rounds):
        path = f"/{conference.SLUG}/notes/{turn // 2 + 1}/star"
        status, _, _ = visitor.ask("DELETE" if turn % 2 else "PUT", path, Accept="application/json")
        assert status in (200, 409, 503), status  # 503: the machine is busy, and says so


def wait_for(served: Served, processes: int) -> None:
    deadline = time.monotonic() + 60
    while len(served.processes()) < processes:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(3)  # what they do at first, like the first sweep of the jobs worker


def at_rest(served: Served) -> dict[str, int]:
    served.rest()
    return weights(served)


def weights(served: Served) -> dict[str, int]:
    """Bytes by process, by what the system calls it."""
    found: dict[str, int] = {}
    for number in sorted(served.processes()):
        with suppress(OSError):  # who works on jobs may just have ended
            name = "master" if number == served.process.pid else Path(f"/proc/{number}/comm").read_text().strip()
            found[f"{name} {number}"] = pss(number)
    return found


def told(what: str, weights: dict[str, int]) -> None:
    print(f"{what}: {sum(weights.values()) / MEBIBYTE:.0f} MiB")
    for name, weight in weights.items():
        print(f"  {weight / MEBIBYTE:6.1f}  {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
