"""What the tests of screens share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def one_database(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite alone: these pages only read, and the house tests open each of them on both."""
    path = tmp_path / "barcamp.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"
