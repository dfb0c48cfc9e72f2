"""Backups that are made by themselves: when they are due, one at a time, old ones away; and a failure can be seen."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from barcamp import create_app
from barcamp.backup import postgres, restoring, rotation, scheduled
from barcamp.backup.scheduled import Standing, back_up_due, last_backup
from barcamp.settings import Settings
from tests import make
from tests.backup.places import every_row, place

NOW = make.NOW
HOUR = timedelta(hours=1)
FIRST = "barcamp-2026-11-21T18-00-00Z.zip"


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


@pytest.fixture
def site(furnished: Path, tmp_path: Path) -> Settings:
    """An SQLite site with backups where they are when nobody says anything."""
    settings = place(tmp_path / "site")
    shutil.copy(furnished, settings.data / "barcamp.sqlite3")
    return settings


def names(settings: Settings) -> list[str]:
    assert settings.backups is not None
    return sorted(path.name for path in settings.backups.iterdir() if path.name.startswith("barcamp-"))


def test_there_is_one_an_hour(site: Settings) -> None:
    assert site.backups == site.data / "backups"
    assert last_backup(site, now=NOW) == Standing(site.data / "backups", None, 0, None)
    first = back_up_due(site, clock=at(NOW))
    assert first == site.backups / FIRST
    assert back_up_due(site, clock=at(NOW + 50 * HOUR / 60)) is None
    assert back_up_due(site, clock=at(NOW + HOUR)) == site.backups / "barcamp-2026-11-21T19-00-00Z.zip"
    assert names(site) == [FIRST, "barcamp-2026-11-21T19-00-00Z.zip"]
    assert stat.S_IMODE(site.backups.stat().st_mode) == 0o700
    newest = site.backups / names(site)[-1]
    assert last_backup(site, now=NOW + HOUR) == Standing(site.backups, NOW + HOUR, newest.stat().st_size, None)


def test_the_worker_makes_them(site: Settings) -> None:
    """Its task, as the queue runs it each ten minutes."""
    app = create_app(site)
    (task,) = [kind for name, kind in app.extensions["queue"]._registry._registry.items() if name.endswith("back_up")]
    task().execute()
    app.extensions["store"].dispose()
    assert len(names(site)) == 1


def test_it_can_be_restored(site: Settings, tmp_path: Path) -> None:
    file, empty = back_up_due(site, clock=at(NOW)), place(tmp_path / "empty")
    assert file is not None
    restoring.restore(empty, restoring.look(empty, file), now=NOW)
    assert every_row(empty.database_url) == every_row(site.database_url)


def test_off_is_off(site: Settings) -> None:
    off = replace(site, backups=None)
    assert (back_up_due(off, clock=at(NOW)), last_backup(off, now=NOW)) == (None, None)
    assert not (site.data / "backups").exists()


def test_a_clock_that_was_ahead_keeps_nothing_from_being_made(site: Settings) -> None:
    ahead = back_up_due(site, clock=at(NOW + timedelta(days=3650)))
    assert (last_backup(site, now=NOW) or Standing(Path(), NOW, 0, None)).newest is None
    assert back_up_due(site, clock=at(NOW)) is not None
    assert ahead is not None
    assert ahead.exists()


def test_the_old_ones_go_and_what_is_not_ours_stays(site: Settings) -> None:
    assert site.backups is not None
    site.backups.mkdir()
    for hours in range(1, 31):
        (site.backups / (NOW - hours * HOUR).strftime(scheduled.NAME)).touch()
    (site.backups / "barcamp-by-hand.zip").touch()
    before = {NOW - hours * HOUR for hours in range(31)}
    back_up_due(site, clock=at(NOW))
    assert names(site) == sorted(
        ["barcamp-by-hand.zip", *(moment.strftime(scheduled.NAME) for moment in rotation.kept(before))]
    )
    assert len(names(site)) == 1 + 24


def test_what_went_wrong_is_told_and_tried_again(site: Settings, caplog: pytest.LogCaptureFixture) -> None:
    database = site.data / "barcamp.sqlite3"
    hidden = database.rename(site.data / "hidden")
    assert back_up_due(site, clock=at(NOW)) is None
    assert site.backups is not None
    told = f"There is no database at {database} yet."
    assert last_backup(site, now=NOW) == Standing(site.backups, None, 0, told)
    assert caplog.messages == [f"no backup was made: {told}"]

    hidden.rename(database)
    assert back_up_due(site, clock=at(NOW + timedelta(minutes=10))) is not None
    assert (last_backup(site, now=NOW + HOUR) or Standing(Path(), None, 0, "none")).problem is None


def test_a_folder_that_cannot_be_is_no_crash(site: Settings, caplog: pytest.LogCaptureFixture) -> None:
    (site.data / "file").touch()
    lost = replace(site, backups=site.data / "file" / "backups")
    assert back_up_due(lost, clock=at(NOW)) is None
    assert "could not be written" in caplog.text


def test_a_disk_that_is_nearly_full_is_left_alone(
    site: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scheduled, "SPARE", 10**18)  # more than any disk has
    assert back_up_due(site, clock=at(NOW)) is None
    assert "MB free, and a backup needs" in caplog.text
    assert names(site) == []


def test_it_is_late_when_two_were_missed() -> None:
    standing = Standing(Path(), NOW, 1, None)
    assert [standing.is_late(NOW + hours * HOUR, since=NOW - HOUR) for hours in (1, 2, 3)] == [False, False, True]
    assert not standing.is_late(NOW + 9 * HOUR, since=NOW + 8 * HOUR)  # the site was off
    assert Standing(Path(), None, 0, None).is_late(NOW + 3 * HOUR, since=NOW)


def test_many_workers_make_one(site: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: back_up_due(site, clock=at(NOW)), range(4)))
    assert sorted(made, key=str)[1:] == [None] * 3 or made.count(None) == 3
    assert names(site) == [FIRST]


@pytest.mark.parametrize("used", ["postgresql"], indirect=True)
def test_never_two_at_once_on_many_machines(used: Settings, tmp_path: Path) -> None:
    """Machines that share a database, each with a folder of its own."""
    one, other = (replace(used, backups=tmp_path / name) for name in ("one", "other"))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with postgres.alone(one.database_url) as alone:
            assert alone
            held.set()
            assert done.wait(30)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert held.wait(30)
        assert back_up_due(other, clock=at(NOW)) is None
        done.set()
        holding.result(30)
    assert back_up_due(other, clock=at(NOW)) == tmp_path / "other" / FIRST


def test_it_stands_back_behind_all_others(site: Settings) -> None:
    """On Linux; and the worker's own thread stays as it was."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert back_up_due(site, clock=at(NOW)) is not None
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
