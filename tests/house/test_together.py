"""What takes seconds to start is started by one worker: every test that asks for it is in a group."""

from __future__ import annotations

import pytest

from tests.together import group

SHARED = {"visits", "abroad", "machines", "sqlite_camp", "postgres_camp", "camp_at_work"}


def test_whoever_shares_what_is_slow_to_start_is_in_a_group(request: pytest.FixtureRequest) -> None:
    """Of the tests that this run has collected."""
    alone = [
        item.nodeid
        for item in request.session.items
        if isinstance(item, pytest.Function) and SHARED & set(item.fixturenames) and group(item.nodeid) is None
    ]
    assert alone == []


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("tests/house/test_pages.py::test_a", "the pages of the house"),
        ("tests/machines/test_web.py::test_a", "machines/test_web"),
        ("tests/faults/test_killed.py::test_a[sqlite]", "faults on sqlite"),
        ("tests/faults/test_killed.py::test_a[postgresql]", "faults on postgresql"),
        ("tests/faults/test_database_gone.py::test_postgresql_is_away_for_a_while[hangs]", "faults on postgresql"),
        ("tests/wall/test_cards.py::test_a[@]", None),
    ],
)
def test_a_group_is_told_by_the_address(address: str, wanted: str | None) -> None:
    assert group(address) == wanted
