"""Which backups are kept: many of the latest, fewer of the older, and never too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from barcamp.backup.rotation import MOST, kept

instants = st.integers(0, 730 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(st.sets(instants, max_size=120))
def test_the_newest_stays_and_there_are_never_too_many(times: set[datetime]) -> None:
    left = kept(times)
    assert left <= times
    assert len(left) <= MOST
    assert len(left) >= min(len(times), 24)
    assert max(left, default=None) == max(times, default=None)
    assert kept(left) == left


@given(st.sets(instants, max_size=120), instants)
def test_a_new_one_never_costs_more_than_one_of_each_kind(times: set[datetime], new: datetime) -> None:
    """One of the latest, one of the days and one of the weeks can be pushed out, no more."""
    left = kept(times)
    assert len(left - kept(left | {new})) <= 3


def test_an_hour_apart_for_two_months() -> None:
    """Backups come one at a time, as they do."""
    began, left = datetime(2026, 11, 2, 0, 30, tzinfo=UTC), set[datetime]()
    for hour in range(61 * 24):
        left = kept(left | {began + timedelta(hours=hour)})
    last = began + timedelta(hours=61 * 24 - 1)  # 2027-01-01 23:30, a Friday
    assert left == {
        *(last - timedelta(hours=hour) for hour in range(24)),
        *(last - timedelta(days=day) for day in range(7)),
        *(datetime(2027, 1, 3, 23, 30, tzinfo=UTC) - timedelta(weeks=week) for week in range(1, 5)),
    }


def test_after_a_year_off_all_are_there_still() -> None:
    old = {datetime(2026, 11, 21, hour, tzinfo=UTC) for hour in range(20)}
    assert kept(old | {datetime(2027, 11, 20, 9, tzinfo=UTC)}) == old | {datetime(2027, 11, 20, 9, tzinfo=UTC)}
