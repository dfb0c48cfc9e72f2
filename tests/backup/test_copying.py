"""From SQLite to PostgreSQL and back: every row arrives as it was, or nothing does."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, insert

from barcamp.backup.copying import Sum, copy
from barcamp.backup.errors import BackupError
from barcamp.migrate import migrate
from barcamp.tables import Base
from tests import make
from tests.backup.conftest import NewDatabase, execute
from tests.backup.places import every_row, in_a_process, place
from tests.backup.test_round_trip import next_person
from tests.conftest import sqlalchemy_url
from tests.servers.postgres import Server


@pytest.fixture
def source(furnished: Path, tmp_path: Path) -> str:
    shutil.copy(furnished, tmp_path / "source.sqlite3")
    return f"sqlite:///{tmp_path / 'source.sqlite3'}"


def test_there_and_back_again(source: str, new_database: NewDatabase, tmp_path: Path) -> None:
    postgres, back = new_database(), f"sqlite:///{tmp_path / 'back.sqlite3'}"
    before = every_row(source)
    assert [name for name, rows in before.items() if not rows] == []

    there = copy(source, postgres)
    assert every_row(postgres) == before
    assert copy(postgres, back) == there
    assert every_row(back) == before
    assert {name: found.rows for name, found in there.items()} == {name: len(rows) for name, rows in before.items()}
    assert next_person(source) == next_person(postgres) == next_person(back)
    assert raw_json(source) == raw_json(back)


def raw_json(url: str) -> list[Any]:
    """As it stands in the file, to the letter."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return connection.execute('SELECT "before", "after" FROM change ORDER BY conference_id, revision').fetchall()


# ---- odd values ------------------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
numbers = st.integers(-(2**63), 2**63 - 1)
instants = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1 < at.year < 9999)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
objects = st.none() | st.dictionaries(st.text(max_size=5), json_values, max_size=3)
latitudes = st.none() | st.floats(-90, 90) | st.just(-0.0) | st.just(struct.unpack("<d", b"\1" + b"\0" * 7)[0])
changes = st.fixed_dictionaries(
    {"revision": numbers, "at": instants, "kind": words, "subject": words, "before": objects, "after": objects}
)
conferences = st.fixed_dictionaries(
    {"name": words, "about": st.just("long " * 20_000) | words, "latitude": latitudes, "created_at": instants,
     "starts_on": st.dates(date(1, 1, 1), date(9999, 12, 31)), "capacity": st.none() | st.integers(0, 2**63 - 1),
     "listed": st.booleans(), "shirt_sizes": st.lists(st.text(max_size=5), max_size=3)}
)  # fmt: skip
pictures = st.binary(max_size=50)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    camps=st.lists(conferences, min_size=3, max_size=12),
    lines=st.lists(changes, min_size=5, max_size=40, unique_by=lambda line: line["revision"]),
    picture=pictures,
)
def test_odd_values_arrive_as_they_were(
    camps: list[dict[str, Any]], lines: list[dict[str, Any]], picture: bytes, sqlite_template: Path, odd_postgres: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    name = uuid4().hex
    source, back = tmp_path / f"{name}.sqlite3", tmp_path / f"{name}.back.sqlite3"
    shutil.copy(sqlite_template, source)
    shutil.copy(sqlite_template, back)
    fill(f"sqlite:///{source}", camps, lines, picture)
    copy(f"sqlite:///{source}", odd_postgres, replace=True)
    copy(odd_postgres, f"sqlite:///{back}")
    assert every_row(f"sqlite:///{back}") == every_row(odd_postgres) == every_row(f"sqlite:///{source}")
    assert raw_json(f"sqlite:///{back}") == raw_json(f"sqlite:///{source}")


@pytest.fixture(scope="module")
def odd_postgres(postgres: Server) -> Any:
    name = f"odd_{uuid4().hex[:12]}"
    yield sqlalchemy_url(postgres.create_database(name))
    postgres.drop_database(name)


def fill(url: str, camps: list[dict[str, Any]], lines: list[dict[str, Any]], picture: bytes) -> None:
    tables = Base.metadata.tables
    plain = {
        "tagline": "", "conduct": "", "zone": "UTC", "venue": "", "address": "", "stars_shown": "always", "sequence": 0,
        "stamped_at": make.NOW, "freeze_minutes": 0, "news_quiet_minutes": 0, "turnout_percent": 100,
    }  # fmt: skip
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for number, camp in enumerate(camps, start=1):
            given = {"id": number, "slug": f"camp-{number}", "uid": str(number), "ends_on": camp["starts_on"]}
            connection.execute(insert(tables["conference"]).values(plain | camp | given))
        if lines:
            connection.execute(insert(tables["change"]), [{"conference_id": 1} | line for line in lines])
        connection.execute(insert(tables["person"]).values(id=2**53 + 1, name="Ada", created_at=make.NOW))
        connection.execute(
            insert(tables["picture"]).values(
                person_id=2**53 + 1, media_type="image/png", content=picture, etag="0", changed_at=make.NOW
            )
        )


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_what_postgresql_cannot_keep_is_named_and_nothing_is_copied(source: str, new_database: NewDatabase) -> None:
    execute(source, "UPDATE note SET description = 'before' || char(0) || 'after' WHERE id = 3")
    target = new_database()
    with pytest.raises(BackupError, match=r"^The row of note that begins with 3 cannot be kept by PostgreSQL: .*NUL"):
        copy(source, target)
    assert {name: rows for name, rows in every_row(target).items() if rows} == {}


def test_rows_that_point_nowhere_are_not_copied(source: str, new_database: NewDatabase, tmp_path: Path) -> None:
    with closing(sqlite3.connect(source.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE star SET person_id = 999999")  # without foreign keys, as another program might
        connection.commit()
    for target in (new_database(), f"sqlite:///{tmp_path / 'target.sqlite3'}"):
        with pytest.raises(BackupError, match=r"(?i)nothing was copied"):
            copy(source, target)
        assert {name: rows for name, rows in every_row(target).items() if rows} == {}


def test_only_an_empty_database_is_filled(source: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path / 'target.sqlite3'}"
    copy(source, target)
    before = every_row(target)
    with pytest.raises(BackupError, match=r"^There are rows already in .*note.*: copy into an empty database\.$"):
        copy(source, target)
    with pytest.raises(BackupError, match="the database this site is on"):
        copy(source, source)
    assert every_row(target) == before


def test_a_source_that_is_behind_is_migrated_first(tmp_path: Path) -> None:
    source, target = (f"sqlite:///{tmp_path / name}.sqlite3" for name in ("source", "target"))
    migrate(source, "0001")
    with pytest.raises(BackupError, match="`migrate` it first"):
        copy(source, target)


def test_a_database_that_is_away_is_one_line(source: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError) as refusal:
        copy(source, "postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
    assert "\n" not in str(refusal.value)


CUT = """
import os, signal
from barcamp.backup.copying import copy

def cut(step, done, whole):
    if step.words == words[1] and done > whole // 2:
        os.kill(os.getpid(), signal.SIGKILL)

copy(settings.database_url, words[0], tell=cut)
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_copy_that_is_killed_leaves_nothing_behind(
    kind: str, source: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    target = f"sqlite:///{tmp_path / 'target.sqlite3'}"
    if kind == "postgresql":
        target = request.getfixturevalue("new_database")()
    done = in_a_process(place(tmp_path / "site", source), CUT, target, "Comparing them on both sides")
    assert done.returncode == -signal.SIGKILL
    assert {name: rows for name, rows in every_row(target).items() if rows} == {}
    copy(source, target)
    assert every_row(target) == every_row(source)


@given(st.lists(st.tuples(st.integers(), st.text(), st.none() | st.binary()), max_size=8), st.randoms())
def test_a_sum_asks_for_the_rows_and_not_for_their_order(rows: list[tuple[Any, ...]], random: Any) -> None:
    mixed = rows[:]
    random.shuffle(mixed)
    assert Sum().and_(rows) == Sum().and_(mixed[:3]).and_(mixed[3:])
    assert Sum().and_(rows) != Sum().and_([*rows, (1, "", None)])
    assert Sum().and_([(1, "", b"")]) != Sum().and_([("1", "", b"")])
