"""What a calendar costs: the feed of a made-up conference of 1,000 sessions, in the app and as it is served.

    python -m bench.feeds
    python -m bench.feeds --sessions 100 --rounds 50

Times are of CPU, the median of all rounds. Beside them stand what no app can beat: the same bytes from a bare WSGI
function through the same caller, one join of the same fragments, and, for what is served, the same bytes from a bare
WSGI app under the same gunicorn.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from barcamp import create_app
from barcamp.conferences import service as conferences
from barcamp.conferences.details import Details
from barcamp.conferences.models import Conference
from barcamp.core import ical
from barcamp.db import Store
from barcamp.feeds import heads, queries
from barcamp.log import service as log
from barcamp.migrate import migrate
from barcamp.schedule import publishing
from barcamp.schedule.models import Cell, Entry, Placement
from barcamp.settings import from_environment
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note, NoteTag
from bench.cases import Case
from bench.floor import Floor
from bench.serving import environment, gunicorn

FEED = "/bench/schedule.ics"
MORNING = datetime(2027, 6, 5, 8, tzinfo=UTC)
ROOMS = 25
SERVED_ROUNDS, SERVED_SECONDS = 5, 0.7
WORDS = "Sharing what we learned; with numbers, mistakes and a demo. " * 7  # some 980 bytes an event, as in real feeds


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what a calendar's feed costs.")
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = _app(Path(folder))
        with app.extensions["store"].writing() as db:
            camp = _camp(db, given.sessions)
        began = time.process_time()
        with app.extensions["store"].writing() as db:
            publishing.publish(db, camp, None, now=MORNING)
        published = time.process_time() - began
        _measure(app, camp, given.rounds)
        print(f"publishing all of it, once: {published:.1f} s")
        _serve(Path(folder))


def _measure(app: Flask, camp: Conference, rounds: int) -> None:
    store: Store = app.extensions["store"]
    status, headers, body = _ask(app, FEED)
    fragments = _fragments(store, camp)
    print(f"{len(fragments)} sessions, {len(body) / 1000:.0f} kB, {len(gzip.compress(body, 6)) / 1000:.0f} kB zipped")
    bare = _bare(status, headers, body)
    known = {"If-None-Match": headers["ETag"]}
    zipped = {"Accept-Encoding": "gzip"}

    def forget() -> None:
        app.extensions["front"].copies.clear()
        app.extensions.pop("shelf", None)

    def cold() -> None:
        forget()
        _ask(app, FEED, zipped)

    rows = [
        ("cold: rows to zipped bytes", cold),
        ("kept, 200", lambda: _ask(app, FEED, zipped)),
        ("kept, 304", lambda: _ask(app, FEED, known)),
        ("one room of it, cold", lambda: (forget(), _ask(app, "/bench/rooms/room-1.ics"))),
        ("floor: the same bytes, bare WSGI", lambda: _ask(bare, FEED)),
        ("floor: a 304, bare WSGI", lambda: _ask(_bare("304 NOT MODIFIED", {}, b""), FEED)),
        ("floor: join of the fragments", lambda: b"".join(fragments)),
        ("floor: zipping them", lambda: gzip.compress(body, 6)),
        ("floor: their hash", lambda: hashlib.sha256(body).digest()),
        ("floor: reading them from the database", lambda: _fragments(store, camp)),
    ]
    for name, work in rows:
        print(f"  {name:40} {_milliseconds(work, rounds):8.2f} ms   {_statements(app, work)} queries")
    print(f"  {'floor: icalendar makes each event':40} {_milliseconds(lambda: _all_anew(camp, fragments), 1):8.2f} ms")
    _edit(app, camp, fragments, known)


def _serve(folder: Path) -> None:
    """The same feed through gunicorn as shipped, beside the floor."""
    with ExitStack() as ends:
        served = ends.enter_context(gunicorn(environment(folder), "app:app"))
        whole = Case("served, 200 zipped", served, served.meter(), FEED, is_kept=True)
        known = dict(whole.headers) | {"If-None-Match": whole.look().headers["etag"]}
        ours = [whole, Case("served, 304", served, whole.meter, FEED, known, status=304, is_kept=True)]
        kept = Floor(folder / "floor")
        paths = [kept.add(case.look()) for case in ours]
        bare = ends.enter_context(kept.serve())
        meter = bare.meter()
        floors = [Case("", bare, meter, path, status=case.status) for path, case in zip(paths, ours, strict=True)]
        for _round in range(SERVED_ROUNDS):
            for case in [*ours, *floors]:
                case.run(SERVED_SECONDS)
        for case, floor in zip(ours, floors, strict=True):
            print(f"  {case.name:20} {case.cpu:.3f} ms, floor {floor.cpu:.3f} ms; ", end="")
            print(f"{case.rate:.0f} a second, floor {floor.rate:.0f}", flush=True)


def _edit(app: Flask, camp: Conference, before: list[bytes], known: dict[str, str]) -> None:
    """One session gets another title."""
    store: Store = app.extensions["store"]
    with store.reading() as db:
        note_id = db.scalars(select(Entry.note_id).where(Entry.conference_id == camp.id)).first()
    began = time.process_time()
    with store.writing() as db:
        db.get_one(Note, note_id).title = "Another title"
        log.write(db, camp, None, "note-edited", f"note:{note_id}", now=MORNING)
        publishing.refresh(db, camp, notes=[note_id or 0], now=MORNING + timedelta(hours=1))
    spent = 1000 * (time.process_time() - began)
    rebuilt = len(set(_fragments(store, camp)) - set(before))
    status, _headers, body = _ask(app, FEED, known)
    print(f"  after one edit: {rebuilt} fragment made anew in {spent:.0f} ms; then {status}, {len(body) / 1000:.0f} kB")


def _fragments(store: Store, camp: Conference) -> list[bytes]:
    with store.reading() as db:
        return list(queries.schedule_fragments(db, camp.id))


def _all_anew(camp: Conference, fragments: list[bytes]) -> None:
    """What a feed would cost without stored fragments."""
    one = ical.Occurrence(
        uid=str(uuid4()), sequence=0, stamped_at=MORNING, created_at=MORNING, starts_at=MORNING,
        ends_at=MORNING + timedelta(minutes=45), title="Session", place="Room 1, Hall", description=WORDS,
        url="https://camp.example/bench/notes/1", categories=("talk", "bench"),
    )  # fmt: skip
    made = [ical.fragment(replace(one, sequence=number), busy=False) for number in range(len(fragments))]
    look = queries.Look(camp.id, "bench", "Bench", "", "UTC", 1, MORNING)
    ical.calendar(heads.schedule(look, "https://camp.example"), made)


# ---- asking ----------------------------------------------------------------------------------------------------------


def _ask(app: Any, path: str, headers: dict[str, str] | None = None) -> tuple[str, dict[str, str], bytes]:
    """Call a WSGI application as a server would: status, headers, body."""
    environ = EnvironBuilder(path=path, base_url="http://127.0.0.1:8000/", headers=headers or {}).get_environ()
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        told.append((status, headers))
        return lambda _piece: None

    answer: Iterable[bytes] = app(environ, start)
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    status, given = told[0]
    return status, dict(given), body


def _bare(status: str, headers: dict[str, str], body: bytes) -> Callable[..., Iterable[bytes]]:
    def application(_environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        start_response(status, list(headers.items()))
        return [body]

    return application


def _milliseconds(work: Callable[[], object], rounds: int) -> float:
    spent = []
    for _round in range(rounds):
        began = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - began))
    return median(spent)


def _statements(app: Flask, work: Callable[[], object]) -> int:
    store: Store = app.extensions["store"]
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(store.reader, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(store.reader, "before_cursor_execute", note)
    return len(sent)


# ---- the camp --------------------------------------------------------------------------------------------------------


def _app(folder: Path) -> Flask:
    settings = from_environment({"BARCAMP_DATA": str(folder), "BARCAMP_SECRET_KEY": "b" * 32, "BARCAMP_JOBS": "0"})
    migrate(settings.database_url)
    app = create_app(settings)
    app.extensions["store"].wakers.clear()
    return app


def _camp(db: Session, sessions: int) -> Conference:
    """So many sessions in 25 rooms, one after the other."""
    details = Details(
        name="Bench Camp", starts_on=date(2027, 6, 5), ends_on=date(2027, 6, 18), zone="Europe/Berlin",
        venue="Bench Hall", latitude=52.5, longitude=13.4,
    )  # fmt: skip
    camp = conferences.create_conference(db, None, details, slug="bench", now=MORNING)
    rooms = [
        Room(conference_id=camp.id, key=f"room-{number}", name=f"Room {number}", seats=50, position=number)
        for number in range(1, ROOMS + 1)
    ]
    slots = [
        Slot(conference_id=camp.id, starts_at=starts, ends_at=starts + timedelta(minutes=50))
        for number in range(-(-sessions // ROOMS))
        for starts in [MORNING + timedelta(days=number // 8, hours=number % 8)]
    ]
    notes = [
        Note(
            uid=str(uuid4()), conference_id=camp.id, title=f"Session {number}, with a title as people write them",
            description=WORDS, search="", posted_at=MORNING,
        )
        for number in range(sessions)
    ]  # fmt: skip
    db.add_all([*rooms, *slots, *notes])
    db.flush()
    for number, note in enumerate(notes):
        slot, room = slots[number // ROOMS], rooms[number % ROOMS]
        db.add(NoteTag(note_id=note.id, tag=f"tag-{number % 20}"))
        db.add(Placement(note_id=note.id, conference_id=camp.id, slot_id=slot.id, room_id=room.id))
    db.flush()
    db.add_all(
        Cell(slot_id=slots[number // ROOMS].id, room_id=rooms[number % ROOMS].id, note_id=note.id)
        for number, note in enumerate(notes)
    )
    db.flush()
    return camp


if __name__ == "__main__":
    main()
