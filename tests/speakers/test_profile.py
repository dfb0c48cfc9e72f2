"""A speaker's own page about their page: making it, what it says, its address, who sees it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.speakers import queries, service
from barcamp.speakers.errors import NameTaken, NoMoreNames
from barcamp.speakers.models import FormerName, Speaker
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast
from tests.speakers.talks import of_2012, page

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FIELDS = {"slug": "bo-finch", "bio": "", "links": "", "visits_open": "y"}


def errors(html: str) -> list[str]:
    return [one.get_text(strip=True) for one in BeautifulSoup(html, "html.parser").select(".field .errors li")]


@on_sqlite
def test_nobody_has_a_page_who_has_not_asked_for_it(client: Client, db: Session, people: Cast) -> None:
    page_before = client.be(people.bo).get("/account/speaker")
    assert "A page of your own as a speaker" in page_before.text
    assert db.scalars(select(Speaker)).all() == []
    assert client.submit("/account/speaker/make").location == "/account/speaker"
    made = db.scalars(select(Speaker)).one()
    assert (made.person_id, made.slug, made.public, made.visits_open) == (people.bo.id, "bo-finch", False, True)
    assert client.be(None).get("/speakers/bo-finch").status_code == 404

    client.be(people.bo).submit("/account/speaker/show")
    assert client.be(None).get("/speakers/bo-finch").status_code == 200
    client.be(people.bo).submit("/account/speaker/hide")
    assert client.be(None).get("/speakers/bo-finch").status_code == 404


@on_sqlite
@pytest.mark.parametrize("address", ["", "/show", "/hide", "/picture", "/picture/remove"])
def test_without_a_page_every_form_leads_to_where_one_makes_it(client: Client, people: Cast, address: str) -> None:
    answer = client.be(people.bo).submit(f"/account/speaker{address}", FIELDS)
    assert (answer.status_code, answer.location) == (303, "/account/speaker")


@on_sqlite
def test_a_walk_in_needs_an_address_first(client: Client, db: Session) -> None:
    answer = client.be(make.walk_in(db, "Mia")).submit("/account/speaker/make")
    assert (answer.status_code, db.scalars(select(Speaker)).all()) == (303, [])


@on_sqlite
def test_what_it_says_is_kept_and_shown(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    client.be(people.bo).submit("/account/speaker", {
        **FIELDS, "bio": "I like **otters**.\r\n\r\n<script>alert(1)</script>", "visits_open": "",
        "links": "My blog: https://blog.example/?a=1\r\n\r\nhttps://www.bare.example/x",
    })  # fmt: skip
    speaker = db.scalars(select(Speaker)).one()
    assert speaker.links == [
        {"name": "My blog", "url": "https://blog.example/?a=1"},
        {"name": "bare.example", "url": "https://www.bare.example/x"},
    ]
    assert (speaker.visits_open, speaker.revision) == (False, 1)
    soup = BeautifulSoup(client.get("/speakers/bo-finch").text, "html.parser")
    assert soup.select_one(".p-note").get_text(" ", strip=True) == "I like otters . <script>alert(1)</script>"  # type: ignore[union-attr]
    form = BeautifulSoup(client.get("/account/speaker").text, "html.parser")
    assert form.select_one("#links").text.strip() == (  # type: ignore[union-attr]
        "My blog https://blog.example/?a=1\nbare.example https://www.bare.example/x"
    )


@on_sqlite
@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("slug", ""),
        ("slug", "a"),
        ("slug", "bo finch"),
        ("slug", "-bo"),
        ("slug", "bo--finch"),
        ("slug", "Ωmega"),
        ("slug", "b" * 61),
        ("slug", "speakers"),
        ("slug", "../bo"),
        ("bio", "x" * 2001),
        ("links", "My blog"),
        ("links", "javascript:alert(1)"),
        ("links", "My blog javascript:alert(1)"),
        ("links", "My blog https://"),
        ("links", "My blog https://a b"),
        ("links", "Me https://user:pass@x.example/"),
        ("links", 'Me https://x.example/"onmouseover="alert(1)'),
        ("links", "Me data:text/html,x"),
        ("links", "\n".join(f"Link {number} https://x.example/{number}" for number in range(9))),
        ("links", f"Long https://x.example/{'x' * 500}"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    client: Client, db: Session, people: Cast, field: str, typed: str
) -> None:
    page(db, people.bo)
    answer = client.be(people.bo).submit("/account/speaker", {**FIELDS, "bio": "My words", field: typed})
    assert (answer.status_code, len(errors(answer.text))) == (422, 1)
    assert "My words" in answer.text or field == "bio"
    assert db.scalars(select(Speaker)).one().revision == 0


@on_sqlite
def test_upper_case_in_an_address_is_forgiven(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    client.be(people.bo).submit("/account/speaker", {**FIELDS, "slug": " Bo-F "})
    assert db.scalars(select(Speaker)).one().slug == "bo-f"


@on_sqlite
def test_another_address_is_refused_where_somebody_has_or_had_it(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    page(db, people.cy, "cy")
    db.add(FormerName(slug="cy-reed", person_id=people.cy.id, left_at=make.NOW))
    db.flush()
    for taken in ("cy", "cy-reed"):
        answer = client.be(people.bo).submit("/account/speaker", {**FIELDS, "slug": taken, "bio": "My words"})
        assert (answer.status_code, errors(answer.text)) == (
            409, ["Somebody else has this address, or had it once. Please choose another one."],
        )  # fmt: skip
        assert "My words" in answer.text
    client.submit("/account/speaker", {**FIELDS, "slug": "bo"})
    assert client.be(None).get("/speakers/bo-finch").location == "/speakers/bo"


@on_sqlite
def test_the_hint_is_for_those_who_speak_here(
    client: Client, db: Session, store: Store, people: Cast, camp: Conference
) -> None:
    slots, rooms = stage.day(db, camp)
    note = make.note(db, camp, people.bo)

    def hints() -> list[bool]:
        account, shown = client.get("/account").text, client.get(f"/camp/notes/{note.id}").text
        return ["You have given a session here" in account, "Would you like a page with all your talks?" in shown]

    client.be(people.bo)
    assert hints() == [False, False]
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    assert hints() == [True, True]
    assert client.be(people.cy) and hints() == [False, False]
    page(db, people.bo)
    assert client.be(people.bo) and hints() == [False, False]


@on_sqlite
def test_what_is_private_is_kept_by_no_cache(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    assert client.be(people.bo).get("/account/speaker").headers["Cache-Control"] == "private, no-store"


# ---- the service, on both databases ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Bo Finch", "bo-finch"),
        ("Zoë Ångström", "zoe-angstrom"),
        ("Γιώργος", "someone"),
        ("李雷", "someone"),
        ("Speaker", "speaker-2"),
        ("B", "someone"),
        ("<script>", "script"),
        ("x" * 200, "x" * 60),
    ],
)
@on_sqlite
def test_the_address_comes_from_the_name(db: Session, store: Store, name: str, slug: str) -> None:
    person = make.person(db, name, email="one@example.org")
    with store.writing() as writing:
        service.make_page(writing, writing.get_one(Person, person.id), now=make.NOW)
    assert db.scalars(select(Speaker.slug)).one() == slug


def test_two_clicks_make_one_page_and_two_of_one_name_have_two_addresses(
    db: Session, store: Store, people: Cast
) -> None:
    twins = [make.person(db, "Bo Finch", email=f"twin-{number}@example.org") for number in range(3)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda who: made(store, who), [*twins, *twins]))
    slugs = db.scalars(select(Speaker.slug).order_by(Speaker.slug)).all()
    assert list(slugs) == ["bo-finch", "bo-finch-2", "bo-finch-3"]


def made(store: Store, who: Person) -> None:
    with store.writing() as writing:
        service.make_page(writing, writing.get_one(Person, who.id), now=make.NOW)


def moved(store: Store, who: Person, slug: str) -> str:
    try:
        with store.writing() as writing:
            speaker = queries.find_own(writing, who.id)
            assert speaker is not None
            service.change_profile(writing, speaker, slug=slug, bio="", links=[], visits_open=True, now=make.NOW)
    except (NameTaken, NoMoreNames) as refusal:
        return type(refusal).__name__
    return "moved"


def test_one_may_come_back_to_ones_own_former_address(db: Session, store: Store, people: Cast) -> None:
    page(db, people.bo, "one")
    page(db, people.cy, "cy")
    assert [moved(store, people.bo, slug) for slug in ("two", "three", "one")] == ["moved"] * 3
    assert db.scalars(select(FormerName.slug).order_by(FormerName.slug)).all() == ["three", "two"]
    assert [moved(store, people.cy, slug) for slug in ("one", "two", "three")] == ["NameTaken"] * 3


def test_addresses_are_not_hoarded(db: Session, store: Store, people: Cast) -> None:
    page(db, people.bo)
    ends = [moved(store, people.bo, f"bo-{number}") for number in range(service.MOST_NAMES + 1)]
    assert ends == [*["moved"] * service.MOST_NAMES, "NoMoreNames"]


def test_of_two_who_want_one_address_at_once_one_gets_it(db: Session, store: Store, people: Cast) -> None:
    page(db, people.bo)
    page(db, people.cy, "cy-reed")
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda who: moved(store, who, "wanted"), [people.bo, people.cy]))
    assert sorted(ends) == ["NameTaken", "moved"]
    assert db.scalars(select(Speaker.slug).order_by(Speaker.slug)).first() in ("bo-finch", "cy-reed")


@on_sqlite
def test_the_fragments_of_talks_follow_a_new_address(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    of_2012(db, people.bo)
    client.be(people.bo).submit("/account/speaker", {**FIELDS, "slug": "bo"})
    feed = client.get("/speakers/bo.ics").text
    assert feed.count("URL:http://127.0.0.1:8000/speakers/bo\r\n") == 4
