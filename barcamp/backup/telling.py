"""How far a long piece of work is: a step in words, how much is done, of how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the work, told in bytes or in rows."""

    words: str
    unit: Literal["bytes", "rows"] = "bytes"


COPYING = Step("Copying the database")
PACKING = Step("Packing it into one file")
READING_BACK = Step("Reading the file back")
UNPACKING = Step("Unpacking the file")
KEEPING = Step("Keeping the present database")
PUTTING_IN = Step("Putting it into its place")
CARRYING = Step("Carrying the rows over", "rows")
COMPARING = Step("Comparing them on both sides", "rows")

#: Called with the step, what is done and the whole; the whole may be a guess, and what is done never exceeds it.
Tell = Callable[[Step, int, int], object]


def silent(_step: Step, _done: int, _whole: int) -> None:
    """Nobody looks."""


def told(chunks: Iterable[bytes], tell: Tell, step: Step, whole: int) -> Iterator[bytes]:
    """The same chunks, each told as it goes by; at the end the whole is what there was."""
    done = 0
    tell(step, 0, whole)
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        tell(step, min(done, whole), whole)
    tell(step, whole, whole)
