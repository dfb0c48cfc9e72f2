"""/healthz and /readyz."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp.db import Store
from barcamp.migrate import newest
from barcamp.settings import Settings
from barcamp.watch import ready
from tests.conftest import Client
from tests.counting import counted


def test_alive_without_asking_the_database(app: Flask, client: Client) -> None:
    with counted(app) as count:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype, count.statements) == (200, "ok\n", "text/plain", 0)


def test_ready_once_the_database_is_migrated(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_who_watches_may_ask_a_machine_by_its_own_address(settings: Settings) -> None:
    """As load balancers and Prometheus do; pages are under the public name alone."""
    app = create_app(replace(settings, base_url="https://camp.example.org"))
    client = app.test_client()
    addresses = ("/healthz", "/readyz", "/metrics", "/")
    found = {address: client.get(address, headers={"Host": "10.0.0.11:8000"}).status_code for address in addresses}
    assert found == {"/healthz": 200, "/readyz": 200, "/metrics": 404, "/": 400}
    app.extensions["hub"].close()
    app.extensions["front"].close()
    app.extensions["store"].dispose()


def test_not_ready_before_the_migration(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not-migrated\n")
    app.extensions["store"].dispose()


def test_not_ready_without_a_database(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'nowhere' / 'barcamp.sqlite3'}"))
    client = app.test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database-away\n")
    assert client.get("/healthz").status_code == 200
    app.extensions["store"].dispose()


def test_ready_on_a_database_that_newer_code_has_migrated(app: Flask, client: Client, db: Session) -> None:
    """Processes are replaced one by one, and the first of the new ones migrates."""
    db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        assert client.get("/readyz").status_code == 200
    finally:
        db.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest()})


def test_not_ready_on_a_database_of_older_code(app: Flask, client: Client, db: Session) -> None:
    db.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "not-migrated\n")
    finally:
        db.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest()})


def test_not_ready_while_it_is_being_stopped(app: Flask, client: Client) -> None:
    app.extensions["hub"].is_serving = lambda: False
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "ending\n")
    assert client.get("/healthz").status_code == 200


def test_a_database_that_does_not_answer_holds_up_nobody_for_long(app: Flask) -> None:
    """Every connection is taken, and nobody gives one back: each asker hears it after a short while, none waits for
    another, and once there is one again the site is ready again.
    """
    store: Store = app.extensions["store"]
    slow = ready.Readiness(store, is_serving=lambda: True, patience=0.05)
    let_go = threading.Event()
    is_asked = threading.Event()

    def hold(*_: object) -> None:
        is_asked.set()
        let_go.wait(60)

    event.listen(store.reader, "before_cursor_execute", hold)
    try:
        assert [slow.why_not() for _asker in range(3)] == ["database-slow"] * 3
        assert is_asked.wait(60)
    finally:
        let_go.set()
    patient = ready.Readiness(store, is_serving=lambda: True, patience=60)
    assert patient.why_not() is None


def test_the_revision_that_the_code_knows_is_the_newest_migration() -> None:
    assert ready.known_revision() == newest()
