"""How often something is told: at once after quiet, and no more than some times a second in a storm."""

from __future__ import annotations

import threading
import time
from typing import cast

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.live import channel
from barcamp.notify import Teller
from tests import make
from tests.conftest import Client
from tests.live.conftest import Write, star
from tests.live.listen import events, listen
from tests.people import Cast

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_ten_stars_at_once_are_few_frames(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    note = make.note(db, camp, people.bo)
    fans = [make.person(db, f"Fan {number}") for number in range(10)]
    listener = listen(client)
    threads = [threading.Thread(target=star, args=(store, camp, note, fan)) for fan in fans]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - began  # "at once" takes a while where others keep the machine busy
    listener.wait(lambda one: one.counts[-1] == {str(note.id): 10})
    assert listener.counts[0] == {str(note.id): 0}
    assert len(listener.counts[1:]) <= 2 + spent / channel.COUNTS_PAUSE


def test_after_quiet_a_change_is_told_at_once(
    client: Client, camp: Conference, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "LINES_PAUSE", 600.0)
    listener = listen(client)
    write()
    listener.wait(lambda one: one.ids == [1])


def test_a_storm_of_changes_comes_in_few_pieces(client: Client, camp: Conference, write: Write) -> None:
    listener = listen(client)
    before, began = len(listener.pieces), time.monotonic()
    write(times=25)
    while time.monotonic() < began + 0.5:
        write()
    listener.wait(lambda one: bool(one.ids) and not _is_more(one.ids, client))
    pieces = len(listener.pieces) - before
    assert listener.ids == list(range(1, len(listener.ids) + 1))
    assert pieces <= (time.monotonic() - began) / channel.LINES_PAUSE + 2


def _is_more(ids: list[int], client: Client) -> bool:
    told = client.get("/camp/changes").json
    assert told is not None
    return bool(told["revision"] > ids[-1])


def test_only_counts_that_moved_are_told(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    first, second = make.note(db, camp, people.bo, stars=1), make.note(db, camp, people.bo, "Kayak")
    listener = listen(client)
    star(store, camp, second, people.cy)
    listener.wait(lambda one: len(one.counts) == 2)
    assert listener.counts == [{str(first.id): 1, str(second.id): 0}, {str(second.id): 1}]


@ON_SQLITE
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=some.lists(some.integers(-3, 4), max_size=12))
def test_whoever_comes_again_hears_each_line_once_and_in_order(
    client: Client, camp: Conference, write: Write, story: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A story: a positive number is so many new lines, another one a listener that goes and comes again after having
    read so many pieces of what there is (none, one, two, three).
    """
    monkeypatch.setattr(channel, "LINES_PAUSE", 0.0)
    told = client.get("/camp/changes").json
    assert told is not None
    first = newest = last = told["revision"]
    heard: list[int] = []
    for step in story:
        if step > 0:
            write(times=step)
            newest += step
            continue
        heard += some_pieces(client, last, newest, -step)
        last = (heard or [first])[-1]
    whole = listen(client, Last_Event_ID=str(last)) if last < newest else None
    if whole is not None:
        heard += whole.wait(lambda one: bool(one.ids) and one.ids[-1] == newest).ids
    assert heard == list(range(first + 1, newest + 1))


def some_pieces(client: Client, last: int, newest: int, most: int) -> list[int]:
    """The lines in the first pieces of a stream that is then let go."""
    raw, found = b"", list[int]()
    with client.get("/camp/live", headers={"Last-Event-ID": str(last)}) as answer:
        for number, piece in enumerate(answer.iter_encoded()):
            raw += piece
            found = [revision for revision, _ in events(raw) if revision is not None]
            if number >= most or [last, *found][-1] == newest:
                break
    return found


def test_a_failure_that_nobody_expected_does_not_silence_a_process() -> None:
    teller = Teller(lambda: cast(Engine, None))
    for _ in range(2):
        with pytest.raises(AttributeError):
            teller.tell()
        teller._told_at = float("-inf")  # as long after it as may be
