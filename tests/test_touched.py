"""What statements change and read, noticed from the statements themselves."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from barcamp import touched
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.front.models import Mark
from barcamp.log.models import Head
from barcamp.people.models import Person
from barcamp.tables import Base
from barcamp.wall.models import Note, NoteTag, Star, without_counters
from tests import make
from tests.people import Cast

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KNOWN = touched._Known(Base.metadata)


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("INSERT INTO star (note_id) SELECT id FROM person", {"star"}),
        ('insert or ignore into "import" (id) VALUES (?)', {"import"}),
        ("INSERT INTO room (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x'", {"room"}),
        ("UPDATE note SET title = ?", {"note", "note.star_count", "note.look_count"}),
        ("UPDATE note SET star_count=note.star_count + 1 WHERE note.id = ?", {"note.star_count"}),
        ("UPDATE note SET star_count = (SELECT count(*) FROM star WHERE star.note_id = note.id)", {"note.star_count"}),
        ("UPDATE note SET star_count = (SELECT 1 FROM star WHERE x = 1), title = ?",
         {"note", "note.star_count", "note.look_count"}),
        ("DELETE FROM note_tag WHERE note_id = ?", {"note_tag"}),
        ("INSERT INTO bucket (key) VALUES (?) ON CONFLICT DO NOTHING", {touched.UNSHOWN}),
        ("DELETE FROM worker WHERE seen_at < ?", {touched.UNSHOWN}),
        ("WITH gone AS (SELECT id FROM room) UPDATE slot SET name = ''", {"room", "slot"}),
        ("WITH RECURSIVE n(x) AS (SELECT 1) SELECT * FROM note", set()),
        ("SELECT * FROM note FOR UPDATE", set()),
        ("SAVEPOINT turn", set()),
        ("PRAGMA data_version", set()),
    ],
)  # fmt: skip
def test_what_a_statement_changes(statement: str, changed: set[str]) -> None:
    assert touched._changed(statement, KNOWN) == changed


def test_who_is_deleted_takes_others_along() -> None:
    gone = touched._changed("DELETE FROM note WHERE id = 1", KNOWN)
    assert gone > {"note", "star", "note_tag", "comment", "entry"}
    assert gone.isdisjoint({"person", "conference", "room"})


def test_what_an_answer_reads(store: Store) -> None:
    with store.reading() as db:
        db.execute(select(Person.name))  # before anybody asks
        with touched.noticing() as tables:
            db.execute(select(Note).options(*without_counters()))
            assert tables == {"note"}
            with touched.unnoticed():
                db.execute(select(Star))
            db.execute(select(Note.star_count).join(NoteTag, NoteTag.note_id == Note.id))
        db.execute(select(Head))
    assert tables == {"note", "note_tag", "note.star_count"}


@ON_SQLITE
def test_each_commit_counts_once_for_each_table_it_changed(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    note = make.note(db, camp, people.bo)

    def marks() -> dict[str, int]:
        return {row.name: row.number for row in db.execute(select(Mark.name, Mark.number))}

    before = marks()
    with store.writing() as writing:
        writing.execute(update(Note).where(Note.id == note.id).values(star_count=2))
        writing.execute(update(Note).where(Note.id == note.id).values(star_count=3))
        writing.execute(insert(NoteTag).values(note_id=note.id, tag="duck"))
    with store.writing() as writing:
        writing.execute(text("SELECT 1"))
    with pytest.raises(RuntimeError), store.writing() as writing:
        writing.execute(update(Person).values(name="Never"))
        raise RuntimeError
    with store.writer.begin() as connection:  # by whatever way it comes
        connection.execute(update(Person).values(name="Everybody"))
    after = marks()
    assert {name: number - before.get(name, 0) for name, number in after.items()} == dict.fromkeys(before, 0) | {
        "note.star_count": 1,
        "note_tag": 1,
        "person": 1,
    }
