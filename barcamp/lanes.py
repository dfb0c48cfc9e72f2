"""Work that many ask for and one does at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Lane:
    """Work that waits for other servers: in one thread at a time, however often it is asked for. Else a dozen of them
    that never answer would take all threads, and nobody would get the letter to sign in with. And of letters one is
    under way at most, so that a worker that is killed leaves no more than one that may come twice.
    """

    def __init__(self, do: Callable[[], Any]) -> None:
        self.do = do
        self.free = threading.Lock()
        self.asked = threading.Event()

    def work(self) -> None:
        """Do it; where somebody is at it, they do it again after."""
        self.asked.set()
        while self.asked.is_set() and self.free.acquire(blocking=False):
            try:
                self.asked.clear()
                self.do()
            finally:
                self.free.release()
