"""Telling: who is told what, once, in one letter; and what a letter says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.errors import Refused
from barcamp.log.models import Change
from barcamp.mail.models import Letter
from barcamp.news import telling
from barcamp.news.models import Bulletin, NewsChoice, PushMessage, PushSubscription
from barcamp.people.models import Person
from barcamp.people.routes.erase import erase_everywhere
from barcamp.schedule import affected, untold
from barcamp.schedule.differences import compare
from barcamp.schedule.draft import read
from barcamp.schedule.models import Entry
from barcamp.wall.models import Note, Star
from tests import make, stage
from tests.counting import counted
from tests.news.camps import NOW, QUIET, Told, gather
from tests.people import Cast
from tests.schedule.fair import hold_a_fair, publish_a_block


@pytest.fixture
def told(store: Store, db: Session, camp: Conference, people: Cast) -> Told:
    return gather(store, db, camp, people.ada)


@pytest.fixture
def haiku(told: Told, people: Cast) -> Note:
    """By bo, starred by cy, at 11:00 in KEC 1001; both know."""
    made = make.note(told.db, told.camp, people.bo, stars=[people.cy])
    told.move(made, 0)
    told.forget()
    return made


def choose(told: Told, who: Person, **ways: bool) -> None:
    told.db.add(NewsChoice(person_id=who.id, changed_at=NOW, **ways))
    told.db.flush()


def test_one_letter_each_says_what_was_and_what_is(told: Told, haiku: Note, people: Cast) -> None:
    told.move(haiku, 3, 1)
    assert told.tell(NOW + QUIET - timedelta(seconds=1)) == 0
    assert told.tell() == 1
    letters = told.letters()
    assert [(letter.to_address, letter.subject, letter.person_id) for letter in letters] == [
        (who.email, "Haiku: now 14:00, KEC 1003 (was 11:00, KEC 1001)", who.id) for who in (people.bo, people.cy)
    ]
    assert letters[1].text == (
        "Hello Cy Reed,\n\n"
        "something has changed in your day at Otter BarCamp:\n\n"
        "Haiku: now 14:00, KEC 1003 (was 11:00, KEC 1001)\n\n"
        "Times are those of America/Los Angeles. The file that comes with this letter puts them into your calendar.\n\n"
        "Your day:\nhttp://127.0.0.1:8000/camp/me\n\n"
        "You hear of it because you starred or present it. By letter or otherwise, as you like:\n"
        "http://127.0.0.1:8000/news/choices\n"
    )
    (bulletin,) = told.bulletins()
    (change,) = bulletin.changes.values()
    assert (bulletin.kind, bulletin.readers, bulletin.told_at, list(bulletin.changes)) == (
        "changes", 2, NOW + QUIET, [str(haiku.id)]
    )  # fmt: skip
    assert [(place["starts_at"], place["room"]) for place in (change["was"], change["now"])] == [
        (told.slots[0].starts_at.isoformat(), "KEC 1001"), (told.slots[3].starts_at.isoformat(), "KEC 1003"),
    ]  # fmt: skip
    assert told.inboxes() == [(bulletin.id, who.id, [haiku.id]) for who in (people.bo, people.cy)]
    line = told.db.scalars(select(Change).order_by(Change.revision.desc())).first()
    assert line is not None
    assert (line.kind, line.subject, line.actor_id, line.after) == (
        "news-told", f"news:{bulletin.id}", None, {"sessions": 1, "people": 2}
    )  # fmt: skip
    assert (told.untold(), told.due(), told.tell(NOW + timedelta(hours=1)), len(told.letters())) == ({}, None, 0, 2)


def test_moved_twice_is_told_once_and_there_and_back_never(told: Told, haiku: Note, people: Cast) -> None:
    kites = make.note(told.db, told.camp, people.bo, "Kites", stars=[people.cy])
    told.move(kites, 1)
    told.forget()
    told.move(haiku, 3, 1)
    told.move(kites, 2)
    told.move(kites, 1)
    told.move(haiku, 2)
    assert told.tell(NOW + 2 * QUIET) == 1
    assert set(told.subjects().values()) == {"Haiku: now 13:00, KEC 1001 (was 11:00, KEC 1001)"}


def test_a_clock_that_ran_ahead_and_was_set_back_holds_nothing_up(told: Told, haiku: Note) -> None:
    told.move(haiku, 2, now=NOW)
    told.db.execute(update(Conference).values(news_due_at=NOW + timedelta(days=1)))
    assert (told.tell(NOW), told.tell(NOW)) == (1, 0)
    told.move(haiku, 3, now=NOW)
    told.db.execute(update(Conference).values(news_due_at=NOW + timedelta(minutes=60)))
    assert told.tell(NOW) == 0  # the longest quiet time there can be


def test_cancelled_and_back_and_a_new_place(told: Told, haiku: Note, people: Cast) -> None:
    told.cancel(haiku)
    told.tell()
    assert told.subjects()[str(people.cy.email)] == "Haiku: cancelled (was 11:00, KEC 1001)"
    told.forget()
    told.move(haiku, 1)
    told.tell()
    assert told.subjects()[str(people.cy.email)] == "Haiku: takes place after all: 12:00, KEC 1001"
    told.forget()
    told.move(make.note(told.db, told.camp, people.dee, "Kites"), 2)
    told.tell()
    (letter,) = told.letters()
    assert (letter.subject, letter.text.split("\n\n")[1]) == (
        "Kites: 13:00, KEC 1001", "this is in your day at Otter BarCamp now:"
    )  # fmt: skip


def test_several_changes_are_one_letter_with_those_of_each(told: Told, haiku: Note, people: Cast) -> None:
    kites = make.note(told.db, told.camp, people.dee, "Kites", stars=[people.cy])
    told.move(kites, 1)
    told.forget()
    told.place(haiku, 3)
    told.cancel(kites)
    told.tell()
    assert told.subjects() == {
        str(people.bo.email): "Haiku: now 14:00, KEC 1001 (was 11:00, KEC 1001)",
        str(people.cy.email): "Otter BarCamp: 2 changes in your day",
        str(people.dee.email): "Kites: cancelled (was 12:00, KEC 1001)",
    }
    text = next(letter.text for letter in told.letters() if letter.person_id == people.cy.id)
    assert text.split("\n\n")[1:4] == [
        "some things have changed in your day at Otter BarCamp:",
        "Kites: cancelled (was 12:00, KEC 1001)",  # in the order of the day
        "Haiku: now 14:00, KEC 1001 (was 11:00, KEC 1001)",
    ]


def test_the_first_schedule_is_one_letter_each(told: Told, people: Cast) -> None:
    for number, title in enumerate(("Haiku", "Kites", "Moss")):
        note = make.note(told.db, told.camp, people.bo, title, stars=[people.cy] if number else [people.dee])
        told.place(note, number)
    told.publish()
    told.tell()
    assert told.subjects() == {
        str(people.bo.email): "Otter BarCamp: 3 sessions in your day",
        str(people.cy.email): "Otter BarCamp: 2 sessions in your day",
        str(people.dee.email): "Haiku: 11:00, KEC 1001",
    }


def test_what_runs_at_the_same_time_now_is_named(told: Told, haiku: Note, people: Cast) -> None:
    kites = make.note(told.db, told.camp, people.dee, "Kites", stars=[people.cy])
    make.note(told.db, told.camp, people.dee, "On the wall alone", stars=[people.cy])
    told.move(kites, 3, 1)
    told.forget()
    told.move(haiku, 3)
    told.tell()
    texts = {letter.person_id: letter.text for letter in told.letters()}
    assert ["At the same time as" in texts[one.id] for one in (people.bo, people.cy)] == [False, True]
    assert texts[people.cy.id].split("\n\n")[2] == (
        "Haiku: now 14:00, KEC 1001 (was 11:00, KEC 1001)\nAt the same time as “Kites” in KEC 1003."
    )


def test_the_file_holds_exactly_these_sessions_made_busy(told: Told, haiku: Note, people: Cast) -> None:
    kites = make.note(told.db, told.camp, people.cy, "Kites")
    told.place(kites, 1)
    told.move(haiku, 3)
    told.tell()
    (content,) = told.db.scalars(select(Letter.calendar).where(Letter.person_id == people.bo.id))
    assert content is not None
    sent = Calendar.from_ical(content)
    (event,) = sent.walk("VEVENT")
    assert (str(sent["METHOD"]), str(event["UID"]), event.decoded("DTSTART"), str(event["TRANSP"])) == (
        "PUBLISH", haiku.uid, told.slots[3].starts_at, "OPAQUE"
    )  # fmt: skip
    stored = told.db.scalars(select(Entry.fragment).where(Entry.note_id == haiku.id)).one()
    assert stored.replace(b"TRANSPARENT", b"OPAQUE") in content
    both = Calendar.from_ical(
        told.db.scalars(select(Letter.calendar).where(Letter.person_id == people.cy.id)).one() or b""
    )
    assert [str(one["SUMMARY"]) for one in both.walk("VEVENT")] == ["Kites", "Haiku"]


def test_who_wants_no_letters_and_who_has_no_address(told: Told, haiku: Note, people: Cast) -> None:
    lina = make.walk_in(told.db, "Lina")
    make.star(told.db, haiku, lina)
    make.cohost(told.db, haiku, people.dee)
    choose(told, people.cy, by_mail=False, by_push=True, on_pages=True)
    choose(told, people.dee, by_mail=True, by_push=False, on_pages=True)
    for who in (people.cy, people.cy, people.dee, lina):
        told.db.add(
            PushSubscription(
                person_id=who.id, endpoint=f"https://push.example/{who.id}/{len(told.db.new)}-{id(who)}-{who.name}",
                p256dh="p", auth="a", label="Phone", created_at=NOW,
            )
        )  # fmt: skip
        told.db.flush()
        told.db.execute(update(PushSubscription).values(endpoint=PushSubscription.endpoint + "x"))
    told.move(haiku, 3)
    told.tell()
    assert sorted(told.subjects()) == sorted([str(people.bo.email), str(people.dee.email)])
    assert [who for _bulletin, who, _notes in told.inboxes()] == sorted(
        [people.bo.id, people.cy.id, people.dee.id, lina.id]
    )
    rows = told.db.execute(
        select(PushSubscription.person_id, PushMessage.title, PushMessage.text, PushMessage.path)
        .join(PushMessage, PushMessage.subscription_id == PushSubscription.id)
        .order_by(PushMessage.id)
    ).all()
    words = "Haiku: now 14:00, KEC 1001 (was 11:00, KEC 1001)"
    assert [tuple(row) for row in rows] == [(who.id, words, words, "/camp/me") for who in (people.cy, people.cy, lina)]


def test_nobody_has_it_in_their_day(told: Told, people: Cast) -> None:
    told.move(make.note(told.db, told.camp, None, "Orphan"), 0)
    assert (told.tell(), told.bulletins(), told.untold(), told.due()) == (0, [], {}, None)


def test_a_hidden_one_is_told_to_nobody(told: Told, haiku: Note, people: Cast) -> None:
    kites = make.note(told.db, told.camp, people.dee, "Kites")
    told.place(kites, 1)
    told.move(haiku, 3)
    told.db.execute(update(Note).where(Note.id == haiku.id).values(hidden_at=NOW))
    stage.refresh(told.store, told.camp)
    told.tell()
    assert (list(told.subjects()), list(told.untold())) == ([people.dee.email], [haiku.id])


def test_who_is_erased_meanwhile_is_told_nothing(told: Told, haiku: Note, people: Cast) -> None:
    told.move(haiku, 3)
    with told.store.writing() as db:
        erase_everywhere(db, db.get_one(Person, people.cy.id), now=NOW)
    told.tell()
    assert ([who for _bulletin, who, _notes in told.inboxes()], list(told.subjects())) == (
        [people.bo.id],
        [people.bo.email],
    )


def test_who_is_erased_after_it_gets_no_letter_that_still_waits(told: Told, haiku: Note, people: Cast) -> None:
    told.move(haiku, 3)
    told.tell()
    with told.store.writing() as db:
        erase_everywhere(db, db.get_one(Person, people.cy.id), now=NOW)
    told.db.expire_all()
    rows = told.db.execute(
        select(Letter.to_address, Letter.text, Letter.calendar, Letter.given_up_at).order_by(Letter.id)
    )
    assert [tuple(row)[:1] + tuple(row)[3:] for row in rows.all()][1:] == [("", NOW)]
    assert told.db.scalars(select(Letter.calendar).order_by(Letter.id)).all()[1] is None


def test_two_that_look_at_once_tell_once(told: Told, haiku: Note) -> None:
    told.move(haiku, 3)
    with ThreadPoolExecutor(2) as pool:
        counts = sorted(pool.map(lambda _number: told.tell(), range(2)))
    assert (counts, len(told.bulletins()), len(told.letters())) == ([0, 1], 1, 2)


def test_one_conference_that_cannot_does_not_hold_back_another(told: Told, haiku: Note, people: Cast) -> None:
    other = make.conference(told.db, people.ada, "other")
    theirs = Told(told.store, told.db, other, people.ada, [make.slot(told.db, other)], [make.room(told.db, other)])
    theirs.move(make.note(told.db, other, people.dee, "Knots"), 0)
    told.db.execute(update(Entry).where(Entry.conference_id == other.id).values(fragment=b"broken"))
    told.move(haiku, 3)
    assert (told.tell(), list(told.subjects())) == (1, [people.bo.email, people.cy.email])
    assert list(theirs.untold()) != []


def test_a_talk_in_a_block_is_told_by_itself(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    fair = hold_a_fair(db, camp, people)
    block = publish_a_block(store, camp, people.ada, fair)
    told = Told(store, db, camp, people.ada, fair.slots, fair.rooms)
    told.forget()
    told.move(block, 2, 1)
    preview = preview_of(told)
    told.tell()
    assert told.subjects()[str(people.cy.email)] == "Fern: now 13:00, KEC 1003 (was 10:00, KEC 1001)"
    assert preview.people == 0  # after publishing there is nothing left to publish


def preview_of(told: Told) -> affected.Affected:
    with told.store.reading() as db:
        conference = db.get_one(Conference, told.camp.id)
        return affected.count(db, conference, compare(db, conference, read(db, conference)), now=NOW)


def test_the_preview_counts_exactly_those_who_are_told(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    """Moved, moved back before anybody heard, gone before anybody heard, a block with one talk less, nobody's note."""
    fair = hold_a_fair(db, camp, people)
    told = Told(store, db, camp, people.ada, fair.slots, fair.rooms)
    lina, eve, finn = make.walk_in(db, "Lina"), make.person(db, "Eve"), make.person(db, "Finn")
    haiku = make.note(db, camp, eve, stars=[people.cy])
    told.place(haiku, 1)
    told.place(make.note(db, camp, None, "Orphan"), 1, 1)
    publish_a_block(store, camp, people.ada, fair, 0)
    told.forget()

    kites = make.note(db, camp, finn, "Kites")
    told.place(kites, 2)
    told.move(haiku, 2, 1)
    told.place(haiku, 1)  # where everybody knows it to be
    stage.take_off(store, camp, people.ada, kites)  # which nobody knows of
    moss = fair.talks[0]
    with store.writing() as writing:
        writing.get_one(Note, moss.id).withdrawn_at = NOW
    told.place(make.note(db, camp, people.dee, "Moths", stars=[lina], copresenters=["Zoe"]), 2)
    preview = preview_of(told)
    told.publish()
    told.tell(NOW + 2 * QUIET)
    (bulletin,) = told.bulletins()
    told_of = {who for _bulletin, who, _notes in told.inboxes()}
    fan = db.scalars(select(Star.person_id).where(Star.note_id == moss.id)).one()
    assert told_of == {people.bo.id, fan, people.dee.id, lina.id}
    assert (preview.people, len(preview.with_address)) == (bulletin.readers, len(told.letters())) == (4, 3)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_number_of_statements_for_few_and_for_many(app: Flask, told: Told) -> None:
    counts = []
    for fans, notes in ((1, 1), (30, 6)):
        crowd = [make.person(told.db, f"Crowd {fans} {number}") for number in range(fans)]
        for number in range(notes):
            note = make.note(
                told.db, told.camp, make.person(told.db, f"Host {fans} {number}"), f"N{number}", stars=crowd
            )
            told.place(note, number % 4, number // 4)
        told.publish()
        with counted(app) as asked:
            told.tell()
        counts.append(len(asked.sent))
        print("\n".join(one[:90].replace("\n", " ") for one in asked.sent))
        for note in told.db.scalars(select(Note)):
            stage.take_off(told.store, told.camp, told.who, note)
        told.publish()
        told.forget()
    assert counts[0] == counts[1]


OFF = st.none()
PLACES = st.tuples(st.integers(0, 3), st.integers(0, 1))
STEPS = st.lists(st.one_of(st.just("tell"), st.tuples(st.integers(0, 2), st.one_of(OFF, PLACES))), max_size=12)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whoever_follows_the_news_knows_the_schedule(store: Store, db: Session, people: Cast, steps: list[Any]) -> None:
    number = len(db.scalars(select(Conference.id)).all())
    camp = make.conference(db, people.ada, f"camp-{number}")
    told = gather(store, db, camp, people.ada)
    notes = [make.note(db, camp, people.bo, title, stars=[people.cy]) for title in ("A", "B", "C")]
    known: dict[str, tuple[str, str] | None] = {str(note.id): None for note in notes}
    for minute, step in enumerate([*steps, "tell"]):
        now = NOW + timedelta(minutes=minute)
        if step == "tell":
            told.tell(now + timedelta(days=1))
        else:
            act(told, notes[step[0]], step[1], now)
    for bulletin in db.scalars(select(Bulletin).where(Bulletin.conference_id == camp.id).order_by(Bulletin.id)):
        for note_id, change in bulletin.changes.items():
            assert seen(change["was"]) == known[note_id] != seen(change["now"])
            known[note_id] = seen(change["now"])
    db.expire_all()
    entries = untold.places(db.scalars(select(Entry).where(Entry.conference_id == camp.id)).all())
    assert known == {str(note.id): seen(entries.get(note.id)) for note in notes}


def act(told: Told, note: Note, place: tuple[int, int] | None, now: datetime) -> None:
    """Do it, unless the place is taken or there is nothing to do."""
    with suppress(Refused):
        if place is None:
            told.cancel(note, now=now)
        else:
            told.move(note, *place, now=now)


def seen(place: Any) -> tuple[str, str] | None:
    """What somebody who goes there knows."""
    return None if place is None or place["state"] != "on" else (place["starts_at"], place["room"])


def test_what_is_next(told: Told, haiku: Note) -> None:
    assert telling.find_next_due(told.store) is None
    told.move(haiku, 3)
    assert telling.find_next_due(told.store) == NOW + QUIET
