"""The one file: a ZIP that any tool opens, with the database, the keys, and a manifest that says what it holds.

| part | is |
|---|---|
| `manifest.json` | when, of which site, at which migration; rows of each table; size and SHA-256 of every other part |
| `database.sqlite3` or `database.pgdump` | the database: an SQLite file, or what `pg_restore` reads |
| `secret_key`, `vapid_key` | those that the data folder keeps; of others only a fingerprint stands in the manifest |
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal, Self, TypeGuard

from barcamp.backup import places
from barcamp.backup.errors import BackupError
from barcamp.backup.telling import READING_BACK, UNPACKING, Step, Tell, silent, told

FORMAT = "barcamp-backup"
VERSION = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
#: Level 1 is a third larger than 6 and three times as fast; whoever serves meanwhile needs the time.
LEVEL = 1

#: All that reading a damaged ZIP may raise: a flipped bit makes an offset wrong, a length, a method, a name.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, KeyError, ValueError, OverflowError,
    NotImplementedError, RuntimeError, OSError,
)  # fmt: skip

Kind = Literal["sqlite", "postgresql"]
PART_OF: dict[Kind, str] = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}


@dataclass(frozen=True, slots=True)
class Part:
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `keys` has a fingerprint for each key in use, kept in the file or not."""

    made_at: datetime
    base_url: str
    kind: Kind
    server: str
    migration: str
    rows: dict[str, int]
    keys: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def database(self) -> str:
        """The name of the part that is the database."""
        return PART_OF[self.kind]

    def to_json(self) -> str:
        said = {
            "format": FORMAT, "version": VERSION, "made_at": self.made_at.isoformat(), "base_url": self.base_url,
            "database": {"kind": self.kind, "server": self.server, "migration": self.migration}, "rows": self.rows,
            "keys": self.keys,
            "parts": {name: {"bytes": part.size, "sha256": part.sha256} for name, part in self.parts.items()},
        }  # fmt: skip
        return json.dumps(said, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Raises BackupError where this is no manifest, or one of a later form."""
        try:
            said = json.loads(text)
            if said["format"] != FORMAT:
                raise BackupError("it is no backup of this kind of site")
            if said["version"] > VERSION:
                raise BackupError("a newer version of the site made it: restore it with that one")
            database, kind = said["database"], said["database"]["kind"]
            if not _is_kind(kind):
                raise BackupError("its manifest makes no sense")
            return cls(
                datetime.fromisoformat(said["made_at"]), str(said["base_url"]), kind, str(database["server"]),
                str(database["migration"]), {str(name): int(rows) for name, rows in said["rows"].items()},
                {str(name): str(mark) for name, mark in said["keys"].items()},
                {str(name): Part(int(part["bytes"]), str(part["sha256"])) for name, part in said["parts"].items()},
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BackupError("its manifest makes no sense") from problem


def fingerprint(key: str) -> str:
    """Enough to see that two keys differ, too little to find one."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


class Packing:
    """A new archive, written from its first byte to its last. Use it in `with packing(path) as pack:`."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.parts: dict[str, Part] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        seen, size = hashlib.sha256(), 0
        with self._file.open(name, "w", force_zip64=True) as part:
            for chunk in chunks:
                seen.update(chunk)
                size += len(chunk)
                part.write(chunk)
        self.parts[name] = Part(size, seen.hexdigest())

    def close(self, manifest: Manifest) -> None:
        self._file.writestr(MANIFEST, manifest.to_json())


@contextmanager
def packing(path: Path) -> Iterator[Packing]:
    with (
        os.fdopen(places.private(path), "wb") as raw,
        zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as file,
    ):
        yield Packing(file)


class Archive:
    """An archive to be read; every part is checked against the manifest on the way."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        try:
            self.manifest = Manifest.from_json(file.read(MANIFEST))
        except DAMAGE as problem:
            raise BackupError("it is no backup of this kind of site") from problem
        if self.manifest.database not in self.manifest.parts:
            raise BackupError("it holds no database")

    def check(self, tell: Tell = silent) -> None:
        """Read everything and compare. Raises BackupError with what is damaged."""
        whole, done = sum(part.size for part in self.manifest.parts.values()), 0
        for name in self.manifest.parts:
            for chunk in self._checked(name):
                done += len(chunk)
                tell(READING_BACK, min(done, whole), whole)

    def unpack(self, name: str, path: Path, tell: Tell = silent, step: Step = UNPACKING) -> None:
        """Write one part to a new file. Raises BackupError where it is damaged; what was written is not to be used."""
        with os.fdopen(places.private(path), "wb") as file:
            for chunk in told(self._checked(name), tell, step, self.manifest.parts[name].size):
                file.write(chunk)

    def text(self, name: str) -> str | None:
        """A small part, or None where there is none of this name."""
        if name not in self.manifest.parts:
            return None
        return b"".join(self._checked(name)).decode("utf-8")

    def _checked(self, name: str) -> Iterator[bytes]:
        wanted, seen, size = self.manifest.parts[name], hashlib.sha256(), 0
        try:
            with self._file.open(name) as part:
                for chunk in _chunks(part):
                    seen.update(chunk)
                    size += len(chunk)
                    yield chunk
        except DAMAGE as problem:
            raise BackupError(f"it is damaged ({name} cannot be read)") from problem
        if Part(size, seen.hexdigest()) != wanted:
            raise BackupError(f"it is damaged ({name} is not what was put into it)")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises BackupError where the file is no archive of ours."""
    try:
        file = zipfile.ZipFile(path)
    except DAMAGE as problem:
        raise BackupError("it is no backup, or not a whole one") from problem
    with file:
        yield Archive(file)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _chunks(file)


def _is_kind(value: Any) -> TypeGuard[Kind]:
    return value in PART_OF
