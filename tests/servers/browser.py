"""A real browser for tests: found or installed, never left out in silence.

The order: `BARCAMP_TEST_BROWSER` (a path), Playwright's own Chromium, a Chromium family browser on PATH or among the
macOS applications, `playwright install chromium`, and as root on Debian or Ubuntu `apt-get install chromium`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

GIVEN = "BARCAMP_TEST_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# Without these the browser calls home now and then, and a test that forbids foreign requests cannot trust what it sees.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(Exception):
    """No browser could be found or installed; the text says what to do."""


def find(playwright: Playwright | None = None) -> str:
    """Return the path of a browser, after installing one if need be. Raise NoBrowser."""
    given = os.environ.get(GIVEN)
    if given:
        if not os.access(given, os.X_OK):
            raise NoBrowser(f"{GIVEN} is set to {given}, which is not a program.")
        return given
    if playwright is None:
        with sync_playwright() as own:
            return find(own)
    bundled = playwright.chromium.executable_path
    return _present(bundled) or _installed(bundled)


def launch(playwright: Playwright, *, headless: bool = True) -> Browser:
    """Start the browser; the caller closes it."""
    # Chromium refuses its sandbox to root; everybody else keeps it.
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return playwright.chromium.launch(executable_path=find(playwright), args=flags, headless=headless)


def _present(bundled: str) -> str | None:
    if os.path.exists(bundled):
        return bundled
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return next((path for path in MAC_APPLICATIONS if os.path.exists(path)), None)


def _installed(bundled: str) -> str:
    print("No browser found; installing Chromium for the browser tests.", flush=True)
    root = os.geteuid() == 0
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    tried = [_try([*install, "--with-deps"] if root else install)]
    found = _present(bundled)
    if found is None and root and shutil.which("apt-get"):
        apt = ["apt-get", "-o", "DPkg::Lock::Timeout=600"]
        # A fresh container has no package lists yet.
        tried.append(_try([*apt, "update"]))
        tried.append(_try([*apt, "install", "-y", "--no-install-recommends", "chromium"]))
        found = _present(bundled)
    if found is None:
        raise NoBrowser(
            f"The browser tests need a Chromium. Install one, or set {GIVEN} to its path. Tried: " + "; ".join(tried)
        )
    return found


def _try(command: list[str]) -> str:
    """Run an installer; return the command with the last line it said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    last = (done.stdout.strip().splitlines() or ["no output"])[-1]
    return f"{Path(command[0]).name} {' '.join(command[1:])} ({last})"
