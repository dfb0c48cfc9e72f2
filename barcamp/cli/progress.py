"""How far a command is: a bar with rate and time left on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from barcamp.backup.telling import Step, Tell

#: Seconds between two lines where nobody watches; what takes less has one.
SECONDS_A_LINE = 5.0


@contextmanager
def shown(clock: Callable[[], float] = time.monotonic) -> Iterator[Tell]:
    """What to call with each step (`telling.Tell`)."""
    teller = _Bars(clock) if sys.stderr.isatty() else _Lines(clock)
    try:
        yield teller.tell
    finally:
        teller.end()


class _Bars:
    """A bar a step, by click, which reckons the time left; the rate stands behind it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self.step = clock, None
        self.bar: Any = None
        self.began = 0.0

    step: Step | None

    def tell(self, step: Step, done: int, whole: int) -> None:
        if step != self.step:
            self.end()
            self.step, self.began = step, self.clock()
            self.bar = click.progressbar(
                length=max(whole, 1), label=f"{step.words:<30}", file=sys.stderr, item_show_func=lambda item: item
            )
            self.bar.__enter__()
        rate = self.bar.pos and done / max(self.clock() - self.began, 1e-3)
        self.bar.length = max(whole, 1)
        self.bar.update(max(0, done - self.bar.pos), _rate(step, rate) if rate else None)

    def end(self) -> None:
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
        self.bar = self.step = None


class _Lines:
    """A line when a step begins, and one now and then while it lasts."""

    step: Step | None

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self.step = clock, None
        self.began = self.said = 0.0

    def tell(self, step: Step, done: int, whole: int) -> None:
        now = self.clock()
        if step != self.step:
            self.step, self.began, self.said = step, now, now
            click.echo(f"{step.words} ({_amount(step, whole)}) ...")
        elif now - self.said >= SECONDS_A_LINE and 0 < done < whole:
            self.said = now
            rate = done / (now - self.began)
            click.echo(f"  {100 * done // whole} %, {_rate(step, rate)}, {(whole - done) / rate:.0f} s left")

    def end(self) -> None:
        self.step = None


def _amount(step: Step, whole: int) -> str:
    return f"{whole:,} rows" if step.unit == "rows" else f"{whole / 1_000_000:.1f} MB"


def _rate(step: Step, rate: float) -> str:
    return f"{rate:,.0f} rows/s" if step.unit == "rows" else f"{rate / 1_000_000:.1f} MB/s"
