"""Taking one's data along, and leaving."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.cli import checks
from barcamp.conferences.models import Conference, Role
from barcamp.db import Store
from barcamp.feeds.models import FeedToken
from barcamp.log.models import Change, Head
from barcamp.mail.models import Letter
from barcamp.people.models import Device, Person, SignInCode
from barcamp.registration.models import Registration
from barcamp.schedule.models import Entry
from barcamp.wall.models import CoHost, Comment, Invitation, Look, MergeOffer, Note, Report, Star
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.test_people.rows import points_to
from tests.test_people.test_sign_in import fresh


def a_full_life(db: Session, camp: Conference, people: Cast) -> tuple[Note, Note]:
    """Bo has something in every table."""
    own = make.note(db, camp, people.bo, "How to brew beer", tags=["beer"], copresenters=["Cy Reed"], stars=[people.cy])
    starred = make.note(db, camp, people.ada, "How to kayak", stars=[people.bo, people.cy])
    make.role(db, camp, people.bo, "helper")
    make.registration(db, camp, people.bo, diets=["vegan"], diet_note="no nuts", shirt_size="M")
    db.add(
        FeedToken(
            person_id=people.bo.id, conference_id=camp.id, nonce="n0nce", token_hash=b"h", label="Phone",
            created_at=make.NOW,
        )
    )  # fmt: skip
    for number, sent_at in enumerate((make.NOW, None)):
        db.add(
            Letter(
                kind="welcome", person_id=people.bo.id, to_address="bo.finch@example.org", subject="Welcome",
                text="Hello Bo Finch", message_id=f"m{number}", written_at=make.NOW, due_at=make.NOW, sent_at=sent_at,
            )
        )  # fmt: skip
    db.add(
        SignInCode(
            email="bo.finch@example.org", email_key="bo.finch@example.org", name="", code_hash=b"c", link_hash=b"l",
            next_path="/", created_at=make.NOW, expires_at=make.NOW,
        )
    )  # fmt: skip
    db.flush()
    talk(db, camp, people, own, starred)
    return own, starred


def talk(db: Session, camp: Conference, people: Cast, own: Note, starred: Note) -> None:
    """What Bo said and did on notes."""
    asked = make.comment(db, starred, people.bo, "With paddles?")
    wish = make.note(db, camp, None, "Solar", seeks_host=True, asked_by_id=people.bo.id)
    make.cohost(db, make.note(db, camp, people.cy, "How to sail"), people.bo)
    wish.look_count = starred.look_count = 1
    db.add_all([
        Look(note_id=starred.id, person_id=people.bo.id, kind="want", at=make.NOW),
        Look(note_id=wish.id, person_id=people.cy.id, kind="maybe", at=make.NOW),
        Report(note_id=starred.id, comment_id=asked.id, reporter_id=people.bo.id, reason="ad", at=make.NOW),
        Invitation(
            note_id=own.id, made_by_id=people.bo.id, token_hash=b"i", made_at=make.NOW, expires_at=make.NOW
        ),
        MergeOffer(note_id=own.id, into_id=starred.id, offered_by_id=people.bo.id, offered_at=make.NOW),
    ])  # fmt: skip
    db.flush()


def test_everything_about_a_person_is_in_the_file_and_nothing_of_others(
    client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    a_full_life(db, camp, people)
    client.be(people.bo)
    answer = client.get("/account/export")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-barcamp-data.json"'
    data = json.loads(answer.data)
    at = "2026-11-21T18:00:00+00:00"
    assert data["person"] == {
        "name": "Bo Finch", "email": "bo.finch@example.org", "has_password": False, "created_at": at,
    }  # fmt: skip
    assert data["devices"] == [{"label": "Test", "created_at": at, "seen_at": at}]
    assert data["roles"] == [{"conference": "camp", "kind": "helper"}]
    assert data["stars"] == [{"conference": "camp", "note": "How to kayak", "at": at}]
    [registration] = data["registrations"]
    assert (registration["diets"], registration["diet_note"], registration["meals"]) == (["vegan"], "no nuts", [])
    note, wish = data["notes"]
    assert (note["title"], note["tags"], note["copresenters"]) == ("How to brew beer", ["beer"], ["Cy Reed"])
    assert (note["asked_for"], wish["title"], wish["asked_for"]) == (False, "Solar", True)
    kayak = {"conference": "camp", "note": "How to kayak"}
    assert data["cohosting"] == [{"conference": "camp", "note": "How to sail", "joined_at": at}]
    assert data["looks"] == [{**kayak, "at": at, "kind": "want"}]
    assert data["comments"] == [
        {**kayak, "posted_at": at, "text": "With paddles?", "hidden_at": None, "hidden_reason": ""}
    ]
    assert data["reports"] == [{**kayak, "at": at, "reason": "ad", "settled_at": None}]
    assert [one["note"] for one in data["invitations"]] == ["How to brew beer"]
    assert data["merge_offers"] == [
        {"conference": "camp", "note": "How to brew beer", "into": "How to kayak", "offered_at": at}
    ]
    assert [letter["text"] for letter in data["letters"]] == ["Hello Bo Finch"] * 2
    assert [link["label"] for link in data["calendar_links"]] == ["Phone"]
    assert [change["kind"] for change in data["changes"]] == ["registered"]
    assert ("cy.reed@" in answer.text, "ada.oak@" in answer.text, "n0nce" in answer.text) == (False, False, False)


def test_what_somebody_else_took_up_is_theirs_and_no_count_is_told(
    client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    make.note(db, camp, people.cy, "Words of Cy", asked_by_id=people.bo.id, hidden_at=make.NOW, hidden_reason="no")
    make.note(db, camp, people.bo, "Mine", stars=3)
    data = json.loads(client.be(people.bo).get("/account/export").data)
    assert [(note["title"], "star_count" in note) for note in data["notes"]] == [("Mine", False)]
    assert [list(asked) for asked in data["asked_for"]] == [["conference", "note", "posted_at"]]


def test_erasing_leaves_the_notes_and_nothing_of_the_person(
    client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    own, starred = a_full_life(db, camp, people)
    kept = client.be(people.bo).get_cookie("barcamp_device")
    assert client.get("/account/erase").status_code == 200
    for typed in ("", "yes", "era se", "x" * 10_000):
        assert client.submit("/account/erase", {"word": typed}).status_code == 422
    assert client.submit("/account/erase", {"word": " Erase "}).location == "/"

    db.expire_all()
    erased = db.get_one(Person, people.bo.id)
    assert (erased.name, erased.email, erased.email_key, erased.password_hash) == ("", None, None, None)
    assert erased.erased_at is not None
    assert db.get_one(Note, own.id).author_id is None
    assert (db.get_one(Note, own.id).star_count, db.get_one(Note, starred.id).star_count) == (1, 1)
    assert {star.person_id for star in db.scalars(select(Star))} == {people.cy.id}
    assert points_to(db, erased) == {}
    for table in (Device, SignInCode, FeedToken, Invitation, MergeOffer, Report, CoHost):
        assert db.scalars(select(func.count()).select_from(table)).one() == 0
    assert [(one.author_id, one.text) for one in db.scalars(select(Comment))] == [(None, "With paddles?")]
    assert [look.person_id for look in db.scalars(select(Look))] == [people.cy.id]
    assert [finding for finding in checks.run(db, now=make.NOW) if finding.is_wrong] == []
    assert [(one.text, one.to_address, one.subject) for one in db.scalars(select(Letter))] == [("", "", "")] * 2
    assert [one.given_up_at is None for one in db.scalars(select(Letter).order_by(Letter.id))] == [True, False]
    assert db.scalars(select(Head.revision)).one() == db.scalars(select(func.count(Change.revision))).one()
    assert client.get("/").status_code == 200
    assert kept is not None
    client.set_cookie("barcamp_device", kept.value)
    assert client.get("/account").status_code == 303


def test_the_same_address_can_come_back_as_somebody_new(
    client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    client.be(people.bo).submit("/account/erase", {"word": "erase"})
    again = make.person(db, "Bo Finch")
    assert again.id != people.bo.id


def test_the_last_organizer_of_a_coming_conference_stays(client: Client, db: Session, people: Cast) -> None:
    camp = make.conference(db, people.ada, starts_on=date(2030, 1, 1), ends_on=date(2030, 1, 2))
    make.note(db, camp, people.ada)
    answer = client.be(people.ada).submit("/account/erase", {"word": "erase"})
    assert (answer.status_code, "the only organizer of Otter BarCamp" in answer.text) == (409, True)
    assert client.get("/account").status_code == 200
    assert db.scalars(select(func.count(Role.person_id))).one() == 1

    make.role(db, camp, people.bo)
    assert client.submit("/account/erase", {"word": "erase"}).status_code == 303
    assert db.scalars(select(Role.person_id)).all() == [people.bo.id]


def test_the_organizer_of_a_conference_that_is_over_may_leave(client: Client, db: Session, people: Cast) -> None:
    make.conference(db, people.ada, starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 2))
    assert client.be(people.ada).submit("/account/erase", {"word": "erase"}).status_code == 303


def test_of_the_last_two_organizers_who_leave_at_once_one_stays(
    app: Flask, db: Session, people: Cast, camp: Conference
) -> None:
    camp.ends_on = date(2030, 1, 2)
    make.role(db, camp, people.bo)
    both = [fresh(app).be(who) for who in (people.ada, people.bo)]
    forms = [{"word": "erase", "csrf_token": client.token()} for client in both]
    app.extensions.pop("test_session")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one[0].post("/account/erase", data=one[1]), zip(both, forms, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert db.scalars(select(func.count(Role.person_id))).one() == 1


def test_the_place_of_somebody_erased_goes_to_the_first_who_waits(
    client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    camp.capacity, camp.ends_on = 1, date(2030, 1, 2)
    make.registration(db, camp, people.bo)
    make.registration(db, camp, people.cy, state="waiting")
    client.be(people.bo).submit("/account/erase", {"word": "erase"})
    assert [(one.person_id, one.state) for one in db.scalars(select(Registration))] == [(people.cy.id, "coming")]
    assert [(one.kind, one.to_address) for one in db.scalars(select(Letter))] == [("promoted", "cy.reed@example.org")]


def test_a_published_schedule_follows_a_new_name_and_forgets_the_erased(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    note = make.note(db, camp, people.bo)
    room, slot = make.room(db, camp), make.slot(db, camp)
    stage.put(store, camp, people.ada, note, slot, room)
    stage.publish(store, camp, people.ada)

    def said() -> tuple[str, bool, bool]:
        db.expire_all()
        entry = db.get_one(Entry, note.id)
        return entry.hosts, b"Bo Finch" in entry.fragment, b"Bo Wren" in entry.fragment

    assert said() == ("Bo Finch", True, False)
    client.be(people.bo).submit("/account/name", {"name": "Bo Wren"})
    assert said() == ("Bo Wren", False, True)
    client.submit("/account/erase", {"word": "erase"})
    assert ("Bo" in said()[0], *said()[1:]) == (False, False, False)


def test_the_file_takes_the_same_number_of_questions_for_one_note_and_for_thirty(
    app: Flask, client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    client.be(people.bo)
    counts = []
    for number in (1, 29):
        for place in range(number):
            make.note(db, camp, people.bo, f"Note {number} {place}", tags=["a", "b"], copresenters=["Cy"])
            client.be(people.bo)
        with counted(app) as count:
            client.get("/account/export")
            client.get("/account")
        counts.append(count.statements)
    assert counts[0] == counts[1]


def test_a_letter_to_another_spelling_of_the_address_is_emptied_too(client: Client, db: Session, people: Cast) -> None:
    fresh(client.application).submit("/sign-in", {"email": "BO.Finch@Example.org"})
    client.be(people.bo).submit("/account/erase", {"word": "erase"})
    assert [
        (letter.to_address, letter.text, letter.given_up_at is not None) for letter in db.scalars(select(Letter))
    ] == [("", "", True)]
