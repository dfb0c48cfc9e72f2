"""How often somebody may do something: token buckets in this process's memory.

Keys are persons, or what they do, never an IP address alone: a whole venue shares one. What must hold exactly (twenty
notes a person) is counted in the database; this only stops what no human hand does. Each web process counts by itself.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from barcamp.errors import N_, TooMany

MOST_KEYS = 20_000


class Allowance:
    """`count` times at once, and as many again over each `seconds` that pass.

    `clock` gives seconds that only rise. The oldest keys are forgotten when there are too many of them.
    """

    def __init__(self, count: int, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.count, self.pace, self.clock = count, count / seconds, clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def spend(self, key: Hashable) -> None:
        """Take one from the key's bucket.

        Raises:
            TooMany: the bucket is empty; `retry_after` says in how many seconds it will not be.
        """
        now = self.clock()
        left, at = self._left.pop(key, (float(self.count), now))
        left = min(float(self.count), left + (now - at) * self.pace)
        enough = left >= 1
        self._left[key] = (left - 1 if enough else left, now)
        while len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)
        if not enough:
            wait = max(1, round((1 - left) / self.pace + 0.5))
            raise TooMany(N_("That was a lot in a short time. Please wait a moment."), wait)
