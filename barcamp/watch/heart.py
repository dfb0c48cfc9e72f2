"""The heartbeat of a jobs worker: a row of the database that says when it was seen last."""

from __future__ import annotations

import logging
import os
import platform
import secrets
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.watch import service

log = logging.getLogger(__name__)

#: Seconds between two beats.
PAUSE = 30.0


def new_name() -> str:
    """Of a jobs worker: no other one, before or after, has it."""
    return f"{platform.node() or '?'}:{os.getpid()}:{secrets.token_hex(4)}"


class Heart:
    """Of this process, in a thread of its own. No failure leaves it: a worker without a database has other worries."""

    def __init__(
        self, store: Store, *, clock: Callable[[], datetime], pause: float = PAUSE, name: str | None = None
    ) -> None:
        self.machine = platform.node() or "?"
        self.name = new_name() if name is None else name
        self._store, self._clock, self._pause = store, clock, pause
        self._began_at = clock()
        self._is_ending = threading.Event()
        self._is_well = True

    def start(self) -> None:
        """Say from now on that we live."""
        threading.Thread(target=self._beat, name="heart", daemon=True).start()

    def rest(self) -> None:
        """Say no more: another process will, under the same name."""
        self._is_ending.set()

    def stop(self) -> None:
        """Say that we were told to end."""
        self.rest()
        self._write(lambda db: service.worker_ended(db, self.name, now=self._clock()))

    def _beat(self) -> None:
        while not self._is_ending.is_set():
            self._write(self._see)
            self._is_ending.wait(self._pause)

    def _see(self, db: Session) -> None:
        if not self._is_ending.is_set():  # it may have been set while we waited for our turn to write
            service.see_worker(db, self.name, self.machine, began_at=self._began_at, now=self._clock())

    def _write(self, do: Callable[[Session], None]) -> None:
        try:
            with self._store.writing() as db:
                do(db)
            self._is_well = True
        except Exception as problem:
            if self._is_well:  # once, not every half minute for as long as it lasts
                log.warning("the jobs worker could not say that it lives: %s", problem)
            self._is_well = False
