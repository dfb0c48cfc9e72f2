"""The whole venue into another zone: what the clock on the wall says stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import NoSuchTime
from barcamp.db import Store
from barcamp.venue import queries, service
from barcamp.venue.errors import SlotsDoNotFit
from tests import make
from tests.people import Cast
from tests.venue import read


def change_zone(store: Store, camp: Conference, zone: str) -> None:
    with store.writing() as db:
        service.change_zone(db, camp, None, zone, now=make.NOW)


def test_ten_o_clock_stays_ten_o_clock(store: Store, camp: Conference, db: Session) -> None:
    for hour in range(10, 16):  # back to back, so that each takes the instant of a neighbour on the way
        make.slot(db, camp, f"{hour}:00", 60)
    room = make.room(db, camp)
    with store.writing() as writing:
        found = queries.find_room(writing, camp, room.id)
        assert found is not None
        service.close_room(writing, camp, None, found, make.at("12:00"), make.at("13:00"), now=make.NOW)
    before = [span for span, _kind, _name in read.slots(db)]
    for zone in ("America/Denver", "Asia/Kathmandu"):
        change_zone(store, camp, zone)
        db.expire_all()
        assert [span for span, _kind, _name in read.slots(db, zone)] == before
        camp.zone = zone
    (kept,) = queries.find_room(db, camp, room.id).closures  # type: ignore[union-attr]
    assert kept.starts_at == datetime(2026, 11, 21, 6, 15, tzinfo=UTC)
    assert [kind for kind, _subject in read.log(db)] == ["room-closed", "slots-rezoned", "slots-rezoned"]


def test_nothing_to_move_writes_nothing(store: Store, camp: Conference, db: Session) -> None:
    change_zone(store, camp, "Europe/Berlin")
    assert read.log(db) == []


def test_a_time_that_the_new_zone_skips_is_refused_and_nothing_moves(store: Store, people: Cast, db: Session) -> None:
    night = date(2026, 3, 29)
    camp = make.conference(db, people.ada, "night", starts_on=night, ends_on=night)
    make.slot(db, camp, "10:00", day=night)
    make.slot(db, camp, "02:30", day=night)
    before = read.slots(db)
    with pytest.raises(NoSuchTime):
        change_zone(store, camp, "Europe/Berlin")
    db.expire_all()
    assert (read.slots(db), read.log(db)) == (before, [])


def test_slots_that_would_come_to_overlap_are_refused(store: Store, people: Cast, db: Session) -> None:
    night = date(2026, 10, 31)  # the clocks go back at 02:00 on the 1st, only where there is summer time
    camp = make.conference(db, people.ada, "night", starts_on=night, ends_on=night)
    first = make.slot(db, camp, "01:00", 60, day=date(2026, 11, 1))
    second = make.slot(db, camp, "01:00", 60, day=date(2026, 11, 1) - timedelta(days=1))
    second.starts_at, second.ends_at = first.ends_at, first.ends_at + timedelta(hours=1)
    db.flush()
    with pytest.raises(SlotsDoNotFit):
        change_zone(store, camp, "America/Phoenix")
