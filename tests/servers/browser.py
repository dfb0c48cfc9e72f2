"""A real browser for tests: found or installed, never left out in silence.

The order: `BARCAMP_TEST_BROWSER` (a path), Playwright's own Chromium, a Chromium family browser on PATH or among the
macOS applications, `playwright install chromium`, and as root on Debian or Ubuntu `apt-get install chromium`.

Playwright drives it by a Node.js of its own, which needs a library that a bare Debian has not: `driver()` sees to it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    if playwright is None:
        with driver() as own:
            return find(own)
    given = os.environ.get(GIVEN)
    if given:
        if not os.access(given, os.X_OK):
            raise NoBrowser(f"{GIVEN} is set to {given}, which is not a program.")
        return given
    bundled = playwright.chromium.executable_path
    return _present(bundled) or _installed(bundled)


@contextmanager
def driver() -> Iterator[Playwright]:
    """Playwright, ready to launch a browser; what its Node.js misses is installed if it can be. Raise NoBrowser."""
    ask = [sys.executable, "-m", "playwright", "--version"]
    if not _works(ask):
        tried = [*(_apt_install("libatomic1") if _has_apt() else []), _try(ask)]
        if not _works(ask):
            raise NoBrowser(
                "Playwright's Node.js does not start. If it misses libatomic, install that (Debian and Ubuntu: "
                f"apt install libatomic1). Tried: {'; '.join(tried)}"
            )
    with sync_playwright() as playwright:
        yield playwright


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
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    tried = [_try([*install, "--with-deps"] if os.geteuid() == 0 else install)]
    found = _present(bundled)
    if found is None and _has_apt():
        tried += _apt_install("chromium")
        found = _present(bundled)
    if found is None:
        raise NoBrowser(
            f"The browser tests need a Chromium. Install one, or set {GIVEN} to its path. Tried: " + "; ".join(tried)
        )
    return found


def _has_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_install(package: str) -> list[str]:
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=600"]
    # A fresh container has no package lists yet.
    return [_try([*apt, "update"]), _try([*apt, "install", "-y", "--no-install-recommends", package])]


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0


def _try(command: list[str]) -> str:
    """Run an installer; return the command with the last line it said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    last = (done.stdout.strip().splitlines() or ["no output"])[-1]
    return f"{Path(command[0]).name} {' '.join(command[1:])} ({last})"
