"""The browser of the tests on a machine that lacks what it needs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.servers import browser

MISSES = "node: error while loading shared libraries: libatomic.so.1: cannot open shared object file"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which Playwright's Node.js starts only once apt-get has installed something."""
    node, _ = compute_driver_executable()
    installed = tmp_path / "installed"
    _program(
        tmp_path / "node", f"if [ -e '{installed}' ]; then exec '{node}' \"$@\"; fi; echo '{MISSES}' >&2; exit 127"
    )
    _program(tmp_path / "apt-get", f"case \"$*\" in *' install '*) echo \"$*\" > '{installed}';; esac")
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(tmp_path / "node"))
    monkeypatch.setenv("PATH", str(tmp_path))
    return installed


def _program(path: Path, says: str) -> None:
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)


def test_root_gets_what_the_driver_misses(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with browser.driver() as playwright:
        assert playwright.chromium.name == "chromium"
    assert bare.read_text().split()[2:] == ["install", "-y", "--no-install-recommends", "libatomic1"]


def test_everybody_else_is_told(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(browser.NoBrowser, match=f"apt install libatomic1.*{re.escape(MISSES)}"), browser.driver():
        pass
    assert not bare.exists()
