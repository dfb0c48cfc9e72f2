"""The quiet time ends on the second: the real worker tells when it is due, not at its next sweep."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from barcamp import jobs
from barcamp.conferences.models import Conference
from barcamp.db import Store, wake
from barcamp.news.models import Bulletin
from barcamp.settings import Settings
from barcamp.web.clock import utcnow
from tests import make
from tests.news.camps import gather
from tests.people import Cast
from tests.test_mail.test_worker import until, worker

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.slow
def test_told_when_it_is_due(
    app: Flask, settings: Settings, store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    jobs.prepare(settings)
    told = gather(store, db, camp, people.ada)
    told.move(make.note(db, camp, people.bo), 0)
    with worker(settings):
        real = time_machine.escape_hatch.datetime.datetime.now
        due_at = real(tz=utcnow().tzinfo) + timedelta(seconds=6)
        with store.writing() as writing:
            writing.execute(update(Conference).values(news_due_at=due_at))
            wake(writing, "news")
        assert until(lambda: db.scalar(select(Bulletin.told_at)) is not None)
    late = db.scalars(select(Bulletin.told_at)).one() - due_at
    assert timedelta(0) <= late < timedelta(seconds=5)
