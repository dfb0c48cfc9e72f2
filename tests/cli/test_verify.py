"""`verify`: each thing that can be off is found, said in one line, and makes the command fail; nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.timetable.solve import solve
from barcamp.db import Store
from barcamp.log.models import Change, Head
from barcamp.mail.models import Letter
from barcamp.people.models import Person
from barcamp.registration.models import Registration
from barcamp.schedule import draft, publishing, service
from barcamp.schedule.models import Cell, Entry, Placement, Publication, Version
from barcamp.venue.models import Closure
from barcamp.wall.models import Note, Star
from tests import make
from tests.cli.conftest import Run, Said
from tests.people import Cast


@pytest.fixture
def beaver(db: Session, store: Store, people: Cast) -> Conference:
    """A small conference with two places, both taken, and two notes, arranged and published."""
    camp = make.conference(db, people.ada, "beaver", capacity=2)
    for clock in ("11:00", "12:00", "13:00"):
        make.slot(db, camp, clock)
    make.room(db, camp)
    make.note(db, camp, people.bo, "How to kayak", stars=2)
    make.note(db, camp, people.cy, "How to brew beer", length=2)
    for person in (people.bo, people.cy):
        make.registration(db, camp, person)
    read = draft.read(db, camp)
    with store.writing() as writing:
        service.arrange(writing, camp, people.ada, read, solve(read.problem, seed=1), seen=0, now=make.NOW)
        publishing.publish(writing, camp, people.ada, now=make.NOW)
    return camp


def wrong(said: Said) -> list[str]:
    assert said.status == (1 if any(line.startswith("WRONG") for line in said.lines) else 0)
    return [line for line in said.lines if line.startswith("WRONG")]


def a_note(db: Session, beaver: Conference, title: str = "How to kayak") -> Note:
    return db.query(Note).filter_by(conference_id=beaver.id, title=title).one()


def test_a_sound_site_is_clean(run: Run, beaver: Conference) -> None:
    said = run("verify")
    assert (said.status, len(said.lines)) == (0, 1)
    assert said.lines[0].endswith("stars checked, nothing wrong.")


def test_an_empty_site_is_clean(run: Run) -> None:
    assert run("verify").lines == ["0 conferences, 0 notes, 0 people and 0 stars checked, nothing wrong."]


def test_a_wrong_star_count(db: Session, run: Run, beaver: Conference) -> None:
    note = a_note(db, beaver)
    stars = note.star_count
    db.execute(update(Note).where(Note.id == note.id).values(star_count=stars + 1))
    assert wrong(run("verify")) == [f"WRONG: Note {note.id} shows {stars + 1} stars and has {stars}."]


def test_a_star_of_the_notes_own_author(db: Session, run: Run, beaver: Conference) -> None:
    note = a_note(db, beaver)
    db.add(Star(note_id=note.id, person_id=note.author_id, at=make.NOW))
    note.star_count += 1
    db.flush()
    assert wrong(run("verify")) == [f"WRONG: Note {note.id} has a star from somebody who presents it."]


def test_a_hole_in_the_log(db: Session, run: Run, beaver: Conference) -> None:
    lines = db.query(Change).filter_by(conference_id=beaver.id).count()
    db.execute(delete(Change).where(Change.conference_id == beaver.id, Change.revision == 2))
    said = wrong(run("verify"))
    assert said == [f"WRONG: The log of /beaver/ has {lines - 1} lines from 1 to {lines}, and should end at {lines}."]


def test_a_log_without_its_end(db: Session, run: Run, beaver: Conference) -> None:
    lines = db.query(Change).filter_by(conference_id=beaver.id).count()
    db.execute(update(Head).where(Head.conference_id == beaver.id).values(revision=lines + 1))
    said = wrong(run("verify"))
    assert said == [f"WRONG: The log of /beaver/ has {lines} lines from 1 to {lines}, and should end at {lines + 1}."]


def test_a_conference_without_a_log(db: Session, run: Run, people: object, camp: Conference) -> None:
    db.execute(delete(Head).where(Head.conference_id == camp.id))
    assert wrong(run("verify")) == ["WRONG: /camp/ has no log."]


def test_a_cell_that_nobody_took(db: Session, run: Run, beaver: Conference) -> None:
    note = a_note(db, beaver, "How to brew beer")
    first = db.query(Cell).filter_by(note_id=note.id).first()
    db.delete(first)
    db.flush()
    assert wrong(run("verify")) == [f"WRONG: Note {note.id} takes other cells than its place says."]


def test_a_long_note_at_the_end_of_a_block(db: Session, run: Run, beaver: Conference) -> None:
    note = a_note(db, beaver, "How to brew beer")
    db.execute(update(Note).where(Note.id == note.id).values(length=4))
    said = wrong(run("verify"))
    assert len(said) == 1
    assert said[0].startswith(f"WRONG: Note {note.id} ")


def test_a_place_in_another_conference(db: Session, run: Run, beaver: Conference, camp: Conference) -> None:
    note = a_note(db, beaver)
    db.execute(update(Placement).where(Placement.note_id == note.id).values(conference_id=camp.id))
    assert f"WRONG: The place of note {note.id} is in another conference." in wrong(run("verify"))


def test_a_wish_for_another_conferences_room(db: Session, run: Run, beaver: Conference, camp: Conference) -> None:
    note, room = a_note(db, beaver), make.room(db, camp)
    db.execute(update(Note).where(Note.id == note.id).values(wanted_room_id=room.id))
    assert wrong(run("verify")) == [f"WRONG: Note {note.id} wants a room of another conference."]


def test_somebody_waits_while_there_is_a_place(db: Session, run: Run, beaver: Conference) -> None:
    someone = db.query(Registration).filter_by(conference_id=beaver.id).first()
    assert someone is not None
    someone.state = "waiting"
    db.flush()
    assert wrong(run("verify")) == ["WRONG: 1 wait for a place at /beaver/, where only 1 of 2 are taken."]


def test_a_place_in_the_line_that_the_log_does_not_know(db: Session, run: Run, beaver: Conference) -> None:
    someone = db.query(Registration).filter_by(conference_id=beaver.id).first()
    assert someone is not None
    someone.queued_revision = 9999
    db.flush()
    head = db.get_one(Head, beaver.id).revision
    assert wrong(run("verify")) == [
        f"WRONG: Somebody is in the line of /beaver/ since revision 9999, and its log ends at {head}."
    ]


TAMPERED: list[tuple[Callable[[Session, int], object], str]] = [
    (
        lambda db, camp: db.execute(update(Publication).where(Publication.conference_id == camp).values(number=2)),
        "WRONG: /beaver/ shows version 2, and has 1 versions up to 1.",
    ),
    (
        lambda db, camp: db.execute(update(Version).where(Version.conference_id == camp).values(number=2)),
        "WRONG: /beaver/ shows version 1, and has 1 versions up to 2.",
    ),
    (
        lambda db, camp: db.execute(delete(Publication).where(Publication.conference_id == camp)),
        "WRONG: /beaver/ shows version None, and has 1 versions up to 1.",
    ),
]


@pytest.mark.parametrize(("tamper", "words"), TAMPERED)
def test_a_version_that_does_not_fit(
    db: Session, run: Run, beaver: Conference, tamper: Callable[[Session, int], object], words: str
) -> None:
    tamper(db, beaver.id)
    assert wrong(run("verify")) == [words]


def test_a_line_missing_from_the_published_schedule(db: Session, run: Run, beaver: Conference) -> None:
    note = a_note(db, beaver)
    db.execute(delete(Entry).where(Entry.note_id == note.id))
    said = wrong(run("verify"))
    assert len(said) == 1
    assert said[0].startswith(f"WRONG: Version 1 of /beaver/ has note {note.id} at ")
    assert said[0].endswith("and shows it at None.")


def test_what_people_may_do_on_purpose_is_only_a_note(db: Session, run: Run, beaver: Conference) -> None:
    placed = db.query(Placement).filter_by(note_id=a_note(db, beaver).id).one()
    db.add(
        Closure(room_id=placed.room_id, starts_at=make.NOW - timedelta(days=2), ends_at=make.NOW + timedelta(days=400))
    )
    db.execute(update(Conference).where(Conference.id == beaver.id).values(capacity=1))
    db.add(
        Letter(
            kind="welcome", to_address="a@example.org", subject="Hello", text="Hello", message_id="<1@example.org>",
            written_at=make.NOW - timedelta(days=400), due_at=make.NOW,
        )
    )  # fmt: skip
    db.flush()

    said = run("verify")

    assert wrong(said) == []
    assert "note: 2 are coming to /beaver/, which has 1 places." in said.lines
    assert "note: 1 letters are older than a day and not sent. Is the jobs worker running?" in said.lines
    assert any(line.startswith("note: The draft of /beaver/ breaks a rule: ") for line in said.lines)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_key_that_points_nowhere(db: Session, run: Run, beaver: Conference) -> None:
    """PostgreSQL does not let it come to this."""
    note = a_note(db, beaver)
    db.connection().exec_driver_sql("PRAGMA foreign_keys = OFF")
    db.execute(delete(Person).where(Person.id == note.author_id))
    said = wrong(run("verify"))
    assert sorted(said) == [
        "WRONG: Row 1 of change points to a row of person that is not there.",
        "WRONG: Row 1 of note points to a row of person that is not there.",
        "WRONG: Row 1 of registration points to a row of person that is not there.",
    ]
