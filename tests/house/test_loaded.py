"""What a site on SQLite does not load: every process would hold it, and nobody there asks for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT

UNASKED = (
    "PIL", "alembic", "barcamp.cli.loading", "barcamp.core.timetable.solve", "barcamp.mail.ways", "cryptography",
    "defusedxml", "email.policy", "http_ece", "psycopg", "psycopg_binary", "py_vapid", "recurring_ical_events",
    "segno", "smtplib", "sqlalchemy.dialects.postgresql", "x_wr_timezone",
)  # fmt: skip

LOADED = """
import sys
from barcamp import create_app
app = create_app()
client = app.test_client()
assert client.get("/healthz").status_code == 200
print(*sorted(sys.modules))
"""

#: gevent's own functions, and ours that stand in for them.
PATCHED = """
from gevent import monkey
monkey.patch_all(os=False, signal=False, queue=False, time=False)
from types import SimpleNamespace
from barcamp.processes import Worker
{patch}
print(*sorted(f"{{module}}.{{name}}" for module, names in monkey.saved.items() for name in names))
"""
THEIRS = "monkey.patch_time(); monkey.patch_queue(); monkey.patch_os(); monkey.patch_signal()"

LANGUAGES = """
from datetime import date
from babel import core, dates
from barcamp import create_app
from barcamp.web.words import load_languages
load_languages(create_app())
print(core._global_data is None, dates.format_date(date(2026, 7, 4), "full", locale="en").replace(" ", "_"))
print(core._global_data is None, dates.get_timezone_name("Europe/Berlin", locale="en").replace(" ", "_"))
print(core._global_data is None)
"""


def said(code: str, data: Path) -> list[str]:
    environment = {"BARCAMP_DATA": str(data), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_site_on_sqlite_has_not_loaded_what_it_does_not_need(tmp_path: Path) -> None:
    loaded = set(said(LOADED, tmp_path))
    assert {"barcamp", "huey", "sqlalchemy"} <= loaded
    assert loaded & set(UNASKED) == set()


def test_a_worker_patches_what_gevent_itself_would(tmp_path: Path) -> None:
    ours = set(said(PATCHED.format(patch="Worker.patch(SimpleNamespace(sockets=[]))"), tmp_path))
    assert "time.sleep" in ours
    assert ours == set(said(PATCHED.format(patch=THEIRS), tmp_path))


def test_what_babel_finds_languages_by_is_let_go_and_read_again_where_it_is_wanted(tmp_path: Path) -> None:
    assert said(LANGUAGES, tmp_path) == ["True", "Saturday,_July_4,_2026", "True", "Central_European_Time", "False"]
