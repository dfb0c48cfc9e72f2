"""What a site on SQLite does not load: every process would hold it, and nobody there asks for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT

UNASKED = (
    "PIL", "alembic", "cryptography", "http_ece", "psycopg", "psycopg_binary", "py_vapid", "recurring_ical_events",
    "segno", "sqlalchemy.dialects.postgresql", "x_wr_timezone",
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


def said(code: str, data: Path) -> set[str]:
    environment = {"BARCAMP_DATA": str(data), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_a_site_on_sqlite_has_not_loaded_what_it_does_not_need(tmp_path: Path) -> None:
    loaded = said(LOADED, tmp_path)
    assert {"barcamp", "huey", "sqlalchemy"} <= loaded
    assert loaded & set(UNASKED) == set()


def test_a_worker_patches_what_gevent_itself_would(tmp_path: Path) -> None:
    ours = said(PATCHED.format(patch="Worker.patch(SimpleNamespace(sockets=[]))"), tmp_path)
    assert "time.sleep" in ours
    assert ours == said(PATCHED.format(patch=THEIRS), tmp_path)
