"""Who starts the site again when it has ended, as a service manager does, and who knows which process is which."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.faults.losses import Rows
from tests.faults.writers import Author, Guest, Organizer, Starrer, Writer
from tests.servers import site
from tests.servers.site import Site

SLUG = "faults"
WORKERS = 2
#: Seconds between the end of the site and its next start.
RESTART = 0.1
#: Notes that the organizer moves about.
MOVED = 6


class Keeper:
    """A site that is always started again, at the same port and on the same data."""

    def __init__(self, data: Path, database_url: str | None = None, **settings: str) -> None:
        self.data, self.database_url = data, database_url
        self.settings = {"demo": "0", "workers": str(WORKERS), **settings}
        self.site: Site = site.start(data, database_url, port=None, **self.settings)
        self.starts = 1
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.site.kill()
        self._thread.join()
        self.site.kill()

    @property
    def port(self) -> int:
        return self.site.port

    def stop(self) -> None:
        """End it as it ends every day, and let it be."""
        self._ending.set()
        self.site.stop(signal.SIGTERM)
        self._thread.join()

    def flask(self, *words: str) -> str:
        return self.site.flask(*words)

    def processes(self) -> dict[str, list[int]]:
        """The ids by kind: "master", "web", "jobs", "work" (on jobs, if there are any), and "all" of them."""
        everybody = self.site.processes()
        master = self.site.process.pid
        named = {one: _name(one) for one in everybody}
        names = {"web": "barcamp-web", "jobs": "barcamp-jobs", "work": "barcamp-job"}
        found = {kind: [one for one, called in named.items() if called == name] for kind, name in names.items()}
        return {"master": [master], **found, "all": everybody}

    def is_whole(self) -> bool:
        """Whether every process is there that should be."""
        there = self.processes()
        return len(there["web"]) == WORKERS and len(there["jobs"]) >= 1 and there["master"][0] in there["all"]

    def start_cpu(self) -> float:
        """Seconds of CPU that the master has used: nearly all of them for loading the site."""
        words = Path(f"/proc/{self.site.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def _keep(self) -> None:
        while not self._ending.is_set():
            try:
                self.site.process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            if self._ending.wait(RESTART):
                return
            try:
                self.site = site.start(self.data, self.database_url, port=self.site.port, **self.settings)
            except site.NoSite:
                continue  # killed again while it was starting, or its database is not there
            self.starts += 1


def gather(kept: Keeper, rows: Rows, *, size: str = "small") -> list[Writer]:
    """A conference with everything open, and seven people: three with stars, two authors, a guest, an organizer."""
    kept.flask("demo", "--size", size, "--slug", SLUG)
    emails = [f"writer{number}@example.com" for number in range(6)]
    links = kept.flask("sign-in-link", *emails).split()
    links += kept.flask("sign-in-link", "--organizer", SLUG, "organizer@example.com").split()

    ours = f"conference_id = (SELECT id FROM conference WHERE slug = '{SLUG}')"
    notes = [note for (note,) in rows(f"SELECT id FROM note WHERE {ours} ORDER BY id")]
    slots = [slot for (slot,) in rows(f"SELECT id FROM slot WHERE {ours} AND kind = 'talks' ORDER BY starts_at")]
    rooms = [room for (room,) in rows(f"SELECT id FROM room WHERE {ours} ORDER BY seats DESC")]
    cells = [(slot, room) for slot in slots for room in rooms][: 2 * MOVED + 3]
    writers: list[Writer] = [
        *(Starrer(kept.port, SLUG, email, notes[number::5]) for number, email in enumerate(emails[:3])),
        *(Author(kept.port, SLUG, f"Idea {number}") for number in (1, 2)),
        Guest(kept.port, SLUG, emails[5]),
        Organizer(kept.port, SLUG, notes[:MOVED], cells),
    ]
    for writer, link in zip(writers, links, strict=True):
        writer.sign_in(link)
    return writers


def until(true: Callable[[], object], seconds: float = 30.0, pause: float = 0.02) -> bool:
    """Wait for something to be so; False when it has not come about in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(pause)
    return False


def kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def _name(process: int) -> str:
    """What the process calls itself (barcamp/processes.py)."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""
