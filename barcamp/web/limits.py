"""How often somebody may do something: token buckets in this process's memory.

Keys are persons, or what they do, never an IP address alone: a whole venue shares one. What must hold exactly (twenty
notes a person) is counted in the database; this only stops what no human hand does. Each web process counts by itself.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil

from barcamp.errors import N_, TooMany

MOST_KEYS = 20_000
SLACK = 1e-9  # whoever has waited as long as told gets through, however the fractions were rounded


class Allowance:
    """`count` times at once, and as many again over each `seconds` that pass.

    `clock` gives seconds that only rise. Of more than `MOST_KEYS` keys, those that were not seen for longest are
    forgotten: they have a full bucket again.
    """

    def __init__(self, count: int, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.count, self.pace, self.clock = count, count / seconds, clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, key: Hashable) -> None:
        """Take one from the key's bucket. What is refused costs nothing.

        Raises:
            TooMany: the bucket is empty; after `retry_after` whole seconds it is not.
        """
        with self._lock:
            now = self.clock()
            left, at = self._left.pop(key, (float(self.count), now))
            left = min(float(self.count), left + (now - at) * self.pace)
            enough = left >= 1 - SLACK
            self._left[key] = (left - 1 if enough else left, now)
            if len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
        if not enough:
            raise TooMany(
                N_("That was a lot in a short time. Please wait a moment."), max(1, ceil((1 - left) / self.pace))
            )
