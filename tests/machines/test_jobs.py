"""Three jobs workers on one database: each thing is done once, whoever of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from barcamp import create_app
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.imports import reading
from barcamp.imports import service as imports
from barcamp.jobs import forget_what_is_old
from barcamp.mail import letters
from barcamp.news import telling
from barcamp.people.models import Person
from barcamp.schedule import arranging, publishing, quiet
from barcamp.settings import from_environment
from barcamp.web.clock import utcnow
from tests import make, stage
from tests.machines import fleet
from tests.machines.fleet import Machines, until
from tests.servers import smtp
from tests.servers.postgres import Server

pytestmark = pytest.mark.slow
WORKERS = 3
PROGRAM = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Elsewhere//EN\r
BEGIN:VEVENT\r
UID:one@elsewhere.example\r
DTSTAMP:20261101T000000Z\r
DTSTART:20261128T180000Z\r
DTEND:20261128T190000Z\r
SUMMARY:Otters\r
END:VEVENT\r
END:VCALENDAR\r
"""


@dataclass
class Works:
    """The workers' machines; `app` is a web process of another one, in this process."""

    machines: Machines
    app: Flask
    post_office: smtp.Smtp

    @property
    def store(self) -> Store:
        found: Store = self.app.extensions["store"]
        return found

    def nudge(self, *words: str) -> None:
        """As after a commit, and as the sweeps of all workers do at the same minute."""
        for word in words:
            self.store.wakers[word]()

    def kill(self, number: int) -> None:
        """Kill -9 a worker, and start another one."""
        killed = self.machines.workers[number]
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        self.machines.start_worker()  # which puts itself at the end of the list, and names its folder by the length


@pytest.fixture(scope="module")
def works(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    name = f"works_{uuid4().hex[:12]}"
    url, folder = postgres.create_database(name), tmp_path_factory.mktemp("works")
    with smtp.start() as post_office, fleet.start(folder, url, webs=0, smtp_url=post_office.url) as machines:
        machines.flask("migrate")
        machines.flask("demo", "--size", "camp")
        for _number in range(WORKERS):
            machines.start_worker()
        given = {"BARCAMP_DATA": str(folder / "web"), "BARCAMP_DATABASE_URL": url}
        settings = from_environment(given | {"BARCAMP_SECRET_KEY": machines.settings["secret_key"]})
        app = create_app(replace(settings, base_url=machines.settings["base_url"]))
        yield Works(machines, app, post_office)
        app.extensions["hub"].close()
        app.extensions["store"].dispose()
    postgres.drop_database(name)


def write(store: Store, kind: str, count: int) -> None:
    for number in range(count):
        with store.writing() as db:
            letters.write(db, kind, f"reader{number}@example.org", kind, "Hello", now=utcnow())


def arrived(works: Works, kind: str) -> Counter[str]:
    """How often each letter of this kind arrived."""
    return Counter(str(letter["To"]) for letter in works.post_office.letters if letter["Subject"] == kind)


def unsent(works: Works, kind: str) -> int:
    ((count,),) = works.machines.rows("SELECT count(*) FROM letter WHERE sent_at IS NULL AND kind = %s", kind)
    return int(count)


def is_quiet(works: Works, kind: str, seconds: float = 3.0) -> bool:
    """Whether nothing of this kind was sent for as long, which is a thousand times what a letter takes here."""
    before = unsent(works, kind)
    time.sleep(seconds)
    return unsent(works, kind) == before


def test_many_letters_and_many_nudges_each_letter_arrives_once(works: Works) -> None:
    with ThreadPoolExecutor(4) as pool:
        written = [pool.submit(write, works.store, "burst", 25)]
        written += [pool.submit(works.nudge, *["letters", "publish", "news", "pushes"] * 10) for _ in range(3)]
        for one in written:
            one.result()
    until(lambda: unsent(works, "burst") == 0)
    assert arrived(works, "burst") == {f"reader{number}@example.org": 1 for number in range(25)}


def test_what_a_killed_worker_had_claimed_the_others_send(works: Works) -> None:
    """What was certainly not begun arrives once; the one that was under way may come twice, under the same number."""
    is_killed = threading.Event()

    def kill() -> None:
        until(lambda: len(arrived(works, "killed")) >= 5)
        works.kill(0)
        is_killed.set()

    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill)
        write(works.store, "killed", 40)
        killing.result()
    # whatever is left once nobody sends any more is held by nobody but the dead one
    until(lambda: is_quiet(works, "killed"))
    works.machines.change(  # the lease is over
        "UPDATE letter SET due_at = now() WHERE sent_at IS NULL AND kind = 'killed' AND due_at > now()"
    )
    works.nudge("letters")
    until(lambda: unsent(works, "killed") == 0)
    counts = arrived(works, "killed")
    assert sorted(counts) == sorted(f"reader{number}@example.org" for number in range(40))
    assert sum(counts.values()) <= 41
    ids = [letter["Message-ID"] for letter in works.post_office.letters if letter["Subject"] == "killed"]
    assert len(set(ids)) == 40


def test_a_search_is_one_workers_and_goes_to_another_when_that_is_killed(works: Works) -> None:
    with works.store.writing() as db:
        camp = db.scalars(select(Conference).where(Conference.slug == "beaver")).one()
        search_id = arranging.ask(db, camp, None, "fresh", seed=1, moves=2_000_000_000, now=utcnow()).id
    for _again in range(5):
        works.nudge("arrangements")
    until(lambda: row(works, search_id)[0] == "running" and searchers(works))
    (worker,), (_, first) = searchers(works), row(works, search_id)

    works.kill(worker)
    long_ago = utcnow() - timedelta(minutes=1)
    works.machines.change("UPDATE arrangement SET beat_at = %s WHERE id = %s", long_ago, search_id)
    works.nudge("arrangements")
    until(lambda: row(works, search_id)[1] != first and searchers(works))
    assert row(works, search_id)[0] == "running"
    assert len(searchers(works)) == 1

    with works.store.writing() as db:
        arranging.stop(db, db.get_one(Conference, camp.id), search_id, now=utcnow())
    until(lambda: row(works, search_id)[0] == "done" and not searchers(works))


def row(works: Works, search_id: int) -> tuple[str, object]:
    ((state, started_at),) = works.machines.rows("SELECT state, started_at FROM arrangement WHERE id = %s", search_id)
    return str(state), started_at


def searchers(works: Works) -> list[int]:
    """The workers (by number) that have a process which searches."""
    listing = subprocess.run(["ps", "-axwwo", "ppid=,command="], capture_output=True, text=True).stdout
    parents = {int(line.split()[0]) for line in listing.splitlines() if "barcamp.schedule.searcher" in line}
    return [number for number, worker in enumerate(works.machines.workers) if worker.pid in parents]


def test_an_import_is_read_by_one(works: Works) -> None:
    """Two more readers in this process race with the three workers."""
    with works.store.writing() as db:
        camp = db.scalars(select(Conference).where(Conference.slug == "beaver")).one()
        actor = db.scalars(select(Person).order_by(Person.id)).first()
        assert actor is not None
        ids = [imports.ask(db, camp, actor, f"{number}.ics", PROGRAM, now=utcnow()).id for number in range(3)]
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _number: reading.read_waiting(works.store, clock=utcnow), range(2)))
    until(lambda: not states(works, ids) & {"waiting", "running"})
    assert states(works, ids) == {"ready"}
    assert sum(counts) <= 6  # a look that came too late is counted, too


def states(works: Works, ids: list[int]) -> set[str]:
    return {str(state) for (state,) in works.machines.rows("SELECT state FROM import WHERE id = ANY(%s)", ids)}


def test_what_is_due_is_published_once_and_told_once(works: Works) -> None:
    """Three workers are nudged again and again, as by a minute's sweeps, and two more look in this process."""
    day = utcnow().date() + timedelta(days=7)
    with works.store.writing() as db:
        ada, bo, cy = (make.person(db, name) for name in ("Ada", "Bo", "Cy"))
        camp = make.conference(db, ada, "later", starts_on=day, ends_on=day)
        early, late = (make.slot(db, camp, clock, day=day) for clock in ("11:00", "13:00"))
        room, note = make.room(db, camp), make.note(db, camp, bo, stars=[cy])
    stage.put(works.store, camp, ada, note, early, room, now=utcnow())
    stage.publish(works.store, camp, ada, now=utcnow())
    with works.store.writing() as db:
        quiet.switch(db, db.get_one(Conference, camp.id), ada, live=True, freeze_minutes=15, now=utcnow())
    stage.put(works.store, camp, ada, note, late, room, now=utcnow())

    due_now(works, camp, "publish_due_at")
    look_all_at_once(works, "publish", lambda: publishing.publish_due(works.store, now=utcnow()))
    until(lambda: count(works, "version", camp) == 2)
    due_now(works, camp, "news_due_at")
    look_all_at_once(works, "news", lambda: telling.tell_due(works.store, now=utcnow()))
    until(lambda: count(works, "bulletin", camp) == 1)
    until(lambda: works.machines.rows("SELECT count(*) FROM letter WHERE person_id = %s AND sent_at IS NULL", cy.id)
          == [(0,)])  # fmt: skip
    look_all_at_once(works, "news", lambda: telling.tell_due(works.store, now=utcnow()))

    kinds = "SELECT kind, count(*) FROM change WHERE conference_id = %s AND kind = ANY(%s) GROUP BY kind ORDER BY kind"
    told = ["published", "news-told"]
    assert works.machines.rows(kinds, camp.id, told) == [("news-told", 1), ("published", 2)]
    assert (count(works, "version", camp), count(works, "bulletin", camp)) == (2, 1)
    assert works.machines.rows("SELECT person_id, count(*) FROM news GROUP BY person_id ORDER BY person_id") == [
        (bo.id, 1), (cy.id, 1),
    ]  # fmt: skip
    heard = Counter(str(letter["To"]) for letter in works.post_office.letters if "Haiku" in letter.as_string())
    assert heard == {"bo@example.org": 1, "cy@example.org": 1}


def due_now(works: Works, camp: Conference, column: str) -> None:
    """The quiet time is over."""
    works.machines.change(
        f"UPDATE conference SET {column} = now() - interval '1 second' WHERE id = %s AND {column} IS NOT NULL", camp.id
    )


def look_all_at_once(works: Works, word: str, look: Callable[[], object]) -> None:
    with ThreadPoolExecutor(4) as pool:
        looking = [pool.submit(works.nudge, *[word] * 5) for _ in range(2)] + [pool.submit(look) for _ in range(2)]
        for one in looking:
            one.result()


def count(works: Works, table: str, camp: Conference) -> int:
    ((number,),) = works.machines.rows(f"SELECT count(*) FROM {table} WHERE conference_id = %s", camp.id)
    return int(number)


def test_the_sweeps_of_three_workers_in_the_same_minute_do_no_harm(works: Works) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _number: forget_what_is_old(works.store), range(3)))
    assert "nothing wrong." in works.machines.flask("verify")
    for number in range(len(works.machines.workers)):
        said = works.machines.worker_said(number)
        assert "Traceback" not in said, said[said.find("Traceback") - 1000 :][:4000]


def test_one_machine_signs_for_the_browsers_of_another(works: Works) -> None:
    """The key for Web Push, which a web machine gives to browsers and a jobs machine signs with."""
    # one that was killed as soon as it had been started has made none, one that has just been started will
    deadline = time.monotonic() + 60
    while len(files := list(works.machines.folder.glob("*/vapid_key"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (len(files) >= 2, len({file.read_text() for file in files})) == (True, 1)
