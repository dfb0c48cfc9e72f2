"""Statements that take long are told of, without what they were about."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from barcamp import meters
from barcamp.db import Store
from barcamp.watch import slow
from tests.conftest import empty_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return empty_database(request, tmp_path)


def test_a_slow_statement_is_in_the_log_without_its_values(
    store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow, "SLOW", 0.0)
    before = meters.own.block().series["c:barcamp_slow_statements_total"][0]
    with caplog.at_level(logging.WARNING, "barcamp.database"), store.reading() as db:
        db.execute(text("SELECT 7\n  WHERE 'secret' = :given"), {"given": "secret-value"})
    told = [record.getMessage() for record in caplog.records if "SELECT 7" in record.getMessage()]
    assert len(told) == 1
    assert "took" in told[0] and "SELECT 7 WHERE 'secret' = " in told[0] and "secret-value" not in caplog.text
    assert meters.own.block().series["c:barcamp_slow_statements_total"][0] > before


def test_what_breaks_does_not_say_its_values(store: Store) -> None:
    with pytest.raises(SQLAlchemyError) as problem, store.reading() as db:
        db.execute(text("SELECT * FROM nothing WHERE name = :given"), {"given": "secret-value"})
    assert "secret-value" not in str(problem.value)


def test_a_quick_one_is_not(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "barcamp.database"), store.reading() as db:
        db.execute(text("SELECT 1"))
    assert caplog.records == []


def test_connections_are_counted_while_they_are_in_use(app: Flask, store: Store) -> None:
    def in_use() -> float:
        series = meters.own.block().series
        return sum(numbers[0] for name, numbers in series.items() if name.startswith("g:barcamp_connections_in_use"))

    before = in_use()
    with store.reading() as db:
        db.execute(text("SELECT 1"))
        assert in_use() == before + 1
    assert in_use() == before
