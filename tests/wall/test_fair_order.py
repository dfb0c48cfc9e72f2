"""In what order the notes hang: fair while stars are given, by corrected stars after, and what else one can choose."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.conferences.models import Conference
from barcamp.schedule.draft import read as read_draft
from barcamp.wall import queries
from barcamp.wall.models import Look, Note, Star
from barcamp.wall.queries import Wanted
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.wall import read

WALL = "/camp/wall"


def ago(minutes: int) -> Any:
    return make.NOW - timedelta(minutes=minutes)


class TestFairOrder:
    """The usual order while stars are given: the newest few, then a shuffled order of the viewer's own."""

    @pytest.fixture(autouse=True)
    def _full_wall(self, db: Session, camp: Conference, people: Cast) -> None:
        """Sixteen new notes, one a minute, and twenty of this morning."""
        for age in (*range(16), *range(40, 60)):
            make.note(db, camp, people.bo, f"{age} minutes old", posted_at=ago(age))

    @staticmethod
    def ages(answer: TestResponse) -> list[int]:
        return [int(title.split()[0]) for title in read.titles(answer)]

    def test_the_newest_few_hang_first_and_all_others_are_mixed(self, client: Client, people: Cast) -> None:
        ages = self.ages(client.be(people.cy).get(WALL))
        assert ages[:12] == list(range(12))
        assert sorted(ages[12:]) == [*range(12, 16), *range(40, 60)] != ages[12:]

    def test_it_stays_the_same_for_one_person_whatever_others_do(
        self, client: Client, db: Session, camp: Conference, people: Cast, clock: time_machine.Traveller
    ) -> None:
        first = self.ages(client.be(people.cy).get(WALL))
        clock.move_to(make.NOW + timedelta(hours=2))
        loved = queries.wanted_ids(db, camp, None, Wanted(sort="new"), sees_counts=True, now=make.NOW)[-1]
        make.star(db, db.get_one(Note, loved), people.dee)
        again = self.ages(client.be(people.cy).get(WALL))
        assert [age for age in again if age >= 12] == first[12:]

    def test_everybody_has_another_and_each_day_another(self, db: Session, camp: Conference, people: Cast) -> None:
        def order(person_id: int | None, now: datetime) -> list[int]:
            return queries.wanted_ids(db, camp, person_id, Wanted(), sees_counts=True, now=now)

        later = [make.NOW + timedelta(hours=hours) for hours in (2, 3, 26)]
        bo, cy = ([order(person.id, now) for now in later] for person in (people.bo, people.cy))
        guest = [order(None, now) for now in later]
        assert (bo[0], cy[0]) == (bo[1], cy[1])  # within a day
        assert len({tuple(order) for order in (bo[0], cy[0], bo[2], cy[2], *guest)}) == 7

    def test_over_many_people_every_note_is_near_the_top_for_some(self, db: Session, camp: Conference) -> None:
        later = make.NOW + timedelta(hours=2)
        tops = [
            queries.wanted_ids(db, camp, person_id, Wanted(), sees_counts=True, now=later)[:6]
            for person_id in range(60)
        ]
        times = Counter(note_id for top in tops for note_id in top)
        assert (len(times), min(times.values()) >= 3, max(times.values()) <= 20) == (36, True, True)

    def test_all_of_one_persons_come_newest_first(self, client: Client, people: Cast) -> None:
        assert self.ages(client.be(people.bo).get(WALL + "?mine=1")) == [*range(16), *range(40, 60)]


class TestMostStarred:
    """Late notes stand where the stars they would have had put them; the number on them is what they have."""

    @pytest.fixture(autouse=True)
    def _late(self, db: Session, camp: Conference, people: Cast) -> None:
        crowd = [make.person(db, f"Fan {number}") for number in range(40)]
        early = make.note(db, camp, people.bo, "Early", posted_at=ago(60))
        small = make.note(db, camp, people.bo, "Small", posted_at=ago(60))
        late = make.note(db, camp, people.bo, "Late", posted_at=ago(10))
        for note, fans, age in ((early, crowd[:30], 50), (early, crowd[30:32], 5), (small, crowd[:12], 50)):
            for fan in fans:
                make.star(db, note, fan).at = ago(age)
        for fan in crowd[:10]:
            make.star(db, late, fan).at = ago(5)
        db.flush()

    def test_the_order_is_corrected_and_the_numbers_are_not(self, client: Client) -> None:
        answer = client.get(WALL + "?sort=stars")
        # 54 stars, 12 of them since Late went up, 3 notes: its 10 count for 10 * (54 + 30) / (12 + 30) = 20.
        assert list(read.counts(answer).items()) == [("Early", "32"), ("Late", "10"), ("Small", "12")]
        assert "A late note stands where" in read.words(read.page(answer).select_one(".wall-count"))

    def test_the_factors_by_hand(self, db: Session, camp: Conference, people: Cast) -> None:
        ids = {note.title: note.id for note in db.scalars(select(Note))}
        assert queries.late_factors(db, camp) == {ids["Early"]: 1.0, ids["Small"]: 1.0, ids["Late"]: 2.0}

    def test_the_board_and_the_solver_go_by_them(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        make.slot(db, camp)
        make.room(db, camp)
        tray = read.page(client.be(people.ada).get("/camp/board")).select(".tray li")
        told = [(read.words(card.select_one(".cell-title")), "about 20 stars" in read.words(card)) for card in tray]
        assert told == [("Early", False), ("Late", True), ("Small", False)]
        factors = {note.title: note.late_factor for note in read_draft(db, camp).notes}
        assert factors == {"Early": 1.0, "Small": 1.0, "Late": 2.0}
        items = read_draft(db, camp).problem.items
        assert [item.late_factor for item in items] == list(factors.values())

    def test_stars_that_a_merge_brought_are_corrected_for_the_note_they_were_given_to(
        self, db: Session, camp: Conference, people: Cast
    ) -> None:
        """Small is merged into Late: its 12 early stars are no late ones (2 fans are of both, so 10 came along)."""
        notes = {note.title: note for note in db.scalars(select(Note))}
        small, late = notes["Small"], notes["Late"]
        fans = db.scalars(select(Star.person_id).where(Star.note_id == small.id).order_by(Star.person_id)).all()
        for fan in fans[10:]:
            db.add(Star(note_id=late.id, person_id=fan, at=ago(50), from_note_id=small.id))
        late.star_count, small.merged_at, small.merged_into_id = 12, make.NOW, late.id
        db.flush()
        # 44 stars on two notes; 12 since Late went up: (44 + 20) / (12 + 20) = 2 for ten of its own, 1 for two early.
        assert queries.late_factors(db, camp) == {notes["Early"].id: 1.0, late.id: 22 / 12}


def test_least_seen_first_counts_looks_and_stars_but_not_for_whom_counts_are_hidden(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    for title, stars, looks in (("Kayaks", 2, 1), ("Beer", 3, 0), ("Chickens", 1, 4)):
        make.note(db, camp, people.bo, title, stars=stars, look_count=looks)
    asked = WALL + "?sort=seen"
    assert read.titles(client.be(people.dee).get(asked)) == ["Kayaks", "Beer", "Chickens"]  # seen by 2, 3 and 4
    camp.stars_shown = "never"
    db.flush()
    assert read.titles(client.get(asked)) == ["Beer", "Kayaks", "Chickens"]  # 0, 1 and 4 looks
    assert read.titles(client.be(people.ada).get(asked)) == ["Kayaks", "Beer", "Chickens"]


def test_my_maybes_are_mine_and_wait_for_a_star(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    notes = [make.note(db, camp, people.bo, title) for title in ("Kayaks", "Beer", "Skipped")]
    for note, kind in zip(notes, ("maybe", "maybe", "skip"), strict=True):
        db.add(Look(note_id=note.id, person_id=people.cy.id, kind=kind, at=make.NOW))
    db.flush()
    asked = WALL + "?maybe=1"
    assert sorted(read.titles(client.be(people.cy).get(asked))) == ["Beer", "Kayaks"]
    assert "My maybes" in [read.words(chip) for chip in read.page(client.get(WALL)).select(".chip")]
    make.star(db, notes[0], people.cy)
    assert read.titles(client.get(asked)) == ["Beer"]
    assert read.titles(client.be(people.dee).get(asked)) == []
    assert "My maybes" not in [read.words(chip) for chip in read.page(client.get(WALL)).select(".chip")]
    assert len(read.titles(client.be(None).get(asked))) == 3  # a guest has none, so it is not asked
