"""Kill processes at random moments under load, or copy the files at random instants: what is lost, how soon it is back.

    python -m bench.faults kills --count 200 --seed 1
    python -m bench.faults kills --count 50 --database postgresql
    python -m bench.faults copies --count 200

People write all the time and remember what the site said yes to (tests/faults/writers.py). A service manager starts
again what ended. After each kill it is measured when the next write was acknowledged and when all processes were there;
every so often, and at the end, everything acknowledged is looked for and `verify` is run.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.faults import snapshots
from tests.faults.database import Database
from tests.faults.keeper import SLUG, Keeper, gather, kill, until
from tests.faults.losses import Rows, in_postgres, in_sqlite, losses
from tests.faults.writers import Crowd

LOOK_EVERY = 25
LONGEST_BACK = 60.0
OF_THE_SITE = ("web", "web", "master", "jobs", "work", "all")
OF_POSTGRES = ("backend", "postmaster")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("kills", "copies"))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    rng = random.Random(given.seed)  # noqa: S311 - chance for a measurement
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="barcamp-faults-")))
        database = held.enter_context(Database()) if given.database == "postgresql" else None
        data = folder / "data"
        kept = held.enter_context(Keeper(data, None if database is None else database.url))
        rows = in_sqlite(data / "barcamp.sqlite3") if database is None else in_postgres(database.url)
        if given.what == "kills":
            return kills(kept, database, rows, given.count, rng)
        return copies(kept, folder, given.count, rng)


# ---- kills -----------------------------------------------------------------------------------------------------------


def kills(kept: Keeper, database: Database | None, rows: Rows, count: int, rng: random.Random) -> int:
    writers = gather(kept, rows)
    victims = OF_THE_SITE if database is None else OF_THE_SITE + OF_POSTGRES
    back: dict[str, list[tuple[float, float]]] = {}
    lost: list[str] = []
    began = time.monotonic()
    with Crowd(writers) as crowd:
        until(lambda: crowd.yes > 100)
        for number in range(1, count + 1):
            time.sleep(rng.uniform(0.05, 1.0))
            kind = rng.choice(victims)
            seconds = _kill_one(kept, database, kind, crowd, rng)
            back.setdefault(kind, []).append(seconds)
            print(
                f"{number:4} {kind:10} writes {seconds[0]:5.2f} s  whole {seconds[1]:5.2f} s  yes {crowd.yes}"
                f"  load {os.getloadavg()[0]:.1f}"
            )
            sys.stdout.flush()
            if number % LOOK_EVERY == 0 or number == count:
                with crowd.at_rest():
                    lost += losses([one.ledger.told() for one in writers], rows, slug=SLUG)
                    lost += _off(kept.flask("verify"))
                print(f"     {len(lost)} lost or off so far", *lost[:5], sep="\n     ")
    _tell(crowd, back, lost, time.monotonic() - began, started=kept.start_cpu())
    slowest = max(seconds for each in back.values() for seconds, _ in each)
    return 1 if lost or slowest > LONGEST_BACK else 0


def _kill_one(
    kept: Keeper, database: Database | None, kind: str, crowd: Crowd, rng: random.Random
) -> tuple[float, float]:
    """Seconds until the next acknowledged write, and until every process was there again."""
    starts = kept.starts
    there = kept.processes()
    chosen: list[int] = []
    if kind == "postmaster":
        assert database is not None
        began = time.monotonic()
        database.kill()
        database.start()
    elif kind == "backend":
        assert database is not None
        backend = rng.choice(database.backends())
        began = time.monotonic()
        kill(backend)
    else:
        chosen = there[kind] if kind == "all" else [rng.choice(there[kind] or there["jobs"])]
        began = time.monotonic()
        for process in chosen:
            kill(process)
    said = crowd.yes
    if kind in ("master", "all"):
        assert until(lambda: kept.starts > starts, LONGEST_BACK), kept.site.said()[-3000:]
        said = crowd.yes  # what was under way when it died is no sign of life
    assert until(lambda: crowd.yes > said, LONGEST_BACK), kept.site.said()[-3000:]
    writes = time.monotonic() - began
    is_whole = until(lambda: kept.is_whole() and not set(chosen) & set(kept.processes()["all"]), LONGEST_BACK, 0.1)
    assert is_whole, kept.site.said()[-3000:]
    return writes, time.monotonic() - began


def _off(verified: str) -> list[str]:
    return [] if "nothing wrong." in verified else [verified]


def _tell(
    crowd: Crowd, back: dict[str, list[tuple[float, float]]], lost: list[str], seconds: float, *, started: float
) -> None:
    everything = [each for found in back.values() for each in found]
    print(f"\n{len(everything)} kills in {seconds:.0f} s")
    print("acknowledged:", ", ".join(f"{times} {kind}" for kind, times in sorted(crowd.by_kind().items())))
    print("refused:", sum(one.ledger.no for one in crowd.writers), end="; ")
    print("unanswered:", sum(one.ledger.unanswered for one in crowd.writers))
    print(f"{'killed':12}{'times':>6}{'writes again: median':>24}{'worst':>8}{'whole again: median':>22}{'worst':>8}")
    for kind, found in sorted({**back, "(any)": everything}.items()):
        writes, whole = [one for one, _ in found], [one for _, one in found]
        print(
            f"{kind:12}{len(found):6}{median(writes):22.2f} s{max(writes):6.2f} s"
            f"{median(whole):20.2f} s{max(whole):6.2f} s"
        )
    print(f"lost or off: {len(lost)}", *lost[:20], sep="\n")
    print(f"a start takes {started:.2f} s of CPU; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


# ---- copies ----------------------------------------------------------------------------------------------------------


def copies(kept: Keeper, folder: Path, count: int, rng: random.Random) -> int:
    writers = gather(kept, in_sqlite(kept.data / snapshots.NAME))
    lost: list[str] = []
    frames = 0
    with Crowd(writers) as crowd:
        until(lambda: crowd.yes > 100)
        for number in range(1, count + 1):
            time.sleep(rng.uniform(0.02, 0.4))
            copy, how = folder / f"copy-{number}", rng.choice(snapshots.DAMAGES)
            told = snapshots.take(kept.data, kept.processes()["all"], writers, copy)
            frames += snapshots.committed_frames(copy)
            snapshots.damage(copy, how, rng)
            found = [f"copy {number} ({how}): {line}" for line in snapshots.off(copy, told, slug=SLUG)]
            print(*found, sep="\n", end="\n" if found else "")
            lost += found
            shutil.rmtree(copy)
            if number % LOOK_EVERY == 0:
                print(f"{number:4} copies, {crowd.yes} acknowledged, {len(lost)} off")
                sys.stdout.flush()
    print(f"{count} copies under load, {frames / count:.0f} pages in the log of each on average")
    print("acknowledged:", ", ".join(f"{times} {kind}" for kind, times in sorted(crowd.by_kind().items())))
    print(f"lost or off: {len(lost)}", *lost[:20], sep="\n")
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
