"""kill -9 in the middle of writes: the site is back by itself, sound, and has every write that it said yes to."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Camp
from tests.faults.keeper import kill, until
from tests.faults.writers import Crowd

#: A busy machine may take its time; how soon it is back is measured by bench/faults.py.
PATIENCE = 90.0

pytestmark = pytest.mark.slow


def test_whoever_is_killed_nothing_acknowledged_is_lost(camp_at_work: Camp) -> None:
    camp, victims = camp_at_work, ["web", "jobs", "master", "all"]
    victims += ["work"] if camp.database is None else ["backend", "postmaster"]
    with Crowd(camp.writers) as crowd:
        assert until(lambda: crowd.yes > 30, PATIENCE)
        for victim in victims:
            die(camp, victim)
            said = crowd.yes
            assert until(lambda said=said: crowd.yes > said + 5, PATIENCE), victim  # type: ignore[misc]
            assert until(camp.kept.is_whole, PATIENCE), victim
        kinds = {"star", "note", "words", "registration", "place", "version"}
        assert until(lambda: set(crowd.by_kind()) == kinds, PATIENCE), crowd.by_kind()
    camp.assert_nothing_is_lost()


def die(camp: Camp, victim: str) -> None:
    """Kill it, and where it is what a service manager starts, return when that has been done."""
    starts = camp.kept.starts
    if victim in ("backend", "postmaster"):
        assert camp.database is not None
        if victim == "backend":
            kill(camp.database.backends()[0])
        else:
            camp.database.kill()
            camp.database.start()
        return
    # nobody is there who works on jobs while there are none; each minute there are
    assert until(lambda: camp.kept.processes()[victim], PATIENCE)
    there = camp.kept.processes()[victim]
    for process in there if victim == "all" else there[:1]:
        kill(process)
    if victim in ("master", "all"):
        assert until(lambda: camp.kept.starts > starts, PATIENCE), camp.kept.site.said()
