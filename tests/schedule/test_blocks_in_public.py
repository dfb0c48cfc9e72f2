"""Blocks of lightning talks in public: the minute of each talk, versions, and the calendar of all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.feeds import queries as feeds
from barcamp.schedule import blocks, publishing, queries
from barcamp.schedule.models import Entry
from barcamp.schedule.quiet import QUIET
from barcamp.wall.models import Note
from tests import make, stage
from tests.people import Cast
from tests.schedule.fair import Fair, hold_a_fair, line_up, publish_a_block


@pytest.fixture
def fair(db: Session, camp: Conference, people: Cast) -> Fair:
    return hold_a_fair(db, camp, people)


def _public(db: Session) -> dict[str, tuple[str, str, str, bool, int]]:
    """Title: (state, start, end, whether in a block, sequence) of every entry."""
    db.expire_all()
    zone = make.at("10:00")
    return {
        entry.title: (
            entry.state, str(entry.starts_at - zone), str(entry.ends_at - entry.starts_at),
            entry.block_id is not None, entry.sequence,
        )
        for entry in db.scalars(select(Entry))
    }  # fmt: skip


def test_publishing_says_when_each_talk_begins(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    publish_a_block(store, camp, people.ada, fair)
    assert _public(db) == {
        "Lightning talks": ("on", "0:00:00", "0:50:00", False, 0),
        "Fern": ("on", "0:00:00", "0:05:00", True, 0),
        "Reed": ("on", "0:05:00", "0:05:00", True, 0),
        "Moss": ("on", "0:10:00", "0:05:00", True, 0),
    }
    assert {entry.room for entry in db.scalars(select(Entry))} == {"KEC 1001"}


def test_published_talks_keep_their_order_when_stars_change(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    block = publish_a_block(store, camp, people.ada, fair)
    for number in range(5):
        make.star(db, db.get_one(Note, fair.talks[0].id), make.person(db, f"Late fan {number}"))
    new = make.note(db, camp, people.ada, "Peat", format="lightning", stars=9)
    with store.writing() as writing:
        blocks.put_in(writing, camp, people.ada, writing.get_one(Note, block.id), new.id, now=make.NOW)
    assert line_up(store, camp) == {"Lightning talks": ["Fern", "Reed", "Moss", "Peat"]}


def test_a_line_up_is_public_with_the_next_version_only(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    block = publish_a_block(store, camp, people.ada, fair)
    before, fragment = _public(db), db.get_one(Entry, block.id).fragment
    later = make.NOW + timedelta(minutes=1)
    with store.writing() as writing:
        blocks.take_out(
            writing, camp, people.ada, writing.get_one(Note, block.id), fair.talks[1].id, now=later
        )  # fmt: skip
    assert _public(db) == before
    assert db.get_one(Entry, block.id).fragment == fragment

    stage.publish(store, camp, people.ada, later)
    assert _public(db) == {
        "Lightning talks": ("on", "0:00:00", "0:50:00", False, 0),
        "Fern": ("cancelled", "0:00:00", "0:05:00", True, 1),
        "Reed": ("on", "0:00:00", "0:05:00", True, 1),
        "Moss": ("on", "0:05:00", "0:05:00", True, 1),
    }
    assert db.get_one(Entry, block.id).stamped_at == later
    assert [db.get_one(Entry, talk.id).moved_from for talk in fair.talks] == [None, None, None]


def test_a_withdrawn_talk_is_cancelled_at_once_and_leaves_the_line_up(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    block = publish_a_block(store, camp, people.ada, fair)
    db.get_one(Note, fair.talks[2].id).withdrawn_at = make.NOW
    db.flush()
    with store.writing() as writing:
        publishing.follow(writing, camp, people.dee, notes=[fair.talks[2].id], now=make.NOW)
    assert {title: facts[0] for title, facts in _public(db).items()} == {
        "Lightning talks": "on", "Fern": "on", "Reed": "cancelled", "Moss": "on",
    }  # fmt: skip
    text = _unfolded(db.get_one(Entry, block.id).fragment)
    assert r"10:00 Fern (Cy Reed)\n10:10 Moss (Bo Finch)\n" in text


def test_an_ended_block_is_cancelled_with_the_next_version(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    block = publish_a_block(store, camp, people.ada, fair)
    with store.writing() as writing:
        blocks.end(writing, camp, people.ada, writing.get_one(Note, block.id), now=make.NOW)
    stage.refresh(store, camp)
    assert {title: facts[0] for title, facts in _public(db).items()} == {
        "Lightning talks": "on", "Fern": "on", "Reed": "on", "Moss": "on",
    }  # fmt: skip
    stage.put(store, camp, people.ada, fair.talks[1], fair.slots[2], fair.rooms[1])
    stage.publish(store, camp, people.ada)
    assert _public(db) == {
        "Lightning talks": ("cancelled", "0:00:00", "0:50:00", False, 1),
        "Fern": ("on", "3:00:00", "0:50:00", False, 1),
        "Reed": ("cancelled", "0:05:00", "0:05:00", True, 1),
        "Moss": ("cancelled", "0:10:00", "0:05:00", True, 1),
    }


def test_the_calendar_of_all_has_one_event_for_a_block(
    store: Store, camp: Conference, people: Cast, fair: Fair
) -> None:
    block = publish_a_block(store, camp, people.ada, fair)
    with store.reading() as db:
        fragments = [_unfolded(fragment) for fragment in queries.fragments(db, camp)]
    assert len(fragments) == 1
    assert r"10:00 Fern (Cy Reed)\n10:05 Reed (Dee Moss)\n10:10 Moss (Bo Finch)\n" in fragments[0]
    assert f"/camp/schedule#session-{block.id}" in fragments[0]


def _unfolded(fragment: bytes) -> str:
    return fragment.decode().replace("\r\n ", "")


def test_my_agenda_has_the_talk_at_its_minute_and_not_the_block(
    store: Store, camp: Conference, people: Cast, fair: Fair
) -> None:
    publish_a_block(store, camp, people.ada, fair)
    with store.reading() as db:
        ids = feeds.agenda_ids(db, camp.id, people.dee.id)
        mine = [_unfolded(fragment) for fragment in feeds.agenda_fragments(db, camp.id, ids)]
    assert len(mine) == 1
    assert "SUMMARY:Reed\r\n" in mine[0]
    assert "DTSTART:20261121T180500Z\r\nDTEND:20261121T181000Z\r\n" in mine[0]


def test_where_moves_go_public_by_themselves_so_does_a_line_up(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    block = publish_a_block(store, camp, people.ada, fair, slot=2)
    db.get_one(Conference, camp.id).publishes_live = True
    db.flush()
    with store.writing() as writing:
        here = writing.get_one(Conference, camp.id)
        blocks.take_out(writing, here, people.ada, writing.get_one(Note, block.id), fair.talks[1].id, now=make.NOW)
    db.expire_all()
    assert db.get_one(Conference, camp.id).publish_due_at == make.NOW + QUIET
