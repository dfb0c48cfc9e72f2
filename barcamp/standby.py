"""The process that has jobs done: it waits for work, holding next to nothing, and forks a worker whenever there is some
(docs/decisions/0032-processes.md). An idle worker of a small camp would be a fifth of the site's memory.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NoReturn

from barcamp import serve

log = logging.getLogger(__name__)

#: Seconds between two looks whether there is work.
LOOK = 0.1
#: Seconds that a worker stays without any before it ends.
LINGER = 3.0
#: Seconds before one that has broken off, as without its database, is followed by another.
PAUSE = 5.0
#: Seconds from one sweep, which looks for what nobody was told of, to the next.
SWEEP = 60.0
TOLD = (signal.SIGTERM, signal.SIGQUIT)


class Standby:
    """`is_due`: whether work waits. `work`: do all of it, in the process that is forked for it, and return when there
    has been none for LINGER. `let_go`: close what must not cross a fork. `beat` says to whoever looks after us that we
    live; while there is a worker, it says so.
    """

    def __init__(
        self,
        is_due: Callable[[], bool],
        work: Callable[[], None],
        *,
        let_go: Callable[[], object],
        beat: Callable[[], object],
        clock: Callable[[], datetime],
    ) -> None:
        self.is_due, self.work, self.let_go, self.beat, self.clock = is_due, work, let_go, beat, clock
        self.worker = 0
        self.is_told = False

    def wait(self) -> None:
        """Until SIGTERM or SIGQUIT, which the worker gets, too; it has time to end what is under way."""
        for number in TOLD:
            signal.signal(number, self._tell)
        swept = -1
        while not self.is_told:
            self.beat()
            if self._sweep_at() == swept and not self.is_due():
                time.sleep(LOOK)
                continue
            status = self._have_it_done()
            # one that was about to end when the minute did may not have swept any more
            swept = self._sweep_at(-LINGER)
            if status > 0:
                self._pause()

    def _have_it_done(self) -> int:
        """Returns how it ended: 0 for well, more for broken off, less for killed, by which signal."""
        signal.pthread_sigmask(signal.SIG_BLOCK, TOLD)  # whoever tells us to go now means the one that is to come, too
        try:
            if self.is_told:
                return 0
            self.let_go()
            me, self.worker = os.getpid(), os.fork()
            if self.worker == 0:
                self._be_worker(me)
        except OSError as problem:
            log.warning("no jobs worker could be started: %s", problem)
            return 1
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, TOLD)
        _, status = os.waitpid(self.worker, 0)
        self.worker = 0
        return os.waitstatus_to_exitcode(status)

    def _be_worker(self, parent: int) -> NoReturn:
        status = 1
        try:
            serve.die_with_parent(parent)
            go_when_told()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, TOLD)
            self.work()
            status = 0
        except BaseException:  # also who wants to exit: it ends when its work returns, and not before
            log.exception("the jobs worker broke off")
        finally:
            os._exit(status)

    def _tell(self, number: int, _frame: object) -> None:
        self.is_told = True
        if self.worker:
            with suppress(ProcessLookupError):  # it may have ended just now
                os.kill(self.worker, number)

    def _sweep_at(self, seconds: float = 0.0) -> int:
        """The number of the sweep whose time it is, or was or will be so many seconds from now."""
        return int((self.clock().timestamp() + seconds) // SWEEP)

    def _pause(self) -> None:
        until = time.monotonic() + PAUSE
        while not self.is_told and time.monotonic() < until:
            self.beat()
            time.sleep(LOOK)


def go_when_told() -> None:
    """While nothing is under way; to die of the signal would be a warning in the log."""
    for number in TOLD:
        signal.signal(number, lambda *_: os._exit(0))
