"""The words of the interface: those that stand in locale/barcamp.pot, and those that the code marks now."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.house.sources import ROOT

POT = ROOT / "locale" / "barcamp.pot"


def kept() -> Catalog:
    """The catalogue that translators get."""
    with POT.open("rb") as file:
        return read_po(file)


def marked(folder: Path) -> Catalog:
    """The catalogue as `make messages` would make it now; written into `folder`."""
    written = folder / "now.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", *_arguments(), "-o", str(written), "."]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    with written.open("rb") as file:
        return read_po(file)


def _arguments() -> list[str]:
    """What the Makefile gives to pybabel, without where it writes."""
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    line = next(line for line in makefile.splitlines() if "pybabel" in line)
    return shlex.split(line.partition("pybabel")[2].partition(" -o ")[0])


def texts(catalogue: Catalog) -> set[str]:
    """Every message, those for one and for many apart."""
    return {
        text
        for message in catalogue
        if message.id
        for text in ((message.id,) if isinstance(message.id, str) else message.id)
    }
