"""A scene gets into the database at once: many rows a statement, one transaction, and the log written as if everything
had happened one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from barcamp import tables
from barcamp.cli.scene import Idea, Row, Scene, Someone
from barcamp.db import Base
from barcamp.people import addresses
from barcamp.speakers import queries as speakers
from barcamp.speakers import service as speaking
from barcamp.speakers import talks
from barcamp.wall.service import NoteContent

Item = TypeVar("Item")

CHUNK = 2000


def load(db: Session, scene: Scene, *, on_rows: Callable[[int], object] = lambda _: None) -> int:
    """Write the scene; the caller commits. `on_rows` is told of each lot of people, notes and stars.

    Returns the conference's id. People whose address is known already keep their row.
    """
    return _Loading(db, scene, on_rows).run()


class _Loading:
    def __init__(self, db: Session, scene: Scene, on_rows: Callable[[int], object]) -> None:
        self.db, self.scene, self.on_rows = db, scene, on_rows
        self.created_at: datetime = scene.conference["created_at"]
        self.log: list[dict[str, Any]] = []

    def run(self) -> int:
        scene = self.scene
        (self.conference,) = self._add(tables.conferences.Conference, [scene.conference])
        self.people = self._people([scene.organizer, *scene.people])
        self.organizer, self.people = self.people[0], self.people[1:]
        self.rooms = self._add(tables.venue.Room, [self._of_conference(room) for room in scene.rooms])
        self.slots = self._add(tables.venue.Slot, [self._of_conference(slot) for slot in scene.slots])
        self.notes = self._reserve(tables.wall.Note, len(scene.ideas))
        revisions = self._write_log()

        self._add(tables.conferences.Sponsor, [self._of_conference(sponsor) for sponsor in scene.sponsors])
        self._add(
            tables.venue.Closure,
            [{"room_id": self.rooms[room], "starts_at": start, "ends_at": end} for room, start, end in scene.closures],
        )
        self._registrations(revisions)
        self._notes()
        self._stars()
        self._pages()
        return self.conference

    def _people(self, everybody: Sequence[Someone]) -> list[int]:
        """The ids of these people, in their order; made where the address is new."""
        keys = [addresses.key(one.email) for one in everybody]
        known = self._known(keys)
        new = {key: one for key, one in zip(keys, everybody, strict=True) if key not in known}
        rows = [
            {"name": one.name, "email": one.email, "email_key": key, "created_at": one.registered_at}
            for key, one in new.items()
        ]
        known |= zip(new, self._add(tables.people.Person, rows, tell=True), strict=True)
        return [known[key] for key in keys]

    def _known(self, keys: Sequence[str]) -> dict[str, int]:
        person = tables.people.Person
        known: dict[str, int] = {}
        for some in _lots(keys, 500):
            found = self.db.execute(select(person.email_key, person.id).where(person.email_key.in_(some)))
            known |= {key: id_ for key, id_ in found if key is not None}
        return known

    def _write_log(self) -> list[int]:
        """Write the log in the order of its times. Returns the revision at which each person registered."""
        scene, at = self.scene, self.created_at
        happened: list[tuple[datetime, int | None, str, str, Row | None]] = [
            (
                at,
                self.organizer,
                "conference-created",
                f"conference:{self.conference}",
                {"slug": scene.conference["slug"]},
            )
        ]
        for id_, room in zip(self.rooms, scene.rooms, strict=True):
            happened.append((at, self.organizer, "room-added", f"room:{id_}", {"name": room["name"]}))
        happened.append((at, self.organizer, "slots-made", f"conference:{self.conference}", {"slots": len(self.slots)}))
        for id_, one in zip(self.people, scene.people, strict=True):
            happened.append((one.registered_at, id_, "registered", f"person:{id_}", None))
        for id_, idea in zip(self.notes, scene.ideas, strict=True):
            happened.append(
                (idea.posted_at, self.people[idea.author], "note-posted", f"note:{id_}", {"title": idea.title})
            )
            happened += [
                (said.at, self.people[said.by], "comment-posted", f"note:{id_}", None) for said in idea.comments
            ]

        happened.sort(key=lambda line: line[0])
        lines = [
            {"conference_id": self.conference, "revision": revision, "at": when, "actor_id": actor, "kind": kind,
             "subject": subject, "before": None, "after": after}
            for revision, (when, actor, kind, subject, after) in enumerate(happened, start=1)
        ]  # fmt: skip
        self._insert(tables.log.Head, [{"conference_id": self.conference, "revision": len(lines)}])
        self._insert(tables.log.Change, lines)
        self._insert(
            tables.conferences.Role,
            [{"conference_id": self.conference, "person_id": self.organizer, "kind": "organizer"}],
        )
        revision_of: dict[str, int] = {
            subject: revision
            for revision, (_, _, kind, subject, _) in enumerate(happened, start=1)
            if kind == "registered"
        }
        return [revision_of[f"person:{id_}"] for id_ in self.people]

    def _registrations(self, revisions: Sequence[int]) -> None:
        """Whoever came first has a place, as long as there are places; the others wait."""
        capacity = self.scene.conference.get("capacity")
        last_in = sorted(revisions)[:capacity][-1] if revisions and capacity != 0 else 0
        rows = [
            {"conference_id": self.conference, "person_id": person, "queued_revision": revision,
             "state": "coming" if revision <= last_in else "waiting", "registered_at": one.registered_at,
             "conduct_agreed_at": one.registered_at, "shirt_size": one.shirt, "diets": list(one.diets),
             "diet_note": one.diet_note, "visible": one.visible}
            for one, person, revision in zip(self.scene.people, self.people, revisions, strict=True)
        ]  # fmt: skip
        ids = self._add(tables.registration.Registration, rows, tell=True)
        self._insert(
            tables.registration.RegistrationMeal,
            [
                {"registration_id": id_, "slot_id": self.slots[meal]}
                for id_, one in zip(ids, self.scene.people, strict=True)
                for meal in one.meals
            ],
        )

    def _notes(self) -> None:
        counts = [0] * len(self.notes)
        for note, _, _ in self.scene.stars:
            counts[note] += 1
        ideas = list(zip(self.notes, self.scene.ideas, strict=True))
        rows = [self._note(id_, idea, stars) for (id_, idea), stars in zip(ideas, counts, strict=True)]
        self._insert(tables.wall.Note, rows, tell=True)
        self._insert(tables.wall.NoteTag, [{"note_id": id_, "tag": tag} for id_, idea in ideas for tag in idea.tags])
        self._insert(
            tables.wall.NoteAway,
            [{"note_id": id_, "slot_id": self.slots[slot]} for id_, idea in ideas for slot in idea.away],
        )
        self._insert(
            tables.wall.CoPresenter,
            [
                {"note_id": id_, "position": position, "name": name}
                for id_, idea in ideas
                for position, name in enumerate(idea.copresenters)
            ],
        )
        self._add(
            tables.wall.Comment,
            [
                {"note_id": id_, "author_id": self.people[said.by], "text": said.text, "posted_at": said.at}
                for id_, idea in ideas
                for said in idea.comments
            ],
        )

    def _note(self, id_: int, idea: Idea, stars: int) -> dict[str, Any]:
        said = NoteContent(idea.title, idea.description, tags=idea.tags, copresenters=idea.copresenters)
        return {
            "id": id_, "uid": idea.uid, "conference_id": self.conference,
            "author_id": None if idea.wish else self.people[idea.author],
            "asked_by_id": self.people[idea.author] if idea.wish else None, "seeks_host": idea.wish,
            "title": idea.title, "description": idea.description, "format": idea.format, "length": idea.length,
            "needs": list(idea.needs), "step_free": idea.step_free, "star_count": stars,
            "search": said.search, "posted_at": idea.posted_at,
            "wanted_room_id": None if idea.wanted_room is None else self.rooms[idea.wanted_room],
            "wanted_slot_id": None if idea.wanted_slot is None else self.slots[idea.wanted_slot],
        }  # fmt: skip

    def _stars(self) -> None:
        rows = (
            {"note_id": self.notes[note], "person_id": self.people[person], "at": at}
            for note, person, at in self.scene.stars
        )
        self._insert(tables.wall.Star, rows, tell=True)

    def _pages(self) -> None:
        """Speakers' pages, made as people make them; whoever has one already keeps it as it is."""
        for page in self.scene.pages:
            person = self.db.get_one(tables.people.Person, self.people[page.speaker])
            if speakers.find_own(self.db, person.id) is not None:
                continue
            made = speaking.make_page(self.db, person, now=self.created_at)
            speaking.change_profile(
                self.db, made, slug=made.slug, bio=page.bio, links=[dict(link) for link in page.links],
                visits_open=True, now=self.created_at,
            )  # fmt: skip
            speaking.show_page(self.db, made, now=self.created_at)
            talks.add_many(self.db, person.id, page.talks, now=self.created_at)

    def _of_conference(self, row: Row) -> dict[str, Any]:
        return {"conference_id": self.conference, **row}

    def _add(self, model: type[Base], rows: Sequence[Row], *, tell: bool = False) -> list[int]:
        """Insert rows that need ids of their own. Returns the ids, in the rows' order."""
        ids = self._reserve(model, len(rows))
        self._insert(model, [{"id": id_, **row} for id_, row in zip(ids, rows, strict=True)], tell=tell)
        return ids

    def _insert(self, model: type[Base], rows: Iterable[Row], *, tell: bool = False) -> None:
        statement = insert(_table(model))
        for some in _lots(rows, CHUNK):
            self.db.execute(statement, some)
            if tell:
                self.on_rows(len(some))

    def _reserve(self, model: type[Base], count: int) -> list[int]:
        """Ids that nobody else gets. The writing transaction is alone on SQLite; PostgreSQL's sequence counts on."""
        table = _table(model)
        if self.db.get_bind().dialect.name == "sqlite":
            last: int = self.db.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
            return list(range(last + 1, last + 1 + count))
        take = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
        return list(self.db.execute(take, {"table": table.name, "count": count}).scalars())


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _lots(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    stream = iter(items)
    while some := list(islice(stream, size)):
        yield some
