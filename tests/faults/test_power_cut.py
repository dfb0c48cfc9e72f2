"""The files as a power cut leaves them, at random instants under load: each copy opens, is sound, has lost nothing."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest

from barcamp import jobs
from barcamp.settings import from_environment
from tests.faults import snapshots
from tests.faults.conftest import Camp
from tests.faults.keeper import SLUG, until
from tests.faults.losses import in_sqlite, losses
from tests.faults.writers import Crowd


@pytest.mark.slow
def test_every_copy_of_one_instant_holds_all_that_was_acknowledged(sqlite_camp: Camp, tmp_path: Path) -> None:
    rng, camp, pages = Random(1), sqlite_camp, 0
    with Crowd(camp.writers) as crowd:
        for how in (*snapshots.DAMAGES, *snapshots.DAMAGES):
            said = crowd.yes
            assert until(lambda said=said: crowd.yes > said + rng.randrange(3, 12), 60), "nobody writes"  # type: ignore[misc]
            copy = tmp_path / "copy"
            told = snapshots.take(camp.kept.data, camp.kept.processes()["all"], camp.writers, copy)
            pages += snapshots.committed_frames(copy)
            snapshots.damage(copy, how, rng)
            assert snapshots.off(copy, told, slug=SLUG) == [], how
            shutil.rmtree(copy)
    assert pages > 0  # else the damage to the log would have met none


def test_a_copy_that_is_of_two_instants_is_found_out(sqlite_camp: Camp, tmp_path: Path) -> None:
    """What the copies are held against can fail: the database of one instant without its log."""
    camp, copy = sqlite_camp, tmp_path / "copy"
    with Crowd(camp.writers) as crowd:
        said = crowd.yes
        assert until(lambda: crowd.yes > said + 5, 60)
        told = snapshots.take(camp.kept.data, camp.kept.processes()["all"], camp.writers, copy)
    assert snapshots.committed_frames(copy) > 0
    (copy / (snapshots.NAME + "-wal")).unlink()
    (copy / (snapshots.NAME + "-shm")).unlink()
    assert losses(told, in_sqlite(copy / snapshots.NAME), slug=SLUG) != []


@pytest.mark.parametrize("left", ["nothing", "an empty file", "noise", "a torn database", "another's tables"])
def test_the_queue_may_be_lost_or_damaged(tmp_path: Path, left: str) -> None:
    """jobs.sqlite3 is never synced. What must not be lost is not in it, so a damaged one is set aside."""
    settings = from_environment({"BARCAMP_DATA": str(tmp_path)})
    path = tmp_path / "jobs.sqlite3"
    jobs.prepare(settings)
    whole = path.read_bytes()
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    if left == "an empty file":
        path.touch()
    elif left == "noise":
        path.write_bytes(Random(2).randbytes(8192))
    elif left == "a torn database":
        path.write_bytes(whole[:4096] + Random(2).randbytes(len(whole) - 4096))
    elif left == "another's tables":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE task (id INTEGER)")

    jobs.prepare(settings)

    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.execute("INSERT INTO task (queue, data) VALUES ('barcamp', 'x')")
        assert connection.execute("SELECT count(*) FROM schedule").fetchall() == [(0,)]
