"""Several web machines on one PostgreSQL: what a request costs, how soon a star is everywhere, what a kill loses.

    python -m bench.machines                          # one against three, on a PostgreSQL of its own
    python -m bench.machines --url postgresql://…     # on a server of yours: an account that may make databases

Each machine is a gunicorn with one worker, a port and a data folder of its own; they share the database and the secret
key. All of them, PostgreSQL and the clients share this machine's cores, so what tells whether the site grows is the CPU
of one request, which should be the same with three: with all of them asked at once, as many as there are cores for, and
with one asked after the other, where none waits for a core. PostgreSQL's own is told beside it (its server started here
writes nothing through to the disk; one of yours does). Linux.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import secrets
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median

import psycopg

from bench.asking import BROWSER, Burst, in_a_circle, request
from bench.cases import as_browser_of
from bench.serving import Served, Visitor, command, environment, gunicorn, sign_in
from bench.stars import star_request
from tests.servers import postgres

SLUG = "bench"
MOST = 3
CONNECTIONS = 8
PATIENCE = 30.0
ROUNDS = 4
#: How often the asker goes on to the next machine in each: a multiple of MOST.
TURNS = 6


@dataclass
class Fleet:
    """The machines that run, the people who are signed in, and the notes they can star."""

    webs: list[Served]
    url: str
    people: list[Visitor]
    notes: list[int]

    def rows(self, query: str, *given: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode(), given).fetchall()

    def at(self, visitor: Visitor, web: int) -> Visitor:
        """The same browser, sent to another machine."""
        return replace(visitor, port=self.webs[web].port, connection=None)


@contextmanager
def fleet(url: str, people: int) -> Iterator[Fleet]:
    """MOST machines with a conference of 150 people, 40 notes and a schedule."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        shared = {"database_url": url, "secret_key": secrets.token_hex(16), "jobs": "0", "workers": "1"}
        shared["base_url"] = "http://127.0.0.1"
        webs = []
        for number in range(MOST):
            words = environment(Path(folder) / str(number), **shared)
            if number == 0:
                command(words, "migrate")
                command(words, "demo", "--size", "small", "--slug", SLUG)
                command(words, "arrange", SLUG)
                command(words, "publish", SLUG)
            webs.append(stack.enter_context(gunicorn(words, "app:app")))
        visitors = sign_in(webs[0], [f"starrer{number}@example.com" for number in range(people)], f"/{SLUG}/wall/new")
        made = Fleet(webs, url, visitors, [])
        made.notes = [
            int(str(note_id))
            for (note_id,) in made.rows(
                "SELECT note.id FROM note JOIN conference c ON c.id = conference_id WHERE slug = %s"
                " AND NOT seeks_host AND merged_at IS NULL AND hidden_at IS NULL AND withdrawn_at IS NULL"
                " AND block_id IS NULL ORDER BY id",
                SLUG,
            )
        ]
        yield made


# ---- what a request costs --------------------------------------------------------------------------------------------


Requests = Callable[[int], Sequence[bytes]]
Ask = Callable[[Fleet, Requests, range, float], list[Burst]]


def costs(machines: Fleet, seconds: float) -> None:
    print("CPU of one request, all web processes and (PostgreSQL's), and answers a second:", flush=True)
    guest, ada = BROWSER, as_browser_of(machines.people[0])
    pages: dict[str, Callable[[int], Sequence[bytes]]] = {
        "wall, a guest": lambda web: [request(machines.webs[web].port, f"/{SLUG}/wall", guest)],
        "schedule, a guest": lambda web: [request(machines.webs[web].port, f"/{SLUG}/schedule", guest)],
        "wall, signed in": lambda web: [request(machines.webs[web].port, f"/{SLUG}/wall", ada)],
        "schedule, signed in": lambda web: [request(machines.webs[web].port, f"/{SLUG}/schedule", ada)],
        "a star": lambda web: stars_of(machines, web),
    }
    for name, requests in pages.items():
        for web in range(MOST):  # as it is once it runs
            in_a_circle(machines.webs[web].port, requests(web), CONNECTIONS, seconds=seconds / 4)
        for asked, ask in (("at once", all_at_once), ("in turns", in_turns)):
            rounds: dict[int, list[Cost]] = {1: [], MOST: []}
            for _round in range(ROUNDS):  # one and all by turns: whatever else goes on meets both alike
                for count, costs_of_it in rounds.items():
                    costs_of_it.append(cost(machines, ask, requests, range(count), seconds / ROUNDS))
            told = (f"{count}: {Cost.middle(costs_of_it)}" for count, costs_of_it in rounds.items())
            print(f"  {name:20} {asked:8}  {';  '.join(told)}", flush=True)


@dataclass(frozen=True)
class Cost:
    """Of one request: CPU of the web processes and of PostgreSQL (ms); and answers a second of all together."""

    web: float
    server: float
    rate: float

    @classmethod
    def middle(cls, costs: Sequence[Cost]) -> str:
        web, server, rate = (median(getattr(one, name) for one in costs) for name in ("web", "server", "rate"))
        return f"{web:6.2f} ms ({server:.2f}), {rate:5.0f}/s"


def cost(machines: Fleet, ask: Ask, requests: Requests, webs: range, seconds: float) -> Cost:
    meters = [machines.webs[web].meter() for web in webs]
    before, servers, began = sum(meter.spent() for meter in meters), server_cpu(), time.monotonic()
    bursts = ask(machines, requests, webs, seconds)
    took = time.monotonic() - began
    spent, after = sum(meter.spent() for meter in meters) - before, server_cpu()
    asked = sum(after[process] - servers[process] for process in after.keys() & servers.keys())
    answered = sum(len(burst.took) for burst in bursts)
    wrong = {status for burst in bursts for status in burst.statuses} - {200}
    if wrong:
        raise SystemExit(f"answers with status {wrong} cannot be measured")
    return Cost(spent / answered * 1000, asked / answered * 1000, answered / took)


def in_turns(machines: Fleet, requests: Requests, webs: range, seconds: float) -> list[Burst]:
    """One machine after the other, by one browser: nobody waits for a core, or finds another's things in its caches for
    long, as if each had a computer of its own.
    """
    turns = [web for _turn in range(TURNS // len(webs)) for web in webs]
    return [in_a_circle(machines.webs[web].port, requests(web), 1, seconds=seconds / len(turns)) for web in turns]


def all_at_once(machines: Fleet, requests: Requests, webs: range, seconds: float) -> list[Burst]:
    """Many browsers at each, which is what three machines are for; here they share the cores of one."""
    with ThreadPoolExecutor(len(webs)) as pool:
        return list(
            pool.map(
                lambda web: in_a_circle(machines.webs[web].port, requests(web), CONNECTIONS, seconds=seconds), webs
            )
        )


def stars_of(machines: Fleet, web: int) -> list[bytes]:
    """Many people's stars, on and off, each person's far apart."""
    port = machines.webs[web].port
    own = machines.people[web::MOST]
    return [
        star_request(port, visitor, note, method).replace(b"/bench/", f"/{SLUG}/".encode())
        for note in machines.notes
        for method in ("PUT", "DELETE")
        for visitor in own
    ]


def server_cpu() -> dict[int, float]:
    """Seconds of CPU of each process of PostgreSQL that can be seen from here."""
    spent = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "comm").read_text().strip() == "postgres":
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                spent[int(entry.name)] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue
    return spent


# ---- how soon it is on the other walls -------------------------------------------------------------------------------


class Ear:
    """A wall that is open on a machine, and when it heard of which count."""

    def __init__(self, port: int) -> None:
        self.heard: dict[tuple[str, str], float] = {}
        self.news = threading.Condition()
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._connection.request("GET", f"/{SLUG}/live")
        self._answer = self._connection.getresponse()
        threading.Thread(target=self._read, daemon=True).start()

    def when(self, note: int, stars: int) -> float | None:
        key = (str(note), str(stars))
        with self.news:
            self.news.wait_for(lambda: key in self.heard, PATIENCE)
        return self.heard.get(key)

    def _read(self) -> None:
        while True:
            try:
                line = self._answer.readline()
            except (OSError, ValueError, AttributeError, HTTPException):
                return
            now = time.monotonic()
            if not line:
                return
            if b'"kind":"stars"' in line:
                counts = re.findall(r'"(\d+)":(\d+)', line.decode().partition('"counts":')[2])
                with self.news:
                    self.heard |= {key: now for key in counts if key not in self.heard}
                    self.news.notify_all()


def latency(machines: Fleet, times: int) -> bool:
    """A star on one machine, at any moment, and when the walls on the two others have it."""
    with psycopg.connect(machines.url) as connection:
        connection.execute("UPDATE conference SET stars_shown = 'always'")
    ears = [Ear(web.port) for web in machines.webs]
    time.sleep(2.0)
    late, rng = [], random.Random(7)  # noqa: S311 - nothing to guess
    count_of = dict(machines.rows("SELECT id, star_count FROM note"))
    given = {
        (str(email), note)
        for email, note in machines.rows("SELECT email, note_id FROM star JOIN person ON person.id = person_id")
    }
    turns = [(note, who) for who in range(len(machines.people)) for note in machines.notes]
    turns = [turn for turn in turns if (f"starrer{turn[1]}@example.com", turn[0]) not in given]
    lost = 0
    for turn in range(min(times, len(turns))):
        (note, who), web = turns[turn], turn % MOST
        visitor = machines.at(machines.people[who], web)
        time.sleep(rng.uniform(0.05, 0.5))
        began = time.monotonic()
        status, text, _ = visitor.ask("PUT", f"/{SLUG}/notes/{note}/star", Accept="application/json")
        assert status == 200, text
        count_of[note] = int(str(count_of[note])) + 1
        for other, ear in enumerate(ears):
            if other != web:
                heard = ear.when(note, int(str(count_of[note])))
                lost += heard is None
                late += [] if heard is None else [(heard - began) * 1000]
    late.sort()
    p50, p99 = (late[min(len(late) - 1, int(len(late) * part))] for part in (0.5, 0.99))
    print(
        f"From the press of a star to the walls of the other machines ({len(late)} times): p50 {p50:.0f} ms,"
        f" p99 {p99:.0f} ms, most {late[-1]:.0f} ms; {lost} not heard",
        flush=True,
    )
    return lost == 0 and p99 <= 300


# ---- what a kill loses -----------------------------------------------------------------------------------------------


@dataclass
class Press:
    """Somebody who stars one note after the other. As behind a proxy, they ask the next machine where one is silent."""

    machines: Fleet
    who: int
    given: set[tuple[int, int]] = field(default_factory=set)
    trouble: list[tuple[int, str]] = field(default_factory=list)
    again: int = 0

    def until(self, over: float) -> Press:
        for turn, note in enumerate(self.machines.notes * 1000):
            if time.monotonic() > over:
                break
            self._press(note, turn)
        return self

    def _press(self, note: int, turn: int) -> None:
        for machine in range(MOST):
            visitor = self.machines.at(self.machines.people[self.who], (self.who + turn + machine) % MOST)
            try:
                status, text, _ = visitor.ask("PUT", f"/{SLUG}/notes/{note}/star", Accept="application/json")
            except (OSError, HTTPException):
                self.again += 1
                continue
            if status == 200:
                self.given.add((self.who, note))
            else:
                self.trouble.append((status, text[:200]))
            return


def kill(machines: Fleet, seconds: float) -> bool:
    """Everybody stars on all machines, and one of them is killed in the middle."""
    with psycopg.connect(machines.url) as connection:
        connection.execute("DELETE FROM star")
        connection.execute("UPDATE note SET star_count = 0")
    over = time.monotonic() + seconds
    with ThreadPoolExecutor(12) as pool:
        presses = [Press(machines, who) for who in range(12)]
        pressing = [pool.submit(one.until, over) for one in presses]
        time.sleep(seconds / 2)
        for process in machines.webs[-1].processes():
            os.kill(process, signal.SIGKILL)
        for one in pressing:
            one.result()
    given = {star for one in presses for star in one.given}
    trouble = [told for one in presses for told in one.trouble]
    there = {
        (int(str(email).removeprefix("starrer").partition("@")[0]), int(str(note)))
        for email, note in machines.rows("SELECT email, note_id FROM star JOIN person ON person.id = person_id")
    }
    ((wrong,),) = machines.rows(
        "SELECT count(*) FROM note WHERE star_count != (SELECT count(*) FROM star WHERE note_id = note.id)"
    )
    print(
        f"One of {MOST} killed under load: {len(given)} stars acknowledged, {len(given - there)} lost,"
        f" {wrong} notes count otherwise; {sum(one.again for one in presses)} asked again elsewhere,"
        f" other answers: {trouble or 0}",
        flush=True,
    )
    return given <= there and wrong == 0 and not trouble


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="a PostgreSQL server; without it one is started")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each measurement (4)")
    parser.add_argument("--stars", type=int, default=150, help="stars whose way to the other walls is timed (150)")
    parser.add_argument("--people", type=int, default=60)
    asked = parser.parse_args()
    if asked.url:
        os.environ[postgres.GIVEN] = asked.url
    with postgres.start() as server, fleet(server.create_database("machines"), asked.people) as machines:
        costs(machines, asked.seconds)
        fast = latency(machines, asked.stars)
        whole = kill(machines, 2 * asked.seconds)
        machines.webs[-1].process.wait()
        said = machines.webs[0].flask("verify").strip().splitlines()[-1]
        print(f"  {said}", flush=True)
    return 0 if fast and whole else 1


if __name__ == "__main__":
    raise SystemExit(main())
