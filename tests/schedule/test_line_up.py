"""How many talks a stretch of time holds, and when each begins."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.schedule.draft_notes import DraftNote
from barcamp.schedule.line_up import places_between, running_order
from tests import make

START = make.at("11:00")


def note(number: int, **given: object) -> DraftNote:
    plain: dict[str, object] = {
        "id": number, "title": f"Talk {number}", "hosts": (), "people": (), "format": "lightning", "length": 1,
        "needs": frozenset(), "wanted_slot_id": None, "wanted_room_id": None, "away": frozenset(), "tags": (),
        "stars": 0, "late_factor": 1.0,
    }  # fmt: skip
    return DraftNote(**plain | given)  # type: ignore[arg-type]


@settings(max_examples=60)
@given(count=st.integers(0, 40), talk_minutes=st.integers(3, 15), minutes=st.integers(1, 240))
def test_talks_follow_on_from_the_start_and_end_with_the_block(count: int, talk_minutes: int, minutes: int) -> None:
    block = note(0, talk_minutes=talk_minutes, line_up=tuple(note(number) for number in range(1, count + 1)))
    ends = START + timedelta(minutes=minutes)
    turns = list(running_order(block, START, ends))
    fitting = min(count, minutes // talk_minutes)
    assert places_between(START, ends, talk_minutes) == minutes // talk_minutes
    assert [talk.id for talk, _starts_at in turns] == list(range(1, fitting + 1))
    assert [starts_at for _talk, starts_at in turns] == [
        START + timedelta(minutes=talk_minutes * turn) for turn in range(fitting)
    ]
    assert all(starts_at + timedelta(minutes=talk_minutes) <= ends for _talk, starts_at in turns)
