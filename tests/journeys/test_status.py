"""The status page is left open on somebody's desk, and tells what becomes late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from barcamp.db import Store
from barcamp.mail.models import Letter
from tests.journeys.conftest import Visit


@pytest.fixture
def becomes_late(database: Store) -> Iterator[None]:
    """Taken away again: the site is everybody's."""
    yield
    with database.writing() as db:
        db.execute(delete(Letter).where(Letter.message_id == "late"))


def test_it_looks_again_by_itself(visit: Visit, database: Store, becomes_late: None) -> None:
    olive = visit("olive")
    olive.page.clock.install()
    page = olive.go("/beaver/organize/status")
    late = page.get_by_text("Mail is late by")
    expect(page.get_by_text("As of")).to_be_visible()
    expect(late).to_have_count(0)
    now = datetime.now(UTC)
    with database.writing() as db:
        db.add(
            Letter(
                kind="news", to_address="bo@example.org", subject="News", text="News", message_id="late", attempts=1,
                written_at=now - timedelta(minutes=7), due_at=now + timedelta(hours=1),
                last_error="cannot reach the mail server (TimeoutError)",
            )
        )  # fmt: skip
    page.clock.run_for(31_000)
    page.clock.run_for(1_000)
    expect(late).to_have_text("Mail is late by 7 minutes: the mail server does not answer.")
