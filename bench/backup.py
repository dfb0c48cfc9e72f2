"""A backup of the running site: how fast, at what cost, and what people notice who give stars meanwhile.

    python -m bench.backup                          # 2,000 notes, 30,000 people; SQLite
    python -m bench.backup --size large --postgres postgresql://…   # and a copy into that empty database, and back

Stars come at their own pace (`--rate` a second), first alone, then as long while one backup after the other is made.
Then one is restored into an empty folder, and copied. CPU is of the command's own processes, memory the most that one
of them held. The floor of a backup is `cp` of the same file with fsync.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.serving import ROOT, Served, Visitor, environment, sign_in, site
from bench.stars import Gun, Shot, latency, star_request

SLUG = "bench"
PEOPLE = 60


@dataclass(frozen=True)
class Cost:
    """What one command took: seconds of wall and of CPU, and bytes of memory at the most."""

    wall: float
    cpu: float
    memory: int

    def __str__(self) -> str:
        return f"{self.wall:6.1f} s   {self.cpu:6.1f} s CPU   {self.memory / 2**20:5.0f} MiB"


def run(given: dict[str, str], *words: str) -> Cost:
    """Run one of the site's commands to its end."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {said}")
    return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def stars(served: Served, visitors: list[Visitor], notes: list[int], rate: float, seconds: float) -> list[Shot]:
    """Give and take stars at this pace; who and which is drawn anew each time."""
    rng = random.Random(1)  # noqa: S311 - the same stars in each run
    shots = []
    for number in range(int(rate * seconds)):
        who, note = rng.randrange(len(visitors)), rng.choice(notes)
        method = rng.choice(("PUT", "DELETE"))
        shots.append(Shot(number / rate, star_request(served.port, visitors[who], note, method), who, note))
    Gun(served.port).fire(shots)
    return shots


def backups_until(stop: threading.Event, given: dict[str, str], folder: Path) -> list[Cost]:
    costs: list[Cost] = []
    while not stop.is_set():
        costs.append(run(given, "backup", str(folder / f"{len(costs)}.zip")))
    return costs


def floor(database: Path, folder: Path) -> float:
    """Seconds to write the same bytes, with nothing but that."""
    began = time.monotonic()
    with database.open("rb") as read, (folder / "floor").open("wb") as write:
        while chunk := read.read(1 << 20):
            write.write(chunk)
        write.flush()
        os.fsync(write.fileno())
    (folder / "floor").unlink()
    return time.monotonic() - began


def measure(asked: argparse.Namespace, folder: Path) -> None:
    data = folder / "data"
    with site(data, size=asked.size, slug=SLUG, backups="off") as served:
        given, database = served.environment, data / "barcamp.sqlite3"
        visitors = sign_in(served, [f"fan{number}@example.com" for number in range(PEOPLE)], f"/{SLUG}/wall/new")
        with closing(sqlite3.connect(database)) as connection:
            notes = [id_ for (id_,) in connection.execute("SELECT id FROM note ORDER BY id LIMIT 300")]
        tell("stars alone", stars(served, visitors, notes, asked.rate, asked.seconds))

        stop, costs = threading.Event(), list[Cost]()
        thread = threading.Thread(target=lambda: costs.extend(backups_until(stop, given, folder)))
        thread.start()
        shots = stars(served, visitors, notes, asked.rate, asked.seconds)
        stop.set()
        thread.join()
        tell(f"stars beside {len(costs)} backups", shots)

    size, packed = database.stat().st_size, (folder / "0.zip").stat().st_size
    print(f"database {size / 1e6:.1f} MB, backup {packed / 1e6:.1f} MB, starting a command: {run(given, '--version')}")
    quiet = run(given, "backup", str(folder / "quiet.zip"))
    print(f"backup, busy   {max(costs, key=lambda cost: cost.cpu)}   {size / 1e6 / costs[0].wall:.1f} MB/s")
    print(f"backup, quiet  {quiet}   {size / 1e6 / quiet.wall:.1f} MB/s")
    print(f"floor: cp      {floor(database, folder):6.1f} s")
    other = environment(folder / "restored", backups="off")
    print(f"restore        {run(other, 'restore', str(folder / 'quiet.zip'))}   (with verify)")
    print(f"copy to SQLite {run(given, 'copy-to', f'sqlite:///{folder}/copy.sqlite3')}")
    if asked.postgres:
        on_postgres = given | {"BARCAMP_DATABASE_URL": asked.postgres}
        print(f"copy to PostgreSQL   {run(given, 'copy-to', asked.postgres)}")
        print(f"copy back to SQLite  {run(on_postgres, 'copy-to', f'sqlite:///{folder}/back.sqlite3')}")
        print(f"backup of PostgreSQL {run(on_postgres, 'backup', str(folder / 'postgres.zip'))}")


def tell(name: str, shots: list[Shot]) -> None:
    wrong = sum(shot.status != 200 for shot in shots)
    print(f"{name}: {len(shots)} stars, {latency(shots)}; {wrong} not answered with 200")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="xl")
    parser.add_argument("--rate", type=float, default=40.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--postgres", help="an empty database, to copy into")
    with tempfile.TemporaryDirectory(prefix="barcamp-bench-") as folder:
        measure(parser.parse_args(), Path(folder))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
