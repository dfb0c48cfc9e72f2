"""The audit of what we install: what is found fails, what cannot be known is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typing_extensions import override

from tests import audit
from tests.house.sources import ROOT
from tests.servers.ports import free_port


class Database(ThreadingHTTPServer):
    """Knows something against one package; `says` is what it answers instead."""

    says: bytes | None = None
    asked: list[str]


class Answer(BaseHTTPRequestHandler):
    server: Database

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self.server.asked = [query["package"]["name"] for query in queries]
        found = [{"vulns": [{"id": "PYSEC-1"}]} if name == "flask" else {} for name in self.server.asked]
        body = self.server.says if self.server.says is not None else json.dumps({"results": found}).encode()
        self.send_response(200 if self.path == "/v1/querybatch" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: it would be on the screen of the tests."""


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database(("127.0.0.1", 0), Answer)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def run(port: int) -> tuple[int, str]:
    environment = {**os.environ, "BARCAMP_OSV_URL": f"http://127.0.0.1:{port}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.audit"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout


def test_what_is_known_fails_with_its_name(database: Database) -> None:
    status, said = run(database.server_port)
    version = next(pin.version for pin in audit.pinned((ROOT / "requirements.txt").read_text()) if pin.name == "flask")
    assert (status, said.splitlines()[0]) == (1, f"flask {version}: PYSEC-1")
    assert {"flask", "gunicorn", "pytest", "psycopg"} <= set(database.asked)


@pytest.mark.parametrize("says", [b"", b"{}", b"[]", b'{"results": []}', b"\xff"])
def test_what_cannot_be_known_is_said_and_passes(database: Database, says: bytes) -> None:
    database.says = says
    status, said = run(database.server_port)
    assert (status, said.startswith("Not checked: ")) == (0, True)


def test_a_machine_without_a_way_there_is_told_so() -> None:
    status, said = run(free_port())
    assert (status, said.startswith("Not checked: "), "good or bad" in said) == (0, True, True)


def test_what_is_accepted_has_a_reason_and_a_number() -> None:
    assert all(number and reason.strip() for number, reason in audit.ACCEPTED.items())


def test_every_package_is_pinned_to_one_version() -> None:
    for file in audit.FILES:
        text = (ROOT / file).read_text("utf-8")
        assert len(audit.pinned(text)) == sum(line[:1].isalnum() for line in text.splitlines()) > 10
    found = audit.pinned("a_B.c[x]==1.0 \\\n    --hash=sha256:0\nd==2 ; python_version < '4'\n")
    assert found == [audit.Pin("a-b-c", "1.0"), audit.Pin("d", "2")]
