"""Time stands still: every test of the wall happens at make.NOW, 10:00 at the camp, until it moves the clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests import make


@pytest.fixture(autouse=True)
def clock(at_the_camp: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller
