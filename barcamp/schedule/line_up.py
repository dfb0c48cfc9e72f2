"""The talks of a lightning block, one after the other: how many fit, and when each begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from barcamp.schedule.draft import Draft, DraftNote


def places_between(starts_at: datetime, ends_at: datetime, talk_minutes: int) -> int:
    """How many talks fit into a stretch of time."""
    return (ends_at - starts_at) // timedelta(minutes=talk_minutes)


def running_order(block: DraftNote, starts_at: datetime, ends_at: datetime) -> Iterator[tuple[DraftNote, datetime]]:
    """The talks that fit, with the time at which each begins. The last ones of a line-up that is too long have none."""
    talk_minutes = block.talk_minutes or 1
    for turn, talk in enumerate(block.line_up[: places_between(starts_at, ends_at, talk_minutes)]):
        yield talk, starts_at + turn * timedelta(minutes=talk_minutes)


def find_span(draft: Draft, block: DraftNote) -> tuple[datetime, datetime] | None:
    """When a block begins and ends in the draft, or None while it has no place."""
    placed = draft.placed.get(block.id)
    if placed is None or placed.slot not in draft.slot_number:
        return None
    return _span(draft, draft.slot_number[placed.slot], block.length)


def find_shortest_span(draft: Draft, length: int) -> tuple[datetime, datetime] | None:
    """The shortest stretch of the day that a block of so many slots may get, or None when no stretch is that long."""
    fitting = [number for number in range(len(draft.slots)) if draft.problem.fits_block(number, length)]
    spans = [span for number in fitting if (span := _span(draft, number, length)) is not None]
    return min(spans, key=lambda span: (span[1] - span[0], span), default=None)


def capacity(draft: Draft, block: DraftNote) -> int:
    """How many talks a block has room for: where it stands, else wherever it may come to stand."""
    span = find_span(draft, block) or find_shortest_span(draft, block.length)
    return 0 if span is None else places_between(*span, block.talk_minutes or 1)


def _span(draft: Draft, first: int, length: int) -> tuple[datetime, datetime] | None:
    last = first + length - 1
    return (draft.slots[first].starts_at, draft.slots[last].ends_at) if last < len(draft.slots) else None
