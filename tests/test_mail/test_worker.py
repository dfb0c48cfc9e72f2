"""The jobs worker as a process of its own: a letter goes out at once, and the process ends when it shall."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from barcamp import jobs
from barcamp.db import Store
from barcamp.mail import letters
from barcamp.mail.models import Letter
from barcamp.settings import PROJECT, Settings
from barcamp.web.clock import utcnow
from tests.servers import smtp

WORK = "from barcamp import create_app, jobs; print('ready', flush=True); jobs.run_worker(create_app())"


def environment(settings: Settings, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
    return kept | {
        "BARCAMP_DATA": str(settings.data),
        "BARCAMP_DATABASE_URL": settings.database_url,
        "BARCAMP_SECRET_KEY": settings.secret_key,
        **more,
    }


@contextmanager
def worker(settings: Settings, code: str = WORK, **more: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT, env=environment(settings, **more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def write(store: Store) -> None:
    with store.writing() as db:
        letters.write(db, "test", "ada@example.org", "Hi", "Hello", now=utcnow())


def is_sent(db: Session, letter_id: int) -> bool:
    db.expire_all()
    return db.get_one(Letter, letter_id).sent_at is not None


def until(true: object, seconds: float = 20.0) -> bool:
    assert callable(true)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_letters_go_out_at_once_and_a_signal_ends_the_worker_cleanly(
    app: Flask, settings: Settings, store: Store, db: Session
) -> None:
    jobs.prepare(settings)
    write(store)  # before the worker is there: the sweep at its start finds it
    with smtp.start() as post_office, worker(settings, BARCAMP_SMTP_URL=post_office.url) as process:
        post_office.wait_for(1, seconds=30)
        for number in range(2, 5):
            started = time.monotonic()
            write(store)
            post_office.wait_for(number)
            assert time.monotonic() - started < 5
        assert until(lambda: all(is_sent(db, one) for one in db.scalars(select(Letter.id))))
        process.send_signal({"sqlite": signal.SIGINT, "postgresql": signal.SIGTERM}[db.get_bind().dialect.name])
        assert process.wait(timeout=15) == 0
        assert process.stderr is not None
        # on a busy machine a statement may be slow, and is told of
        assert [line for line in process.stderr if "a statement took" not in line] == []
        assert len(post_office.letters) == 4


def test_an_unreachable_queue_fails_no_request(
    app: Flask, store: Store, db: Session, caplog: pytest.LogCaptureFixture
) -> None:
    db.execute(text("DROP TABLE IF EXISTS huey_task"))  # in SQLite nobody has made the queue's file
    write(store)
    assert [letter.subject for letter in db.scalars(select(Letter))] == ["Hi"]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["the jobs worker was not nudged"]


def test_the_queue_is_prepared_by_many_at_once(settings: Settings) -> None:
    code = "from barcamp import jobs, settings; print('ready', flush=True); jobs.prepare(settings.from_environment())"
    with worker(settings, code) as one, worker(settings, code) as two, worker(settings, code) as three:
        assert [process.wait(timeout=30) for process in (one, two, three)] == [0, 0, 0]


def test_the_queue_holds_jobs_and_no_letters(app: Flask, settings: Settings, store: Store) -> None:
    jobs.prepare(settings)
    queue = app.extensions["queue"]
    queue.storage.flush_queue()  # other tests may have left something in a shared database
    write(store)
    write(store)
    assert len(queue) == 2
    assert all("ada@example.org" not in repr(item) for item in queue.storage.enqueued_items())
    queue.storage.close()


def test_clean_up(app: Flask, store: Store, db: Session) -> None:
    write(store)
    jobs.forget_what_is_old(store)
    assert [letter.text for letter in db.scalars(select(Letter))] == ["Hello\n"]
