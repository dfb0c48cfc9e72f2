"""What the tests of watching share."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

PATIENCE = 60.0


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so; fail where it does not become so in a minute."""

    def wait(is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.01)

    return wait
