"""When a person goes, or turns out to be two: everything a speaker has goes along, and nothing stays behind."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.speakers import service
from barcamp.speakers.models import FormerName, Picture, Speaker, Talk, TalkSource, Visit
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.speakers.talks import page, talk
from tests.test_people.rows import points_to


def life_of_a_speaker(db: Session, who: Person, other: Person, camp: Conference, slug: str) -> None:
    """A page, a picture, a former name, a source, a talk from it, visitors, and a visit to somebody else's."""
    page(db, who, slug, bio=f"About {slug}")
    source = TalkSource(person_id=who.id, url="https://talks.example/me.ics", added_at=make.NOW, due_at=make.NOW)
    db.add_all([
        source,
        Picture(person_id=who.id, media_type="image/jpeg", content=slug.encode(), etag=slug, changed_at=make.NOW),
        FormerName(slug=f"old-{slug}", person_id=who.id, left_at=make.NOW),
    ])  # fmt: skip
    db.flush()
    given = talk(db, who, f"Talk of {slug}", source_id=source.id, source_uid=slug)
    db.add_all([
        Visit(speaker_id=who.id, visitor_id=other.id, conference_id=camp.id, named=True, at=make.NOW),
        Visit(speaker_id=who.id, visitor_id=other.id, talk_id=given.id, at=make.NOW),
    ])  # fmt: skip
    db.flush()


def test_erasing_leaves_nothing_of_a_speaker(client: Client, db: Session, people: Cast, camp: Conference) -> None:
    life_of_a_speaker(db, people.bo, people.cy, camp, "bo-finch")
    life_of_a_speaker(db, people.cy, people.bo, camp, "cy-reed")
    assert client.be(people.bo).submit("/account/erase", {"word": "erase"}).location == "/"
    assert points_to(db, people.bo) == {}
    assert [client.get(f"/speakers/{name}").status_code for name in ("bo-finch", "old-bo-finch")] == [404, 404]
    assert db.scalars(select(Speaker.slug)).all() == ["cy-reed"]
    assert db.scalars(select(Visit)).all() == []
    assert [talk.title for talk in db.scalars(select(Talk))] == ["Talk of cy-reed"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_all_of_it_is_in_the_file(client: Client, db: Session, people: Cast, camp: Conference) -> None:
    life_of_a_speaker(db, people.bo, people.cy, camp, "bo-finch")
    life_of_a_speaker(db, people.cy, people.bo, camp, "cy-reed")
    data = json.loads(client.be(people.bo).get("/account/export").data)
    at = "2026-11-21T18:00:00+00:00"
    assert data["speaker_page"] == [
        {"slug": "bo-finch", "public": True, "bio": "About bo-finch", "links": [], "visits_open": True,
         "changed_at": at}
    ]  # fmt: skip
    assert data["former_page_names"] == [{"slug": "old-bo-finch", "left_at": at}]
    assert data["picture"] == [{"media_type": "image/jpeg", "changed_at": at, "content": "Ym8tZmluY2g="}]
    assert [one["title"] for one in data["talks_elsewhere"]] == ["Talk of bo-finch"]
    assert [one["url"] for one in data["talk_calendars"]] == ["https://talks.example/me.ics"]
    assert data["visits"] == [
        {"speaker": "cy-reed", "conference": "camp", "talk": None, "named": True, "at": at},
        {"speaker": "cy-reed", "conference": None, "talk": "Talk of cy-reed", "named": False, "at": at},
    ]  # fmt: skip


def hand_over(store: Store, one: Person, other: Person) -> None:
    with store.writing() as writing:
        service.hand_over(writing, one.id, other.id, now=make.NOW)


def test_of_two_who_are_one_the_page_moves_where_there_is_none(
    db: Session, store: Store, people: Cast, camp: Conference
) -> None:
    life_of_a_speaker(db, people.bo, people.cy, camp, "bo-finch")
    hand_over(store, people.bo, people.dee)
    assert points_to(db, people.bo) == {}
    kept = db.get_one(Speaker, people.dee.id)
    assert (kept.slug, kept.public, kept.bio) == ("bo-finch", True, "About bo-finch")
    assert [one.person_id for one in db.scalars(select(Talk))] == [people.dee.id]
    assert db.get_one(Picture, people.dee.id).content == b"bo-finch"
    assert db.get_one(FormerName, "old-bo-finch").person_id == people.dee.id
    assert len(db.scalars(select(Visit).where(Visit.speaker_id == people.dee.id)).all()) == 2


def test_where_both_have_a_page_the_other_stays_and_its_addresses_lead_to_it(
    client: Client, db: Session, store: Store, people: Cast, camp: Conference
) -> None:
    life_of_a_speaker(db, people.bo, people.cy, camp, "bo-finch")
    life_of_a_speaker(db, people.dee, people.cy, camp, "dee-moss")
    db.add(Visit(speaker_id=people.dee.id, visitor_id=people.bo.id, conference_id=camp.id, at=make.NOW))
    db.flush()
    hand_over(store, people.bo, people.dee)
    db.expire_all()
    assert points_to(db, people.bo) == {}
    assert db.scalars(select(Speaker.slug)).all() == ["dee-moss"]
    assert db.get_one(Picture, people.dee.id).content == b"dee-moss"
    assert sorted(one.title for one in db.scalars(select(Talk))) == ["Talk of bo-finch", "Talk of dee-moss"]
    assert [one.url for one in db.scalars(select(TalkSource))] == ["https://talks.example/me.ics"]
    said = [(one.visitor_id, one.conference_id is None) for one in db.scalars(select(Visit))]
    assert sorted(said) == [(people.cy.id, False), (people.cy.id, True), (people.cy.id, True)]
    for name in ("bo-finch", "old-bo-finch"):
        assert client.get(f"/speakers/{name}").location == "/speakers/dee-moss"


def test_what_a_walk_in_said_comes_along_once(db: Session, store: Store, people: Cast, camp: Conference) -> None:
    page(db, people.bo)
    walk_in, elsewhere = make.walk_in(db, "Mia"), talk(db, people.bo)
    db.add_all([
        Visit(speaker_id=people.bo.id, visitor_id=walk_in.id, conference_id=camp.id, named=True, at=make.NOW),
        Visit(speaker_id=people.bo.id, visitor_id=people.cy.id, conference_id=camp.id, at=make.NOW),
        Visit(speaker_id=people.bo.id, visitor_id=walk_in.id, talk_id=elsewhere.id, named=True, at=make.NOW),
    ])  # fmt: skip
    db.flush()
    hand_over(store, walk_in, people.cy)
    kept = db.scalars(select(Visit).order_by(Visit.id)).all()
    assert [(one.visitor_id, one.conference_id, one.named) for one in kept] == [
        (people.cy.id, camp.id, False), (people.cy.id, None, True),
    ]  # fmt: skip
