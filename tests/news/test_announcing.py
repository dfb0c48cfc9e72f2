"""What organizers say: to everybody, to a room, to a session's people; and how people choose to hear."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.news import queries, service
from barcamp.news.errors import NoSuchAudience, NothingSaid, TooManyAnnouncements
from barcamp.news.models import Audience, Bulletin, News, NewsChoice
from barcamp.people.models import Person
from barcamp.wall.models import Note
from barcamp.web.clock import utcnow
from tests import make
from tests.news.camps import NOW, Told, gather
from tests.people import Cast


@pytest.fixture
def told(store: Store, db: Session, camp: Conference, people: Cast) -> Told:
    return gather(store, db, camp, people.ada)


def say(
    told: Told, audience: Audience = "everybody", audience_id: int | None = None,
    *, title: str = "Lunch is late", text: str = "Half an hour.", now: datetime = NOW,
) -> int:  # fmt: skip
    with told.store.writing() as db:
        camp = db.get_one(Conference, told.camp.id)
        return service.announce(db, camp, told.who, title, text, audience, audience_id, now=now).id


def heard(told: Told, bulletin_id: int) -> set[int]:
    return set(told.db.scalars(select(News.person_id).where(News.bulletin_id == bulletin_id)))


def test_everybody_is_who_is_registered_or_has_something_in_their_day(told: Told, people: Cast) -> None:
    waiting, gone, fan = (make.person(told.db, name) for name in ("Wim", "Gus", "Fay"))
    make.registration(told.db, told.camp, people.cy)
    make.registration(told.db, told.camp, waiting, state="waiting")
    make.registration(told.db, told.camp, gone, state="cancelled")
    shared = make.note(told.db, told.camp, people.bo, stars=[fan, people.cy])
    make.cohost(told.db, shared, people.dee)
    other = make.conference(told.db, people.ada, "other")
    make.note(told.db, other, make.person(told.db, "Elsewhere"), stars=1)
    bulletin_id = say(told)
    assert heard(told, bulletin_id) == {people.bo.id, people.cy.id, people.dee.id, waiting.id, fan.id}
    letter = told.letters("announcement")[0]
    assert (letter.subject, letter.text) == (
        "Otter BarCamp: Lunch is late",
        (
            "Hello Bo Finch,\n\nLunch is late\n\nHalf an hour.\n\n"
            "This is from the organizers of Otter BarCamp:\nhttp://127.0.0.1:8000/camp/\n\n"
            "By letter or otherwise, hear as you like:\nhttp://127.0.0.1:8000/news/choices\n"
        ),
    )
    assert len(told.letters("announcement")) == 5
    line = told.db.scalars(select(Change).order_by(Change.revision.desc())).first()
    assert line is not None
    assert (line.kind, line.subject, line.actor_id, line.after) == (
        "announced", f"news:{bulletin_id}", people.ada.id, {"audience": "everybody", "people": 5}
    )  # fmt: skip


def test_a_room_is_who_has_something_there_still_to_come_today(told: Told, people: Cast) -> None:
    authors = [make.person(told.db, f"Author {number}") for number in range(4)]
    notes = [make.note(told.db, told.camp, who, f"N{number}", stars=1) for number, who in enumerate(authors)]
    fans = [
        fan for (fan,) in told.db.execute(select(Person.id).where(Person.name.startswith("Fan")).order_by(Person.id))
    ]
    for number, note in enumerate(notes):
        told.place(note, number, 1 if number == 3 else 0)
    told.publish()
    told.cancel(notes[2])
    now = make.at("11:30")  # the first runs, the third is off, the fourth is in another room
    with told.store.reading() as db:
        reach = service.reach(db, told.camp, "room", told.rooms[0].id, now=now)
    bulletin_id = say(told, "room", told.rooms[0].id, now=now)
    assert heard(told, bulletin_id) == {authors[0].id, authors[1].id, fans[0], fans[1]}
    assert (reach.people, reach.letters) == (4, 4)
    late = say(told, "room", told.rooms[0].id, now=make.at("11:50"))
    assert heard(told, late) == {authors[1].id, fans[1]}
    assert heard(told, say(told, "room", told.rooms[0].id, now=make.at("08:00") - timedelta(days=1))) == set()


def test_a_session_is_its_fans_and_hosts(told: Told, people: Cast) -> None:
    note = make.note(told.db, told.camp, people.bo, stars=[people.cy])
    lina = make.walk_in(told.db, "Lina")
    make.star(told.db, note, lina)
    with told.store.reading() as db:
        assert service.reach(db, told.camp, "session", note.id, now=NOW) == service.Reach(people=3, letters=2)
    assert heard(told, say(told, "session", note.id)) == {people.bo.id, people.cy.id, lina.id}


def test_what_is_not_of_the_conference_is_no_audience(told: Told, people: Cast) -> None:
    other = make.conference(told.db, people.ada, "other")
    theirs, room = make.note(told.db, other, people.bo), make.room(told.db, other)
    hidden = make.note(told.db, told.camp, people.bo, hidden_at=NOW)
    cases: list[tuple[Audience, int | None]] = [
        ("session", theirs.id), ("session", hidden.id), ("session", None), ("session", 0), ("room", room.id),
        ("room", None), ("room", 2**62),
    ]  # fmt: skip
    for audience, audience_id in cases:
        with pytest.raises(NoSuchAudience):
            say(told, audience, audience_id)
    with pytest.raises(NothingSaid):
        say(told, title="\u200b ", text="\x00\n")
    assert told.bulletins() == []


def test_ten_an_hour(told: Told, people: Cast) -> None:
    other = make.conference(told.db, people.ada, "other")
    for minute in range(10):
        say(told, now=NOW + timedelta(minutes=minute))
    with pytest.raises(TooManyAnnouncements) as refused:
        say(told, now=NOW + timedelta(minutes=50))
    assert refused.value.retry_after == 600
    with told.store.writing() as db:
        service.announce(db, db.get_one(Conference, other.id), people.ada, "Hi", "", "everybody", now=NOW)
    say(told, now=NOW + timedelta(minutes=60))
    assert len(told.bulletins()) == 12


def test_two_at_once_do_not_pass_the_limit_together(told: Told) -> None:
    for _number in range(9):
        say(told)

    def one_more(_number: int) -> bool:
        try:
            say(told)
        except TooManyAnnouncements:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(one_more, range(3))) == [False, False, True]


def test_the_other_half_of_a_double_click_sees_the_first(app: Flask, told: Told, people: Cast) -> None:
    page, said = "/camp/organize/news", {"to": "everybody", "title": "Lunch", "text": "Now.", "sure": "1"}
    other = app.test_client()
    other.be(people.ada).get(page)  # type: ignore[attr-defined]
    with ThreadPoolExecutor(1) as pool:
        with told.store.writing() as db:
            camp = db.get_one(Conference, told.camp.id)
            service.announce(db, camp, told.who, "Lunch", "Now.", "everybody", now=utcnow())
            answer = pool.submit(other.submit, page, said)  # type: ignore[attr-defined]
            time.sleep(0.5)  # for it to come as far as it can
        assert answer.result().status_code == 303
    assert [one.title for one in told.bulletins()] == ["Lunch"]


def test_who_wants_no_letters_reads_it_in_their_inbox(told: Told, people: Cast) -> None:
    note = make.note(told.db, told.camp, people.bo, stars=[people.cy])
    with told.store.writing() as db:
        service.choose(db, db.get_one(Person, people.cy.id), False, True, True, now=NOW)
    first, second = say(told, "session", note.id), say(told, "session", note.id, title="Again")
    assert [letter.person_id for letter in told.letters("announcement")] == [people.bo.id] * 2
    with told.store.reading() as db:
        assert [one.bulletin.title for one in queries.unread(db, people.cy.id)] == ["Again", "Lunch is late"]
        assert [one.bulletin_id for one in queries.inbox(db, people.cy.id, limit=1, offset=1)] == [first]
    with told.store.writing() as db:
        service.mark_read(db, people.cy.id, [second], now=NOW)
    with told.store.writing() as db:
        service.mark_read(db, people.cy.id, None, now=NOW + timedelta(hours=1))
    rows = told.db.execute(select(News.bulletin_id, News.read_at).where(News.person_id == people.cy.id)).all()
    assert {tuple(row) for row in rows} == {(first, NOW + timedelta(hours=1)), (second, NOW)}
    with told.store.reading() as db:
        assert (queries.count_unread(db, people.cy.id), queries.count_unread(db, people.bo.id)) == (0, 2)


def test_choosing_again_and_by_two_hands_at_once(told: Told, people: Cast) -> None:
    def choose(number: int) -> None:
        with told.store.writing() as db:
            service.choose(db, db.get_one(Person, people.bo.id), bool(number % 2), False, True, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(choose, range(4)))
    (choice,) = told.db.scalars(select(NewsChoice))
    assert (choice.by_push, choice.on_pages) == (False, True)
    told.db.execute(update(Person).where(Person.id == people.bo.id).values(erased_at=NOW, name="", email=None))
    told.db.execute(NewsChoice.__table__.delete())  # type: ignore[attr-defined]
    choose(1)
    assert told.db.scalars(select(NewsChoice)).all() == []


def test_long_words_are_cut_and_odd_ones_cleaned(told: Told) -> None:
    say(told, title="x\r\nX-Evil: 1 " + "y" * 500, text="a\x00b" + "z" * 9000)
    (bulletin,) = told.db.scalars(select(Bulletin))
    assert (bulletin.title[:12], len(bulletin.title), bulletin.text[:3], len(bulletin.text)) == (
        "x X-Evil: 1 ", 100, "abz", 1500
    )  # fmt: skip


def test_a_note_without_a_place_can_be_spoken_of(told: Told, people: Cast) -> None:
    note = make.note(told.db, told.camp, people.bo)
    assert isinstance(note, Note)
    assert heard(told, say(told, "session", note.id)) == {people.bo.id}
