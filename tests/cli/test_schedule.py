"""`arrange` and `publish`, as the organizer's buttons do it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import queries as log
from barcamp.schedule.models import Placement, Version
from tests import make
from tests.cli.conftest import Run
from tests.people import Cast


def test_notes_get_places_and_the_schedule_comes_out(db: Session, run: Run, camp: Conference, people: Cast) -> None:
    make.slot(db, camp, "11:00")
    big, small = make.room(db, camp, "Big", 100), make.room(db, camp, "Small", 2)
    wanted = make.note(db, camp, people.bo, "Wanted", stars=4)
    other = make.note(db, camp, people.cy, "Other", stars=1)
    make.note(db, camp, people.dee, "Third")

    arranged = run("arrange", "camp")

    assert arranged.status == 0
    assert arranged.lines[0] == "Arranging 3 notes in 2 rooms and 1 slots ..."
    assert arranged.lines[1].startswith(
        "2 of 3 notes have a place, 1 wait in the tray; 100.0 % of the stars find a seat"
    )
    placed = db.execute(select(Placement.note_id, Placement.room_id)).all()
    assert sorted(tuple(row) for row in placed) == [(wanted.id, big.id), (other.id, small.id)]

    published, again = run("publish", "camp"), run("publish", "camp")
    assert (published.status, published.lines) == (0, ["Version 1 of /camp/schedule is out, with 2 sessions"])
    assert (again.status, again.lines) == (1, ["Error: Nothing has changed since version 1."])
    assert db.scalars(select(Version.number)).all() == [1]
    changes = [(change.kind, change.actor_id) for change in log.changes_since(db, camp.id, 0)]
    assert changes == [("arranged", None), ("published", None)]
    assert run("verify").status == 0


def test_a_conference_that_is_not_there_is_named(run: Run) -> None:
    arranged, published = run("arrange", "nowhere"), run("publish", "nowhere")

    assert (arranged.status, arranged.lines) == (1, ["Error: There is no conference at /nowhere/."])
    assert (published.status, published.lines) == (1, ["Error: There is no conference at /nowhere/."])
