"""Secret links: made, shown again, used, revoked, and nobody else's."""

from __future__ import annotations

import gzip
import logging
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.feeds.models import FeedToken
from barcamp.schedule.models import Entry
from barcamp.wall.models import Note
from barcamp.web import discreet
from tests import make, stage
from tests.conftest import Client
from tests.core.readers import strict
from tests.counting import counted
from tests.people import Cast

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def notes(db: Session, store: Store, camp: Conference, people: Cast) -> list[Note]:
    """bo gives the first and starred the second; the third is none of bo's."""
    slots, rooms = stage.day(db, camp)
    made = [
        make.note(db, camp, people.bo, "Mine"),
        make.note(db, camp, people.cy, "Starred", stars=[people.bo]),
        make.note(db, camp, people.dee, "Not mine"),
    ]
    for note, slot in zip(made, slots, strict=True):
        stage.put(store, camp, people.ada, note, slot, rooms[0])
    stage.publish(store, camp, people.ada)
    return made


def make_link(client: Client, label: str = "My phone") -> str:
    """Make a link for whoever is signed in; its path."""
    assert client.submit("/camp/subscribe/links", {"label": label}).status_code == 303
    return addresses(client)[-1]


def addresses(client: Client) -> list[str]:
    return re.findall(r'value="http://127\.0\.0\.1:8000(/feeds/[^"]+)"', client.get("/camp/subscribe").text)


def test_it_holds_what_one_gives_and_starred_and_blocks_that_time(
    client: Client, people: Cast, notes: list[Note]
) -> None:
    link = make_link(client.be(people.bo))
    answer = client.be(None).get(link)
    feed = strict(answer.data)
    assert [(one.title, one.transparency) for one in feed.events] == [("Mine", "OPAQUE"), ("Starred", "OPAQUE")]
    assert (feed.name, feed.source_url) == ("My Otter BarCamp", None)
    assert {name: answer.headers.get(name) for name in (
        "Cache-Control", "X-Robots-Tag", "Referrer-Policy", "Set-Cookie"
    )} == {
        "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer",
        "Set-Cookie": None,
    }  # fmt: skip


def test_taking_a_star_away_takes_the_session_out_and_changes_the_etag(
    client: Client, db: Session, people: Cast, notes: list[Note]
) -> None:
    link = make_link(client.be(people.bo))
    etag = client.get(link).headers["ETag"]
    assert client.get(link, headers={"If-None-Match": etag}).status_code == 304
    client.submit(f"/camp/notes/{notes[1].id}/unstar")
    answer = client.get(link, headers={"If-None-Match": etag})
    assert (answer.status_code, [one.title for one in strict(answer.data).events]) == (200, ["Mine"])


def test_the_page_shows_the_link_again_and_when_it_was_fetched(client: Client, people: Cast, notes: list[Note]) -> None:
    link = make_link(client.be(people.bo), "Kitchen tablet")
    assert "No calendar has looked yet." in client.get("/camp/subscribe").text
    client.get(link)
    page = client.get("/camp/subscribe").text
    assert ("Kitchen tablet" in page, "A calendar last looked" in page, addresses(client)) == (True, True, [link])


def test_a_revoked_link_is_gone_for_good(client: Client, db: Session, people: Cast, notes: list[Note]) -> None:
    link = make_link(client.be(people.bo))
    row = db.scalars(select(FeedToken)).one()
    assert client.submit(f"/camp/subscribe/links/{row.id}/revoke").status_code == 303
    assert (client.get(link).status_code, addresses(client)) == (410, [])


def test_nobody_revokes_or_sees_someone_elses_link(
    client: Client, db: Session, people: Cast, notes: list[Note]
) -> None:
    link = make_link(client.be(people.bo))
    row = db.scalars(select(FeedToken)).one()
    client.be(people.ada)
    assert client.submit(f"/camp/subscribe/links/{row.id}/revoke").status_code == 404
    assert (addresses(client), client.get(link).status_code) == ([], 200)


def test_the_database_does_not_hold_the_token(client: Client, db: Session, people: Cast, notes: list[Note]) -> None:
    link = make_link(client.be(people.bo))
    token = link.removeprefix("/feeds/").removesuffix(".ics")
    row = db.scalars(select(FeedToken)).one()
    assert token.encode() not in (row.nonce.encode(), row.token_hash)
    assert len(token) == 32


@pytest.mark.parametrize("token", ["x", "A" * 32, "A" * 5000, "%00", "..%2f..%2fetc"])
def test_a_guessed_token_is_404(client: Client, camp: Conference, token: str) -> None:
    assert client.get(f"/feeds/{token}.ics").status_code == 404


def test_ten_links_are_enough(client: Client, people: Cast, notes: list[Note]) -> None:
    client.be(people.bo)
    for number in range(10):
        make_link(client, f"Device {number}")
    answer = client.submit("/camp/subscribe/links", {"label": "One more"})
    assert (answer.status_code, "You have 10 links already" in answer.text, len(addresses(client))) == (409, True, 10)


@pytest.mark.parametrize("label", ["x" * 41, "x" * 10_000])
def test_a_label_that_is_too_long_is_shown_again(
    client: Client, db: Session, people: Cast, notes: list[Note], label: str
) -> None:
    answer = client.be(people.bo).submit("/camp/subscribe/links", {"label": label})
    assert (answer.status_code, label in answer.text, list(db.scalars(select(FeedToken)))) == (422, True, [])


def test_the_buttons_lead_to_the_common_calendars(client: Client, camp: Conference) -> None:
    page = client.get("/camp/subscribe").text
    for address in (
        'href="webcal://127.0.0.1:8000/camp/schedule.ics"',
        'href="https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F127.0.0.1%3A8000%2Fcamp%2Fschedule.ics"',
        'href="https://outlook.live.com/calendar/0/addfromweb?url=http%3A%2F%2F127.0.0.1%3A8000%2Fcamp%2Fschedule.ics"',
    ):
        assert address in page
    assert "Calendars lag" in page


def test_a_link_of_another_secret_key_is_not_shown(client: Client, app: Flask, people: Cast, notes: list[Note]) -> None:
    make_link(client.be(people.bo))
    app.config["SECRET_KEY"] = "another" * 5
    assert addresses(client.be(people.bo)) == []


def test_a_reset_link_has_a_new_address_and_the_old_one_is_gone_for_good(
    client: Client, db: Session, people: Cast, notes: list[Note]
) -> None:
    old = make_link(client.be(people.bo), "Kitchen tablet")
    client.get(old)
    row = db.scalars(select(FeedToken)).one()
    assert client.submit(f"/camp/subscribe/links/{row.id}/reset").status_code == 303
    (new,) = addresses(client)
    assert (new != old, client.get(new).status_code, client.get(old).status_code) == (True, 200, 410)
    assert "Kitchen tablet" in client.get("/camp/subscribe").text
    assert client.submit(f"/camp/subscribe/links/{row.id}/reset").status_code == 303
    assert [client.get(path).status_code for path in (old, new, *addresses(client))] == [410, 410, 200]


def test_a_reset_link_was_not_looked_at_yet(client: Client, db: Session, people: Cast, notes: list[Note]) -> None:
    client.get(make_link(client.be(people.bo)))
    row = db.scalars(select(FeedToken)).one()
    client.submit(f"/camp/subscribe/links/{row.id}/reset")
    assert "No calendar has looked yet." in client.get("/camp/subscribe").text


def test_a_revoked_link_is_not_brought_back_by_a_reset(
    client: Client, db: Session, people: Cast, notes: list[Note]
) -> None:
    link = make_link(client.be(people.bo))
    row = db.scalars(select(FeedToken)).one()
    client.submit(f"/camp/subscribe/links/{row.id}/revoke")
    assert client.submit(f"/camp/subscribe/links/{row.id}/reset").status_code == 409
    assert (client.get(link).status_code, addresses(client)) == (410, [])


def test_nobody_resets_someone_elses_link(client: Client, db: Session, people: Cast, notes: list[Note]) -> None:
    link = make_link(client.be(people.bo))
    row = db.scalars(select(FeedToken)).one()
    assert client.be(people.ada).submit(f"/camp/subscribe/links/{row.id}/reset").status_code == 404
    assert client.get(link).status_code == 200


def test_resetting_without_end_ends(client: Client, db: Session, people: Cast, notes: list[Note]) -> None:
    make_link(client.be(people.bo))
    row = db.scalars(select(FeedToken)).one()
    db.add_all(
        FeedToken(
            person_id=people.bo.id, conference_id=row.conference_id, nonce="", token_hash=bytes([number]) * 32,
            label="", created_at=make.NOW, revoked_at=make.NOW,
        )
        for number in range(199)
    )  # fmt: skip
    db.flush()
    assert client.submit(f"/camp/subscribe/links/{row.id}/reset").status_code == 409
    assert len(addresses(client)) == 1


def test_a_calendar_that_fell_silent_is_named(client: Client, db: Session, people: Cast, notes: list[Note]) -> None:
    make_link(client.be(people.bo))
    db.scalars(select(FeedToken)).one().fetched_at = make.NOW - timedelta(days=4)
    db.flush()
    assert "was it taken out there?" in client.get("/camp/subscribe").text


def test_whoever_has_the_agenda_costs_two_looks_and_no_fragment(
    client: Client, app: Flask, people: Cast, notes: list[Note]
) -> None:
    link = make_link(client.be(people.bo))
    etag = client.be(None).get(link).headers["ETag"]
    with counted(app) as count:
        assert client.get(link, headers={"If-None-Match": etag}).status_code == 304
    assert (count.statements, [one for one in count.sent if "fragment" in one]) == (2, [])


def test_it_is_given_zipped_with_a_validator_of_its_own(client: Client, people: Cast, notes: list[Note]) -> None:
    link = make_link(client.be(people.bo))
    plain, zipped = client.get(link), client.get(link, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(zipped.data) == plain.data
    assert plain.headers["ETag"] != zipped.headers["ETag"]
    for answer in (plain, zipped):
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert client.get(link, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    head = client.head(link)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", plain.headers["ETag"])
    assert client.get(link, headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}).status_code == 200


@pytest.mark.parametrize("what", ["revoked", "guessed", "posted"])
def test_also_a_no_is_kept_from_search_engines_and_from_where_it_leads(
    client: Client, db: Session, people: Cast, notes: list[Note], what: str
) -> None:
    link = make_link(client.be(people.bo))
    if what == "revoked":
        client.submit(f"/camp/subscribe/links/{db.scalars(select(FeedToken)).one().id}/revoke")
    client.be(None)
    answer = client.submit(link) if what == "posted" else client.get(link if what == "revoked" else "/feeds/x.ics")
    token = link.removeprefix("/feeds/").removesuffix(".ics")
    assert answer.status_code == {"revoked": 410, "guessed": 404, "posted": 405}[what]
    assert (answer.headers["X-Robots-Tag"], answer.headers["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert token not in answer.text


def test_nothing_that_is_logged_holds_a_token(
    client: Client, app: Flask, people: Cast, notes: list[Note], caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where the feed breaks, or a server's own log of addresses is switched on."""
    link = make_link(client.be(people.bo))
    token = link.removeprefix("/feeds/").removesuffix(".ics")
    with caplog.at_level(logging.INFO):
        assert break_and_fetch(client, link) == 500
        for name in discreet.LOGS:
            logging.getLogger(name).info('127.0.0.1 - "GET %s HTTP/1.1" 200', link)
            logging.getLogger(name).info("%(r)s", {"r": f"GET {link}?download=1"})
    assert token not in caplog.text
    assert "GET /feeds/… HTTP/1.1" in caplog.text


def break_and_fetch(client: Client, link: str) -> int:
    """A feed that cannot be made: a fragment in the database is none."""
    session: Session = client.application.extensions["test_session"]
    session.execute(update(Entry).values(fragment=b"broken"))
    return client.be(None).get(link).status_code


def test_every_address_with_a_token_is_kept_out_of_logs(app: Flask) -> None:
    secret = [rule.rule.partition("<token>")[0] for rule in app.url_map.iter_rules() if "<token>" in rule.rule]
    assert [start for start in secret if not start.endswith(discreet.BEFORE)] == []
