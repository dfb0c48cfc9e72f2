"""Cut off at any moment, on a full disk, or with a file that is damaged: nothing half done is ever taken for whole."""

from __future__ import annotations

import io
import shutil
import signal
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from barcamp.backup import archive, making, places, restoring
from barcamp.backup.errors import BackupError
from barcamp.settings import Settings
from tests import make
from tests.backup.conftest import execute
from tests.backup.places import every_row, in_a_process, place

CUT = """
import os, signal
from datetime import datetime, timezone
from pathlib import Path
from barcamp.backup import making, restoring

def cut(step, done, whole):
    if step.words == words[2] and 0 < done:
        os.kill(os.getpid(), signal.SIGKILL)

now, file = datetime.now(timezone.utc), Path(words[1])
if words[0] == "make":
    making.make(settings, file, now=now, tell=cut)
else:
    restoring.restore(settings, restoring.look(settings, file), now=now, tell=cut)
"""
COPYING, PACKING, READING_BACK = "Copying the database", "Packing it into one file", "Reading the file back"
KEEPING, PUTTING_IN = "Keeping the present database", "Putting it into its place"


@pytest.mark.parametrize(
    ("used", "step"),
    [("sqlite", COPYING), ("sqlite", PACKING), ("sqlite", READING_BACK), ("postgresql", COPYING)],
    indirect=["used"],
)
def test_a_backup_that_is_killed_leaves_no_file_and_the_next_one_clears_up(
    used: Settings, step: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "site.zip"
    assert in_a_process(used, CUT, "make", str(file), step).returncode == -signal.SIGKILL
    (left,) = folder.iterdir()
    assert left.name.endswith(places.SUFFIX)

    making.make(used, file, now=make.NOW)
    assert [path.name for path in folder.iterdir()] == ["site.zip"]


@pytest.mark.parametrize(
    ("used", "step"),
    [("sqlite", KEEPING), ("sqlite", PUTTING_IN), ("postgresql", PUTTING_IN)],
    indirect=["used"],
)
def test_a_restore_that_is_killed_leaves_the_present_as_it_was(used: Settings, step: str, tmp_path: Path) -> None:
    file = tmp_path / "site.zip"
    bulk = "zeroblob(12000000)" if used.on_sqlite else "decode(repeat('00', 12000000), 'hex')"
    execute(used.database_url, f"UPDATE import SET source = {bulk}")  # so that it takes some steps
    making.make(used, file, now=make.NOW)
    execute(used.database_url, "UPDATE person SET name = 'Somebody else'")
    before = every_row(used.database_url)

    assert in_a_process(used, CUT, "restore", str(file), step).returncode == -signal.SIGKILL
    assert every_row(used.database_url) == before

    restoring.restore(used, restoring.look(used, file), now=make.NOW)
    assert {row[1] for row in every_row(used.database_url)["person"]} != {"Somebody else"}
    assert not list(used.data.glob(f"*{places.SUFFIX}"))


def test_a_file_larger_than_the_disk_takes_is_one_line_and_no_file(furnished: Path, tmp_path: Path) -> None:
    settings, folder = place(tmp_path / "used"), tmp_path / "backups"
    shutil.copy(furnished, settings.data / "barcamp.sqlite3")
    folder.mkdir()
    for most in (4096, 300_000):  # of the packed file, and of the copy
        done = in_a_process(settings, SMALL_DISK, str(folder / "site.zip"), str(most))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{folder / 'site.zip'} could not be written (") or done.stdout.startswith(
            "The database could not be copied: "
        )
        assert list(folder.iterdir()) == []


SMALL_DISK = """
import resource
from datetime import datetime, timezone
from pathlib import Path
from barcamp.backup import making
from barcamp.backup.errors import BackupError

resource.setrlimit(resource.RLIMIT_FSIZE, (int(words[1]), int(words[1])))
try:
    making.make(settings, Path(words[0]), now=datetime.now(timezone.utc))
except BackupError as problem:
    print(problem)
"""


def test_what_is_under_way_is_not_cleared(tmp_path: Path) -> None:
    with places.workshop(tmp_path) as first:
        (first / "half").touch()
        with places.workshop(tmp_path) as second:
            assert (first != second, (first / "half").exists()) == (True, True)
    assert list(tmp_path.iterdir()) == []


def small() -> bytes:
    """An archive with nothing but little parts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        pack = archive.Packing(file)
        pack.add("database.sqlite3", [b"rows " * 20, b"and rows"])
        pack.add("secret_key", [b"a key"])
        pack.close(
            archive.Manifest(make.NOW, "http://x.example", "sqlite", "3", "0001", {"note": 2}, {}, dict(pack.parts))
        )
    return whole.getvalue()


SMALL = small()


def held(content: bytes) -> tuple[str, bytes, str | None]:
    """What is in an archive, checked: its manifest, database and key."""
    with archive.opened(io.BytesIO(content)) as opened:  # type: ignore[arg-type]
        opened.check()
        whole = io.BytesIO()
        whole.writelines(opened._checked("database.sqlite3"))
        return opened.manifest.to_json(), whole.getvalue(), opened.text("secret_key")


@given(at=st.integers(0, len(SMALL) - 1), flipped=st.integers(1, 255))
@example(at=len(SMALL) - 1, flipped=1)
def test_a_flipped_bit_is_noticed_wherever_it_matters(at: int, flipped: int) -> None:
    damaged = bytearray(SMALL)
    damaged[at] ^= flipped
    try:
        found = held(bytes(damaged))
    except BackupError:
        return
    assert found == held(SMALL)  # a date, say, that nobody reads


@given(length=st.integers(0, len(SMALL) - 1))
def test_a_file_that_was_cut_short_is_refused(length: int) -> None:
    with pytest.raises(BackupError):
        held(SMALL[:length])
