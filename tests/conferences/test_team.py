"""/<slug>/organize/team and /<slug>/organize/sponsors."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Role, Sponsor
from barcamp.conferences.routes import team as pages
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.venue import read

TEAM, SPONSORS = "/camp/organize/team", "/camp/organize/sponsors"


def team(db: Session) -> list[tuple[int, str]]:
    db.expire_all()
    return [(one.person_id, one.kind) for one in db.scalars(select(Role).order_by(Role.person_id))]


def test_somebody_gets_a_role_another_one_and_none(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada)
    for kind in ("helper", "organizer"):
        assert client.submit(TEAM, {"email": " Bo.Finch@EXAMPLE.org", "kind": kind}).location == TEAM
        assert team(db) == [(people.ada.id, "organizer"), (people.bo.id, kind)]
    assert read.rows(client.get(TEAM))[1][:3] == ["Bo Finch", "bo.finch@example.org", "Organizer"]
    assert client.submit(f"{TEAM}/{people.bo.id}/delete").location == TEAM
    assert team(db) == [(people.ada.id, "organizer")]
    assert read.log(db) == [(kind, f"person:{people.bo.id}") for kind in ("role-given", "role-given", "role-taken")]
    assert "example.org" not in str([(line.before, line.after) for line in [read.last_line(db)]])


def test_what_cannot_be_is_said_on_the_field(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada)
    cases = [
        (
            "nobody@example.org",
            "organizer",
            "Nobody has signed in with this address yet. They need to do that once first.",
        ),
        ("not an address", "helper", "Nobody has signed in with this address yet. They need to do that once first."),
        ("", "helper", "Please fill this in."),
        ("bo.finch@example.org", "king", "Not a valid choice."),
        ("ada.oak@example.org", "organizer", "Ada Oak has this role already."),
        ("ada.oak@example.org", "helper", "A conference needs an organizer. Please make somebody else one first."),
    ]
    for email, kind, message in cases:
        answer = client.submit(TEAM, {"email": email, "kind": kind})
        assert (answer.status_code, read.messages(answer), read.value(answer, "email")) == (422, [message], email)
    assert team(db) == [(people.ada.id, "organizer")]


def test_who_looks_for_addresses_that_have_an_account_is_stopped(
    client: Client, camp: Conference, people: Cast, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody may start a conference, and to add somebody says whether the site knows them, and their name."""
    monkeypatch.setattr(pages, "ADDED", replace(pages.ADDED, count=3))
    client.be(people.ada)
    asked = [client.submit(TEAM, {"email": f"nobody{n}@example.org", "kind": "helper"}).status_code for n in range(4)]
    assert asked == [422] * 3 + [429]
    known = client.submit(TEAM, {"email": "bo.finch@example.org", "kind": "helper"})
    assert (known.status_code, "Bo Finch" in known.text) == (429, False)
    assert "Please wait an hour" in known.text
    assert 'value="bo.finch@example.org"' in known.text  # what was typed stays
    assert int(known.headers["Retry-After"]) > 60
    assert team(db) == [(people.ada.id, "organizer")]


def test_a_large_team_is_put_together_in_one_evening() -> None:
    assert pages.ADDED.count == 40


def test_the_last_organizer_stays(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    answer = client.be(people.ada).submit(f"{TEAM}/{people.ada.id}/delete")
    assert (answer.status_code, "A conference needs an organizer." in answer.text) == (409, True)
    make.role(db, camp, people.bo)
    assert client.submit(f"{TEAM}/{people.ada.id}/delete").location == "/camp/"
    assert (team(db), client.get(TEAM).status_code) == ([(people.bo.id, "organizer")], 403)


def test_two_organizers_who_remove_each_other_at_once(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    make.role(db, camp, people.bo)
    statuses: list[int] = []

    def remove(browser: Client, other: int) -> None:
        statuses.append(browser.submit(f"{TEAM}/{other}/delete").status_code)

    pairs = []
    for one, other in ((people.ada, people.bo.id), (people.bo, people.ada.id)):
        browser = client.application.test_client()
        assert isinstance(browser, Client)
        pairs.append((browser.be(one), other))
    threads = [Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(team(db)) == 1
    assert (len(statuses), min(statuses), max(statuses) in (403, 409)) == (2, 303, True)


def test_strangers_of_the_team_are_not_there(client: Client, camp: Conference, people: Cast) -> None:
    assert client.be(people.ada).submit(f"{TEAM}/{people.dee.id}/delete").status_code == 404
    assert [client.be(one).get(TEAM).status_code for one in (None, people.dee)] == [303, 403]


def test_a_sponsor_is_added_changed_and_removed(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada)
    duck = {"name": "Duck Press", "gives": "T-shirts", "url": "https://duck.example.org/", "position": ""}
    assert client.submit(SPONSORS, duck).location == SPONSORS
    (sponsor,) = db.scalars(select(Sponsor))
    address = f"{SPONSORS}/{sponsor.id}"
    assert client.submit(address, {**duck, "name": "Goose Press", "position": "4"}).location == SPONSORS
    (sponsor,) = db.scalars(select(Sponsor))
    assert (sponsor.name, sponsor.gives, sponsor.url, sponsor.position) == (
        "Goose Press", "T-shirts", "https://duck.example.org/", 4,
    )  # fmt: skip
    assert client.submit(f"{address}/delete").location == SPONSORS
    assert [kind for kind, _subject in read.log(db)] == ["sponsor-added", "sponsor-changed", "sponsor-removed"]
    assert [client.get(address).status_code, client.submit(f"{address}/delete").status_code] == [404, 404]


def test_bad_sponsors_are_refused(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    db.add(Sponsor(conference_id=camp.id, name="Duck Press"))
    db.flush()
    client.be(people.ada)
    link = "Please give a whole address that starts with https:// or http://."
    cases = [
        ({"name": "\u200b"}, "Please fill this in."),
        ({"name": "duck PRESS"}, "Duck Press is on the list already."),
        ({"url": "javascript:alert(1)"}, link),
        ({"url": "JavaScript:alert(1)//https://"}, link),
        ({"url": "data:text/html,x"}, link),
        ({"url": "http://["}, link),
        ({"url": "//example.org"}, link),
        ({"url": "https://" + "x" * 500}, "Please keep this to 500 characters."),
        ({"position": "-1"}, "Please give a number from 0 to 9999."),
    ]
    for typed, message in cases:
        answer = client.submit(SPONSORS, {"name": "Goose", "gives": "tea", "url": "", "position": "", **typed})
        assert (answer.status_code, read.messages(answer)[0], read.value(answer, "gives")) == (422, message, "tea")
    assert [one.name for one in db.scalars(select(Sponsor))] == ["Duck Press"]


def test_sponsors_of_another_conference_are_not_there(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    other = make.conference(db, people.dee, slug="other")
    sponsor = Sponsor(conference_id=other.id, name="Theirs")
    db.add(sponsor)
    db.flush()
    client.be(people.ada)
    address = f"{SPONSORS}/{sponsor.id}"
    assert client.get(address).status_code == 404
    assert [client.submit(path, {"name": "Mine"}).status_code for path in (address, f"{address}/delete")] == [404, 404]


def test_a_stale_sponsor_is_not_overwritten(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada).submit(SPONSORS, {"name": "Duck Press"})
    (sponsor,) = db.scalars(select(Sponsor))
    address = f"{SPONSORS}/{sponsor.id}"
    typed = {"name": "Duck Press", "position": "1", "seen": read.value(client.get(address), "seen")}
    assert client.submit(address, {**typed, "gives": "tea"}).status_code == 303
    stale = client.submit(address, {**typed, "gives": "cake"})
    assert (stale.status_code, read.value(stale, "gives")) == (409, "cake")
    assert [one.gives for one in db.scalars(select(Sponsor))] == ["tea"]
