"""/healthz and /readyz."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Flask

from barcamp import create_app
from barcamp.settings import Settings
from tests.conftest import Client
from tests.counting import counted


def test_alive_without_asking_the_database(app: Flask, client: Client) -> None:
    with counted(app) as count:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype, count.statements) == (200, "ok\n", "text/plain", 0)


def test_ready_once_the_database_is_migrated(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_not_ready_before_the_migration(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "the database is not migrated\n")
    app.extensions["store"].dispose()


def test_not_ready_without_a_database(settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'nowhere' / 'barcamp.sqlite3'}"))
    client = app.test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    app.extensions["store"].dispose()
