"""The sites that faults are tried on: one on SQLite and one on PostgreSQL for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.faults import keeper, snapshots
from tests.faults.database import Database
from tests.faults.keeper import Keeper
from tests.faults.losses import Rows, in_postgres, in_sqlite, losses
from tests.faults.writers import Writer


@dataclass
class Camp:
    """A site that is kept running, its people, and what is in its database."""

    kept: Keeper
    rows: Rows
    writers: list[Writer]
    database: Database | None = None

    def assert_nothing_is_lost(self) -> None:
        """To be called while nobody writes."""
        assert losses([one.ledger.told() for one in self.writers], self.rows, slug=keeper.SLUG) == []
        assert "nothing wrong." in self.kept.flask("verify")


@pytest.fixture(scope="session")
def sqlite_camp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Camp]:
    data = tmp_path_factory.mktemp("faults") / "data"
    with Keeper(data) as kept:
        rows = in_sqlite(data / snapshots.NAME)
        yield Camp(kept, rows, keeper.gather(kept, rows))


@pytest.fixture(scope="session")
def postgres_camp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Camp]:
    with Database() as database, Keeper(tmp_path_factory.mktemp("faults") / "data", database.url) as kept:
        rows = in_postgres(database.url)
        yield Camp(kept, rows, keeper.gather(kept, rows), database)


@pytest.fixture(params=["sqlite", "postgresql"])
def camp_at_work(request: pytest.FixtureRequest) -> Camp:
    found: Camp = request.getfixturevalue({"sqlite": "sqlite_camp", "postgresql": "postgres_camp"}[request.param])
    return found
