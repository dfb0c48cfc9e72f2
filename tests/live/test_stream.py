"""`/<slug>/live`: what is told, to whom, from where on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from barcamp import db as database
from barcamp.conferences.models import Conference, Role
from barcamp.db import Store
from barcamp.live import chain as chains
from barcamp.live import hub as hubs
from barcamp.live.hub import Hub
from barcamp.log.models import Change, Head
from barcamp.people.models import Device
from tests import make
from tests.conftest import Client
from tests.live.conftest import Write, star
from tests.live.listen import listen
from tests.people import Cast

SPREAD = 600


def frame(revision: int, kind: str, subject: str) -> dict[str, object]:
    return {"revision": revision, "kind": kind, "subject": subject, "ts": make.NOW.timestamp(), "spread": SPREAD}


def test_it_begins_at_once_with_a_time_to_come_again_and_the_counts(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    note = make.note(db, camp, people.bo, stars=2)
    listener = listen(client).wait_for("stars")
    assert re.fullmatch(rb"retry: [2-6]\d{3}\n: listening\n\n", listener.pieces[0])
    assert listener.counts == [{str(note.id): 2}]
    assert listener.ids == []


def test_its_headers(client: Client, camp: Conference) -> None:
    answer = client.get("/camp/live")
    told = {name: answer.headers.get(name) for name in ("Content-Type", "Cache-Control", "X-Accel-Buffering")}
    assert told == {
        "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
    }  # fmt: skip
    assert answer.headers.get("Set-Cookie") is answer.headers.get("Content-Encoding") is None
    answer.close()


def test_head_is_headers_alone(client: Client, camp: Conference, hub: Hub) -> None:
    answer = client.head("/camp/live")
    assert (answer.status_code, answer.data, hub.listeners) == (200, b"", 0)
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"


def test_no_such_conference(client: Client) -> None:
    assert client.get("/nowhere/live").status_code == 404
    assert client.get("/nowhere/changes").status_code == 404


def test_a_change_is_heard(client: Client, camp: Conference, write: Write) -> None:
    listener = listen(client)
    write("note-posted", "note:7")
    listener.wait_for("note-posted")
    assert (listener.ids, listener.frames) == ([1], [frame(1, "note-posted", "note:7")])


def test_a_change_from_outside_of_this_process_is_heard(client: Client, camp: Conference, db: Session) -> None:
    """What the test's own connection commits wakes nobody: it is the database that tells, or the look now and then."""
    listener = listen(client)
    make.registration(db, camp, make.person(db, "Eve"))
    listener.wait_for("other")
    assert listener.ids == [1]


def test_from_a_revision_on(client: Client, camp: Conference, write: Write) -> None:
    write(times=603)
    header = listen(client, "/camp/live?since=1", Last_Event_ID="601")
    query = listen(client, "/camp/live?since=2")
    everything = listen(client, "/camp/live?since=0")
    write()
    for listener, first in ((header, 602), (query, 3), (everything, 1)):
        assert listener.wait(lambda one: 604 in one.ids).ids == list(range(first, 605))


@pytest.mark.parametrize("odd", ["", "x", "-1", "1.5", "٣", "9" * 19, "%00"])
def test_odd_revisions_are_none(client: Client, camp: Conference, write: Write, odd: str) -> None:
    write(times=3)
    listener = listen(client, f"/camp/live?since={odd}")
    write()
    assert listener.wait(lambda one: bool(one.ids)).ids == [4]


def test_who_has_heard_more_than_there_is_reads_everything_again(
    client: Client, db: Session, camp: Conference, write: Write, hub: Hub
) -> None:
    write(times=3)
    before, after = listen(client), listen(client, Last_Event_ID="9")
    assert [(one["revision"], one["kind"]) for one in after.wait_for("reset").frames] == [(3, "reset")]
    db.execute(delete(Change).where(Change.revision > 1))  # an older copy is restored
    db.execute(update(Head).values(revision=1))
    hub.wake()
    before.wait_for("reset")
    write()
    assert before.wait_for("note-edited").kinds == ["reset", "note-edited"]
    after.wait_for("note-edited")
    assert (before.ids, after.ids) == ([1, 2], [3, 1, 2])


def test_the_public_hears_that_and_the_team_hears_what(
    client: Client, camp: Conference, people: Cast, write: Write
) -> None:
    public, team = listen(client), listen(client.be(people.ada))
    write("registered", f"person:{people.bo.id}")
    write("placed", "note:3")
    write("room-added", "room:4")
    for listener in (public, team):
        listener.wait(lambda one: 3 in one.ids)
    assert public.frames == [frame(1, "other", ""), frame(2, "other", ""), frame(3, "room-added", "room:4")]
    assert team.frames == [
        frame(1, "registered", f"person:{people.bo.id}"), frame(2, "placed", "note:3"),
        frame(3, "room-added", "room:4"),
    ]  # fmt: skip


def test_helpers_hear_what_everybody_hears(
    client: Client, db: Session, camp: Conference, people: Cast, write: Write
) -> None:
    make.role(db, camp, people.bo, "helper")
    listener = listen(client.be(people.bo))
    write("placed", "note:3")
    assert listener.wait_for("other").frames == [frame(1, "other", "")]


@pytest.mark.parametrize("ended", [{"seen_at": make.NOW - timedelta(days=91)}, None])
def test_with_a_sign_in_ends_what_only_the_team_hears(
    client: Client, store: Store, camp: Conference, people: Cast, write: Write, monkeypatch: pytest.MonkeyPatch,
    ended: dict[str, object] | None,
) -> None:  # fmt: skip
    """Signed out, wherever and however: at the next ping, a few seconds away, the stream is over. Others' go on."""
    monkeypatch.setattr(hubs, "PING_SECONDS", 0.1)
    public, team = listen(client), listen(client.be(people.ada))
    pings = team.wait(lambda one: one.raw.count(b":\n\n") > 1).raw.count(b":\n\n")
    assert pings > 1 and not team.is_over
    with store.writing() as writing:
        writing.execute(delete(Device) if ended is None else update(Device).values(**ended))
    team.wait(lambda one: one.is_over)
    write("placed", "note:3")
    assert listen(client, Last_Event_ID="0").wait_for("other").kinds == ["other"]
    assert public.wait_for("other").is_over is False


def test_when_the_team_changes_its_streams_end_and_come_again(
    client: Client, store: Store, camp: Conference, people: Cast, write: Write
) -> None:
    public, team = listen(client), listen(client.be(people.ada))
    with store.writing() as writing:
        writing.execute(delete(Role).where(Role.conference_id == camp.id, Role.person_id == people.ada.id))
    write("role-taken", f"person:{people.ada.id}")
    team.wait(lambda one: one.is_over)
    again = listen(client, Last_Event_ID="0").wait_for("other")
    assert (team.kinds, again.kinds) == (["role-taken"], ["other"])
    write()
    assert public.wait_for("note-edited").ids == [1, 2]


def test_hidden_counts_are_for_the_team(client: Client, store: Store, db: Session, people: Cast, app: Flask) -> None:
    camp = make.conference(db, people.ada, stars_shown="never")
    note = make.note(db, camp, people.bo)
    public, team = listen(client), listen(client.be(people.ada))
    star(store, camp, note, people.cy)
    team.wait(lambda one: len(one.counts) == 2)
    star(store, camp, note, people.dee)
    assert team.wait(lambda one: len(one.counts) == 3).counts == [{str(note.id): stars} for stars in (0, 1, 2)]
    with store.writing() as writing:
        writing.get_one(Conference, camp.id).stars_shown = "always"
        database.wake(writing, "live")
    assert public.wait_for("stars").counts == [{str(note.id): 2}]
    with store.writing() as writing:
        writing.get_one(Conference, camp.id).stars_shown = "never"
        database.wake(writing, "live")
    star(store, camp, note, people.ada)
    team.wait(lambda one: len(one.counts) == 4)
    assert b"stars" not in public.raw.split(b'"kind":"stars"', 1)[1]
    assert "stars" not in listen(client.be(people.cy)).kinds


def test_a_phase_that_opens_or_ends_by_the_clock_is_told(client: Client, db: Session, people: Cast) -> None:
    """With counts that are shown from then on."""
    moment = make.NOW + timedelta(hours=1)
    camp = make.conference(db, people.ada, wall_closes_at=moment, stars_shown="after_wall")
    note = make.note(db, camp, people.bo, stars=3)
    listener = listen(client)
    with time_machine.travel(moment - timedelta(seconds=0.2), tick=True):
        listener.wait_for("phase-changed")
        listener.wait_for("stars")
    assert [(one["kind"], one["subject"]) for one in listener.frames] == [
        ("phase-changed", f"conference:{camp.id}"), ("stars", "notes"),
    ]  # fmt: skip
    assert moment.timestamp() <= listener.frames[0]["ts"] < moment.timestamp() + 0.2
    assert (listener.counts, listener.ids) == ([{str(note.id): 3}], [])


def test_beyond_the_most_there_is_polling(client: Client, camp: Conference, hub: Hub) -> None:
    hub.most = 2
    first, second = client.get("/camp/live"), client.get("/camp/live")
    refused = client.get("/camp/live", headers={"Accept": "text/event-stream"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert client.get("/camp/changes").status_code == 200
    first.close()
    third = client.get("/camp/live")
    assert (third.status_code, hub.listeners) == (200, 2)
    for answer in (second, third):
        answer.close()
    assert hub.listeners == 0


def test_who_does_not_read_is_let_go(
    client: Client, camp: Conference, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "MOST_BEHIND", 2)
    slow, quick = client.get("/camp/live?since=0"), listen(client)
    for revision in (1, 2, 3):
        write()
        quick.wait(lambda one, revision=revision: revision in one.ids)  # type: ignore[misc]
    assert b"id:" not in slow.data
    assert listen(client, Last_Event_ID="0").wait(lambda one: 3 in one.ids).ids == [1, 2, 3]


def test_more_listeners_spread_what_they_ask_for_more(hub: Hub) -> None:
    told = []
    for hub.listeners in (0, 100, 500, 5000):
        told.append(hub.spread)
    hub.listeners = 0
    assert told == [600, 600, 2500, 8000]  # two processes


def test_a_conference_that_is_gone_ends_its_streams(client: Client, db: Session, camp: Conference, hub: Hub) -> None:
    listener = listen(client)
    db.delete(camp)
    db.flush()
    hub.wake()
    listener.wait(lambda one: one.is_over)


def test_the_hub_ends_all_streams_when_the_server_stops(client: Client, camp: Conference, hub: Hub) -> None:
    listener = listen(client)
    hub.is_serving = lambda: False
    listener.wait(lambda one: one.is_over, 1.0)
    assert client.get("/camp/live").status_code == 503
