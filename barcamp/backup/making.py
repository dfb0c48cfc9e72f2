"""Make a backup: the database as of one moment and the keys, in one file that is whole or not there."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from barcamp.backup import archive, places, sqlite
from barcamp.backup.archive import Manifest, Packing, chunks_of, fingerprint, packing
from barcamp.backup.errors import BackupError, disk_trouble_named
from barcamp.backup.telling import PACKING, Tell, silent, told
from barcamp.settings import Settings


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that has its name: the file's size in bytes, and what it holds."""

    file: Path
    size: int
    manifest: Manifest


def make(settings: Settings, file: Path, *, now: datetime, tell: Tell = silent) -> Made:
    """Write a backup of the running site, and read it back before it gets its name. Raises BackupError."""
    if os.path.lexists(file):
        raise places.taken(file)
    if not file.absolute().parent.is_dir():
        raise BackupError(f"There is no folder {file.absolute().parent}.")
    with disk_trouble_named(file), places.workshop(file.absolute().parent) as bench:
        unfinished = bench / "whole"
        try:
            with packing(unfinished) as pack:
                manifest = (_pack_sqlite if settings.on_sqlite else _pack_postgres)(settings, bench, pack, now, tell)
                pack.close(manifest)
            with archive.opened(unfinished) as written:
                written.check(tell)
        except sqlite3.Error as problem:
            raise BackupError(f"The database could not be copied: {problem}.") from problem
        size = unfinished.stat().st_size
        places.publish(unfinished, file)
    return Made(file, size, manifest)


def _pack_sqlite(settings: Settings, bench: Path, pack: Packing, now: datetime, tell: Tell) -> Manifest:
    copy = bench / "database"
    sqlite.copy(database_file(settings), copy, tell)
    problem = sqlite.what_is_wrong(copy)
    if problem is not None:
        raise BackupError(f"The copy is not sound: {problem}.")
    rows, migration = sqlite.count_rows(copy), sqlite.migration(copy)
    pack.add(archive.PART_OF["sqlite"], told(chunks_of(copy), tell, PACKING, copy.stat().st_size))
    copy.unlink()  # the room is needed for nothing else, and may be little
    keys = _pack_keys(settings, pack)
    return Manifest(now, settings.base_url, "sqlite", sqlite3.sqlite_version, migration, rows, keys, dict(pack.parts))


def _pack_postgres(settings: Settings, bench: Path, pack: Packing, now: datetime, tell: Tell) -> Manifest:
    from barcamp.backup import postgres  # and with it the driver, which a site on SQLite does without

    with postgres.dumped(settings.database_url, settings.pg_bin, tell) as dump:
        pack.add(archive.PART_OF["postgresql"], dump.chunks)
    keys = _pack_keys(settings, pack)
    return Manifest(
        now, settings.base_url, "postgresql", dump.server, dump.migration, dump.rows, keys, dict(pack.parts)
    )


def _pack_keys(settings: Settings, pack: Packing) -> dict[str, str]:
    """Put in the keys that the data folder keeps. One that was given by the environment is kept by whoever gave it."""
    used = keys_in_use(settings)
    for name, key in used.items():
        if key_in_folder(settings, name) == key:
            pack.add(name, [key.encode()])
    return {name: fingerprint(key) for name, key in used.items()}


def keys_in_use(settings: Settings) -> dict[str, str]:
    return {"secret_key": settings.secret_key, "vapid_key": settings.vapid_key}


def key_in_folder(settings: Settings, name: str) -> str | None:
    try:
        return (settings.data / name).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None


def database_file(settings: Settings) -> Path:
    """Where an SQLite site has its database."""
    name = make_url(settings.database_url).database
    assert name is not None
    return Path(name)
