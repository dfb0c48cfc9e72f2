"""What a backup brings back is what was there; and what cannot be restored is refused before anything is touched."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, insert

from barcamp.backup import archive, making, restoring, sqlite
from barcamp.backup.errors import BackupError
from barcamp.migrate import migrate, newest
from barcamp.people.models import Person
from barcamp.settings import Settings
from barcamp.tables import Base
from tests import make
from tests.backup.conftest import NewDatabase, execute
from tests.backup.places import every_row, place
from tests.house.test_migrations import FIRST_RELEASE


def back_up(settings: Settings, file: Path) -> making.Made:
    return making.make(settings, file, now=make.NOW)


def restore(settings: Settings, file: Path) -> restoring.Restored:
    return restoring.restore(settings, restoring.look(settings, file), now=make.NOW)


def keys(settings: Settings) -> list[str]:
    return [(settings.data / name).read_text() for name in ("secret_key", "vapid_key")]


def test_everything_comes_back_into_an_empty_place(used: Settings, another: Settings, tmp_path: Path) -> None:
    file, before = tmp_path / "site.zip", every_row(used.database_url)
    assert [name for name, rows in before.items() if not rows] == []

    made = back_up(used, file)
    counted = {name: len(rows) for name, rows in before.items()} | {"alembic_version": 1}
    assert (made.manifest.rows, made.manifest.migration) == (counted, newest())
    assert (stat.S_IMODE(file.stat().st_mode), made.size) == (0o600, file.stat().st_size)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["site.zip"]

    assert restoring.in_use(another) is None
    assert keys(another) != keys(used)
    assert restore(another, file) == restoring.Restored()
    assert every_row(another.database_url) == before
    assert keys(another) == keys(used)
    assert not list(another.data.glob("*.before-restore"))


def test_no_id_of_a_row_that_is_gone_comes_back(used: Settings, another: Settings, tmp_path: Path) -> None:
    back_up(used, tmp_path / "site.zip")
    restore(another, tmp_path / "site.zip")
    assert next_person(another.database_url) == next_person(used.database_url)


def next_person(url: str) -> int:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        made = connection.execute(insert(Person.__table__).values(name="Next", created_at=make.NOW))  # type: ignore[arg-type]
        assert made.inserted_primary_key is not None
        return int(made.inserted_primary_key[0])


def test_what_is_in_use_is_kept_beside_with_its_keys(used: Settings, another: Settings, tmp_path: Path) -> None:
    file = tmp_path / "site.zip"
    back_up(used, file)
    restore(another, file)
    execute(another.database_url, "UPDATE person SET name = 'Somebody else'")
    (another.data / "secret_key").write_text("another key of its own")
    now = replace(another, secret_key="another key of its own", vapid_key=keys(another)[1])
    before = every_row(another.database_url)
    assert restoring.in_use(now) == "1 conferences and {:,} people".format(len(before["person"]))

    done = restore(now, file)

    assert (every_row(another.database_url), keys(another)) == (every_row(used.database_url), keys(used))
    assert (another.data / "secret_key.before-restore").read_text() == "another key of its own"
    assert done.kept is not None
    assert done.kept.parent == another.data
    restore(now, done.kept)
    assert every_row(another.database_url) == before


def test_nobody_may_have_it_open(used: Settings, tmp_path: Path) -> None:
    """A process that goes on would show what it kept in memory, and write on top of what it never saw."""
    file, before = tmp_path / "site.zip", every_row(used.database_url)
    back_up(used, file)
    engine = create_engine(used.database_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM note").scalar_one()
        connection.rollback()  # idle, as a site is in the night
        with pytest.raises(BackupError, match=r"is running.* Stop it first\."):
            restore(used, file)
    engine.dispose()
    assert every_row(used.database_url) == before
    assert restore(used, file).kept is not None


def test_sqlite_comes_back_on_postgresql(
    furnished: Path, tmp_path: Path, new_database: NewDatabase, pg_bin: Path
) -> None:
    on_sqlite = place(tmp_path / "sqlite")
    shutil.copy(furnished, on_sqlite.data / "barcamp.sqlite3")
    back_up(on_sqlite, tmp_path / "site.zip")
    on_postgres = place(tmp_path / "postgres", new_database(), pg_bin)
    for _time in range(2):  # also in the place of what is there
        restore(on_postgres, tmp_path / "site.zip")
        assert every_row(on_postgres.database_url) == every_row(on_sqlite.database_url)


@pytest.mark.parametrize("used", ["postgresql"], indirect=True)
def test_postgresql_does_not_come_back_on_sqlite(used: Settings, tmp_path: Path) -> None:
    back_up(used, tmp_path / "site.zip")
    with pytest.raises(BackupError, match=r"site\.zip cannot be restored: it is of a site on PostgreSQL\."):
        restoring.look(place(tmp_path / "sqlite"), tmp_path / "site.zip")


def test_keys_that_were_given_are_not_in_it_and_missed(used: Settings, another: Settings, tmp_path: Path) -> None:
    given = replace(used, secret_key="a key from the environment")
    file = tmp_path / "site.zip"
    made = back_up(given, file)
    assert "secret_key" not in made.manifest.parts
    assert b"a key from the environment" not in b"".join(
        zipfile.ZipFile(file).read(name) for name in zipfile.ZipFile(file).namelist()
    )
    (remark,) = restore(another, file).remarks
    assert remark.startswith("It was made under another BARCAMP_SECRET_KEY:")


def test_a_plain_copy_of_the_database_comes_back_too(furnished: Path, tmp_path: Path) -> None:
    """As `backup` wrote them once."""
    file, empty = tmp_path / "old.db", place(tmp_path / "empty")
    sqlite.copy(furnished, file)
    done = restore(empty, file)
    assert every_row(empty.database_url) == every_row(f"sqlite:///{furnished}")
    assert (done.kept, [remark.startswith("It holds no keys") for remark in done.remarks]) == (None, [True])


@pytest.mark.parametrize("wreck", [b"no database any more" * 1000, None])
def test_in_the_place_of_a_wreck(furnished: Path, tmp_path: Path, wreck: bytes | None) -> None:
    """Be it that the file's head is gone, or that of the pages behind it some are."""
    site, file = place(tmp_path / "site"), tmp_path / "site.zip"
    database = site.data / "barcamp.sqlite3"
    shutil.copy(furnished, database)
    back_up(site, file)
    before, whole = every_row(site.database_url), database.read_bytes()
    broken = wreck if wreck is not None else whole[:8192] + b"\xff" * 200_000 + whole[208_192:]
    database.write_bytes(broken)

    done = restore(site, file)

    assert done.kept == site.data / "barcamp.sqlite3.before-restore"
    assert (every_row(site.database_url), sqlite.what_is_wrong(database)) == (before, None)
    assert done.kept.read_bytes()[8192:] == broken[8192:]


def test_an_older_one_is_migrated(tmp_path: Path) -> None:
    old, empty = place(tmp_path / "old"), place(tmp_path / "empty")
    migrate(old.database_url, "0001")
    for statement in FIRST_RELEASE:
        execute(old.database_url, statement)
    assert back_up(old, tmp_path / "old.zip").manifest.migration == "0001"
    restore(empty, tmp_path / "old.zip")
    found = every_row(empty.database_url)
    assert {name: len(rows) for name, rows in found.items() if rows} == {
        "conference": 1,
        "note": 1,
        "person": 1,
        "star": 1,
    }
    assert found.keys() == Base.metadata.tables.keys()


@pytest.mark.parametrize("used", ["postgresql"], indirect=True)
def test_an_older_dump_is_migrated(used: Settings, new_database: NewDatabase, tmp_path: Path) -> None:
    """Also into a database whose tables are newer, of which the dump knows some and not others."""
    old = replace(used, database_url=new_database())
    migrate(old.database_url, "0001")
    for statement in FIRST_RELEASE:
        execute(old.database_url, statement)
    back_up(old, tmp_path / "old.zip")
    restore(used, tmp_path / "old.zip")
    found = every_row(used.database_url)
    assert {name: len(rows) for name, rows in found.items() if rows} == {
        "conference": 1,
        "note": 1,
        "person": 1,
        "star": 1,
    }


def test_a_newer_one_is_refused_in_one_line(furnished: Path, tmp_path: Path) -> None:
    newer, empty = place(tmp_path / "newer"), place(tmp_path / "empty")
    shutil.copy(furnished, newer.data / "barcamp.sqlite3")
    execute(newer.database_url, "UPDATE alembic_version SET version_num = '9999'")
    file = tmp_path / "newer.zip"
    back_up(newer, file)
    with pytest.raises(BackupError) as refusal:
        restoring.look(empty, file)
    assert str(refusal.value) == (
        f"{file} cannot be restored: a newer version of the site made it (migration 9999): restore it with that one."
    )


def test_a_later_form_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "later.zip"
    with zipfile.ZipFile(file, "w") as later:
        later.writestr("manifest.json", json.dumps({"format": archive.FORMAT, "version": 2}))
    with pytest.raises(BackupError, match="a newer version of the site made it"):
        restoring.look(place(tmp_path / "empty"), file)


@pytest.mark.parametrize(
    "content", [b"", b"precious words", b"PK\x03\x04 and nothing more", b"SQLite format 3\0 said it"]
)
def test_what_is_no_backup_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(BackupError, match="file cannot be restored: it is no "):
        restoring.look(place(tmp_path / "empty"), file)


def test_a_file_that_is_there_is_left_alone(furnished: Path, tmp_path: Path) -> None:
    settings, file = place(furnished.parent), tmp_path / "precious"
    file.write_text("precious")
    with pytest.raises(BackupError, match="is there already; it was left alone"):
        back_up(settings, file)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]
    assert file.read_text() == "precious"


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no database at"):
        back_up(place(tmp_path / "empty"), tmp_path / "site.zip")
    with pytest.raises(BackupError, match="There is no folder"):
        back_up(place(tmp_path / "empty"), tmp_path / "nowhere" / "site.zip")


def test_a_copy_stands_alone_and_of_one_moment_beside_a_writer(furnished: Path, tmp_path: Path) -> None:
    """SQLite alone would begin anew after every write of another connection; here each step of the copy has one."""
    database, file = tmp_path / "barcamp.sqlite3", tmp_path / "copy"
    shutil.copy(furnished, database)
    execute(f"sqlite:///{database}", "UPDATE import SET source = zeroblob(12000000)")  # so that it takes some steps
    before, steps = every_row(f"sqlite:///{database}"), 0
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:

        def write(*_: object) -> None:
            nonlocal steps
            steps += 1
            writer.execute("BEGIN IMMEDIATE")
            for _pair in range(2):
                writer.execute("INSERT INTO person (name, created_at) VALUES ('New', '2026-11-21 18:00:00')")
            writer.execute("COMMIT")

        sqlite.copy(database, file, write)
    assert steps >= 4
    assert sqlite.what_is_wrong(file) is None
    assert every_row(f"sqlite:///{file}") == before
    assert len(every_row(f"sqlite:///{database}")["person"]) == len(before["person"]) + 2 * steps
