"""`/<slug>/changes`: the same for who asks now and then."""

from __future__ import annotations

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from tests import make
from tests.conftest import Client
from tests.live.conftest import Write, star
from tests.people import Cast

TS = make.NOW.timestamp()


def test_without_a_revision_it_says_where_we_are(
    client: Client, db: Session, camp: Conference, people: Cast, write: Write
) -> None:
    note = make.note(db, camp, people.bo, stars=2)
    write(times=3)
    assert client.get("/camp/changes").json == {
        "revision": 3, "changes": [], "more": False, "counts": {str(note.id): 2}, "spread": 600,
    }  # fmt: skip


def test_what_came_since(client: Client, camp: Conference, people: Cast, write: Write) -> None:
    write("note-posted", "note:7")
    write("placed", "note:7")
    told = {"revision": 2, "kind": "placed", "subject": "note:7", "ts": TS}
    public, team = client.get("/camp/changes?since=1").json, client.be(people.ada).get("/camp/changes?since=1").json
    assert public is not None and team is not None
    assert public["changes"] == [told | {"kind": "other", "subject": ""}]
    assert team["changes"] == [told]
    assert client.get("/camp/changes?since=2").json == public | {"changes": []}


def test_a_long_absence_is_told_in_pieces(client: Client, camp: Conference, write: Write) -> None:
    write(times=550)
    since, heard = 0, []
    while True:
        told = client.get(f"/camp/changes?since={since}").json
        assert told is not None
        heard += [one["revision"] for one in told["changes"]]
        since = heard[-1]
        if not told["more"]:
            break
    assert (heard, told["revision"]) == (list(range(1, 551)), 550)


def test_more_than_there_is_means_reading_everything_again(client: Client, camp: Conference, write: Write) -> None:
    write()
    told = client.get("/camp/changes?since=5").json
    assert told is not None
    assert [(one["revision"], one["kind"]) for one in told["changes"]] == [(1, "reset")]


def test_unchanged_is_304_until_something_is_new(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, write: Write
) -> None:
    note = make.note(db, camp, people.bo)
    statuses = []
    etag = ""
    for step in range(4):
        if step == 2:
            write()
        if step == 3:
            star(store, camp, note, people.cy)
        answer = client.get("/camp/changes?since=0", headers={"If-None-Match": etag})
        statuses.append(answer.status_code)
        etag = answer.headers["ETag"]
        assert answer.headers["Cache-Control"] == "private, no-cache"
    assert statuses == [200, 304, 200, 200]


def test_hidden_counts_are_for_the_team(client: Client, db: Session, people: Cast) -> None:
    camp = make.conference(db, people.ada, stars_shown="never")
    note = make.note(db, camp, people.bo, stars=2)
    asked = [client.be(who).get("/camp/changes").json for who in (None, people.bo, people.ada)]
    assert [told and told["counts"] for told in asked] == [None, None, {str(note.id): 2}]


def test_only_what_is_on_the_wall_is_counted(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    for gone in ("withdrawn_at", "hidden_at", "held_at", "merged_at"):
        make.note(db, camp, people.bo, gone, stars=1, **{gone: make.NOW})
    told = client.get("/camp/changes").json
    assert told is not None
    assert told["counts"] == {}
