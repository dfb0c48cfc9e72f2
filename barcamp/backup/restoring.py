"""Bring a site back from a backup: all is looked at and made ready before anything of the present is touched."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import NullPool, create_engine, func, inspect, select
from sqlalchemy.exc import DatabaseError

from barcamp.backup import archive, copying, making, places, postgres, sqlite
from barcamp.backup.archive import Archive, Kind, Manifest, fingerprint
from barcamp.backup.errors import BackupError, disk_trouble_named
from barcamp.backup.telling import Tell, silent
from barcamp.conferences.models import Conference
from barcamp.migrate import known, migrate
from barcamp.people.models import Person
from barcamp.settings import Settings

#: PostgreSQL takes a moment to notice that somebody has gone.
SECONDS_TO_LEAVE = 3.0


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be restored here. A plain copy of an SQLite database, as was once made, has no manifest."""

    file: Path
    kind: Kind
    migration: str
    manifest: Manifest | None


@dataclass(slots=True)
class Restored:
    """What a restore did: where the present database is kept, and what people should know, a line each."""

    kept: Path | None = None
    remarks: list[str] = field(default_factory=list)


def look(settings: Settings, file: Path) -> Source:
    """What this file is, without changing anything. Raises BackupError where it cannot be restored here."""
    with _named(file):
        source = _source(file)
        if source.kind == "postgresql" and settings.on_sqlite:
            raise BackupError(
                "it is of a site on PostgreSQL. Restore it there (BARCAMP_DATABASE_URL), then `copy-to` SQLite"
            )
        if source.migration not in known():
            raise BackupError(
                f"a newer version of the site made it (migration {source.migration}): restore it with that one"
            )
    return source


def _source(file: Path) -> Source:
    if sqlite.is_database(file):
        problem = sqlite.what_is_wrong(file)
        if problem is not None:
            raise BackupError(problem)
        return Source(file, "sqlite", sqlite.migration(file), None)
    with archive.opened(file) as opened:
        manifest = opened.manifest
    return Source(file, manifest.kind, manifest.migration, manifest)


def in_use(settings: Settings) -> str | None:
    """What is in the present database, in words; None where nobody has used it yet."""
    if settings.on_sqlite and not making.database_file(settings).exists():
        return None
    engine = create_engine(settings.database_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            counts = [
                connection.execute(select(func.count()).select_from(table)).scalar_one() if name in there else 0
                for table, name in ((Conference, "conference"), (Person, "person"))
            ]
    except DatabaseError as problem:
        if settings.on_sqlite:
            return "something that is no database of this site"
        raise BackupError(f"The database cannot be used: {str(problem.orig).splitlines()[0]}") from problem
    finally:
        engine.dispose()
    return f"{counts[0]:,} conferences and {counts[1]:,} people" if any(counts) else None


def restore(settings: Settings, source: Source, *, now: datetime, tell: Tell = silent) -> Restored:
    """Put what `look` found into the place of the present database, whose copy is kept where anybody had used it."""
    done = Restored()
    used = in_use(settings) is not None
    if not settings.on_sqlite:
        _refuse_company(settings)
    with disk_trouble_named(settings.data), places.workshop(settings.data) as bench:
        with _named(source.file):
            unpacked, keys = _unpack(source, bench / "database", tell)
        if settings.on_sqlite:
            _into_sqlite(settings, unpacked, done, used, tell)
        else:
            keep = unpacked.with_name("present") if used else None
            if keep is not None:
                making.make(settings, keep, now=now, tell=tell)
            _into_postgres(settings, source, unpacked, keep, done, tell)
    _give_keys(settings, source, keys, done, used)
    return done


def _unpack(source: Source, place: Path, tell: Tell) -> tuple[Path, dict[str, str]]:
    """The database as a file of its own, checked, and the keys. SQLite is migrated here, where nobody sees it."""
    keys: dict[str, str] = {}
    if source.manifest is None:
        sqlite.copy(source.file, place, tell)
    else:
        with archive.opened(source.file) as opened:
            opened.unpack(source.manifest.database, place, tell)
            keys = _keys(opened)
    if source.kind == "sqlite":
        problem = sqlite.what_is_wrong(place)
        if problem is not None:
            raise BackupError(problem)
        migrate(f"sqlite:///{place}")
    return place, keys


def _keys(opened: Archive) -> dict[str, str]:
    found = {name: opened.text(name) for name in opened.manifest.keys}
    return {name: key for name, key in found.items() if key is not None}


def _into_sqlite(settings: Settings, unpacked: Path, done: Restored, used: bool, tell: Tell) -> None:
    """The present one is kept under its name first: whatever cuts us off then, one of the two is in the place."""
    database = making.database_file(settings)
    kept = database.with_name(f"{database.name}.before-restore")
    if used and not sqlite.can_be_opened(database):
        for ending in ("-wal", "-shm", ""):  # a wreck that is worth keeping
            with suppress(FileNotFoundError):
                database.with_name(database.name + ending).replace(kept.with_name(kept.name + ending))
        done.kept, used = kept, False
    try:
        with sqlite.alone(database) as present:
            if used:
                sqlite.keep(present, unpacked.with_name("present"), tell)
                places.replace(unpacked.with_name("present"), kept)
                done.kept = kept
            sqlite.exchange(present, unpacked, tell)
    except sqlite3.DatabaseError as problem:
        raise BackupError(f"{database} could not be replaced: {problem}.") from problem


def _into_postgres(
    settings: Settings, source: Source, unpacked: Path, keep: Path | None, done: Restored, tell: Tell
) -> None:
    url = settings.database_url
    _refuse_company(settings)
    if keep is not None:
        done.kept = settings.data / "before-restore.backup"
        places.replace(keep, done.kept)
    if source.kind == "sqlite":
        copying.copy(f"sqlite:///{unpacked}", url, replace=True, tell=tell)
        return
    assert source.manifest is not None
    postgres.put_in(unpacked, url, source.manifest.rows, settings.pg_bin, tell)
    migrate(url)


def _refuse_company(settings: Settings) -> None:
    deadline = time.monotonic() + SECONDS_TO_LEAVE
    while postgres.others_connected(settings.database_url):
        if time.monotonic() < deadline:
            time.sleep(0.1)
            continue
        raise BackupError("The site is running, or another program is connected to its database. Stop it first.")


def _give_keys(settings: Settings, source: Source, keys: dict[str, str], done: Restored, used: bool) -> None:
    """The keys go with the data: letters' links, secret calendar addresses and push subscriptions hang on them."""
    if source.manifest is None:
        done.remarks.append(
            f"It holds no keys: put the secret_key and vapid_key that went with it into {settings.data}."
        )
        return
    for name, key in making.keys_in_use(settings).items():
        given_elsewhere = making.key_in_folder(settings, name) != key
        if source.manifest.keys.get(name) == fingerprint(key):
            continue
        if given_elsewhere or name not in keys:
            done.remarks.append(
                f"It was made under another BARCAMP_{name.upper()}: "
                + ("secret calendar addresses and links in letters" if name == "secret_key" else "notifications")
                + " work again once that one is set."
            )
            continue
        present = settings.data / name
        if used:
            shutil.copy2(present, present.with_name(f"{name}.before-restore"))
        places.write_private(present, keys[name])


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Whatever is wrong with the file is said with its name."""
    try:
        yield
    except BackupError as problem:
        raise BackupError(f"{file} cannot be restored: {problem}.") from problem
