"""/metrics: for whom, and what it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp.backup.scheduled import Standing
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.mail import letters
from barcamp.mail.links import Links
from barcamp.meters import Meters
from barcamp.settings import Settings
from barcamp.watch import exposition, figures
from barcamp.watch.models import Worker
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.watch.exposed import Family, read

TOKEN = "a-token-for-tests"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, metrics_token=TOKEN)


def ask(client: Client, authorization: str | None = f"Bearer {TOKEN}") -> dict[str, Family]:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, exposition.CONTENT_TYPE)
    assert answer.headers["Cache-Control"] == "no-store"
    return read(answer.text)


def value(found: dict[str, Family], name: str, **labels: str) -> float:
    return found[name].samples[name, frozenset(labels.items())]


def test_not_there_without_a_token(settings: Settings) -> None:
    app = create_app(replace(settings, metrics_token=None))
    for headers in ({}, {"Authorization": "Bearer None"}, {"Authorization": "Bearer "}):
        assert app.test_client().get("/metrics", headers=headers).status_code == 404
    app.extensions["store"].dispose()


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer \xe9"]
)
def test_a_wrong_token_is_401(client: Client, given: str | None) -> None:
    answer = client.get("/metrics", headers={} if given is None else {"Authorization": given})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert "barcamp_" not in answer.text


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_the_right_token_in_any_case_of_the_scheme(client: Client, word: str) -> None:
    assert "barcamp_info" in ask(client, f"{word} {TOKEN}")


def test_everything_that_is_told_is_explained(client: Client, camp: Conference) -> None:
    """And the other way round, but for what only some sites have."""
    client.get("/camp/wall")
    found = set(ask(client))
    assert found <= set(exposition.HELP)
    some = {"barcamp_job_seconds", "barcamp_job_failures_total", "barcamp_last_backup_seconds", "barcamp_pushes_total",
            "barcamp_jobs_worker_seen_seconds", "barcamp_wal_bytes"}  # fmt: skip
    assert set(exposition.HELP) - found <= some


def test_requests_with_their_times(client: Client, camp: Conference) -> None:
    labels = {"route": "wall.show", "method": "GET", "status": "2xx"}
    client.get("/camp/wall")
    before = ask(client)
    client.get("/camp/wall")
    after = ask(client)
    assert value(after, "barcamp_requests_total", **labels) == value(before, "barcamp_requests_total", **labels) + 1
    count = ("barcamp_request_seconds_count", frozenset({("route", "wall.show")}))
    name = "barcamp_request_seconds"
    assert after[name].samples[count] == before[name].samples[count] + 1


def test_queues_and_workers(client: Client, people: Cast, db: Session) -> None:
    before = ask(client)
    assert value(before, "barcamp_queue_waiting", queue="letters") == 0
    assert value(before, "barcamp_jobs_workers") == 0
    assert "barcamp_jobs_worker_seen_seconds" not in before
    written = make.NOW - timedelta(minutes=4)
    letters.sign_in_code(db, "bo@example.org", "", "123456", "t", links=Links("http://x.example"), now=written)
    db.add(Worker(name="a", machine="a", began_at=make.NOW, seen_at=make.NOW - timedelta(hours=1)))
    db.flush()
    found = ask(client)
    assert value(found, "barcamp_queue_waiting", queue="letters") == 1
    assert 240 <= value(found, "barcamp_queue_oldest_seconds", queue="letters") < 300
    assert value(found, "barcamp_jobs_workers") == 0
    assert 3600 <= value(found, "barcamp_jobs_worker_seen_seconds") < 3660
    assert value(found, "barcamp_database_bytes") > 100_000
    assert value(found, "barcamp_database_up") == 1


def test_open_streams(app: Flask, client: Client, camp: Conference) -> None:
    hub = app.extensions["hub"]
    before = value(ask(client), "barcamp_streams_opened_total")
    stream = hub.join(camp.id, since=None, team=False, sees_counts=False, device_id=None, environ={})
    found = ask(client)
    assert value(found, "barcamp_streams_open") == 1
    assert value(found, "barcamp_streams_opened_total") == before + 1
    stream.close()
    assert value(ask(client), "barcamp_streams_open") == 0


def test_writers_wait_for_their_turn_and_it_is_measured(client: Client, camp: Conference, people: Cast) -> None:
    """On SQLite; on PostgreSQL nobody waits before the server makes them."""
    on_sqlite = client.application.extensions["store"].on_sqlite
    count = ("barcamp_write_wait_seconds_count", frozenset({("at", "file")}))
    before = ask(client)["barcamp_write_wait_seconds"].samples[count]
    client.be(people.bo).submit("/camp/wall/notes", {"title": "Kites"})
    after = ask(client)["barcamp_write_wait_seconds"].samples[count]
    assert after > before if on_sqlite else after == before


def test_without_a_database_it_answers_still(settings: Settings) -> None:
    url = "sqlite:////nowhere/at/all.sqlite3"
    app = create_app(replace(settings, database_url=url))
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert value(read(answer.text), "barcamp_database_up") == 0
    app.extensions["store"].dispose()


def test_the_age_of_the_last_backup(store: Store, settings: Settings) -> None:
    standing = Standing(settings.data, make.NOW - timedelta(hours=2), 1, None)
    found = read(figures.told(store, settings, standing, now=make.NOW))
    assert value(found, "barcamp_last_backup_seconds") == 7200
    assert "barcamp_last_backup_seconds" not in read(figures.told(store, settings, None, now=make.NOW))


def test_nobodys_name_can_break_a_line() -> None:

    mine = Meters()
    mine.add(mine.counter("barcamp_job_failures_total", job='a"b\\c\nd}{e'))
    found = read(exposition.render(mine.block().series))
    assert list(found["barcamp_job_failures_total"].samples.values()) == [1.0]
