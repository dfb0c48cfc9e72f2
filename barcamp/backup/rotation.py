"""Which backups are kept: all of the latest, then one a day, then one a week."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime

LATEST, DAYS, WEEKS = 24, 7, 5
#: No more than this is ever kept.
MOST = LATEST + DAYS + WEEKS


def kept(times: Iterable[datetime]) -> set[datetime]:
    """Of backups made at these instants (UTC): the latest 24, the last of each of the latest 7 days that have any, and
    the last of each of the latest 5 weeks (ISO 8601) that have any.

    It counts what is there and never asks what time it is: where a clock runs ahead, or the site was off for months,
    nothing is too old to be kept. The newest one always stays.
    """
    newest_first = sorted(set(times), reverse=True)
    return {
        *newest_first[:LATEST],
        *_last_of_each(newest_first, lambda at: at.date())[:DAYS],
        *_last_of_each(newest_first, lambda at: at.isocalendar()[:2])[:WEEKS],
    }


def _last_of_each(newest_first: list[datetime], period: Callable[[datetime], Hashable]) -> list[datetime]:
    last: dict[Hashable, datetime] = {}
    for at in newest_first:
        last.setdefault(period(at), at)
    return list(last.values())
