"""How somebody hears: the page of it, the press in a letter, the browsers that asked, and what becomes of it all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.mail import unsubscribe
from barcamp.news import browsers, vapid
from barcamp.news.models import Bulletin, News, NewsChoice, PushMessage, PushSubscription
from barcamp.people import codes
from barcamp.people.models import Device, Person
from barcamp.people.routes import merge
from barcamp.settings import Settings
from barcamp.web.guard import COOKIE, token_hash
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.servers.push import Browser, encoded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ENDPOINT = "https://push.example/send/abc"


def said(browser: Browser | None = None, endpoint: str = ENDPOINT, **more: Any) -> dict[str, Any]:
    """What a browser says of itself."""
    return {"endpoint": endpoint, "expirationTime": None, "keys": (browser or Browser()).keys, **more}


def ask(client: Client, what: object, method: str = "POST") -> int:
    headers = {"X-CSRF-Token": client.token(), "Accept": "application/json"}
    return client.open("/news/subscriptions", method=method, json=what, headers=headers).status_code


def endpoints(db: Session, who: Person | None = None) -> list[str]:
    query = select(PushSubscription.endpoint).order_by(PushSubscription.id)
    return list(db.scalars(query if who is None else query.where(PushSubscription.person_id == who.id)))


def choice(db: Session, who: Person) -> tuple[bool, bool, bool] | None:
    db.expire_all()
    found = db.get(NewsChoice, who.id)
    return None if found is None else (found.by_mail, found.by_push, found.on_pages)


class TestChoices:
    """Letters, notifications, lines on pages: each on and off."""

    def test_who_never_said_so_hears_by_all(self, client: Client, people: Cast) -> None:
        page = BeautifulSoup(client.be(people.cy).get("/news/choices").text, "html.parser")
        ticked = {str(one["name"]): one.has_attr("checked") for one in page.select("main [type=checkbox]")}
        assert ticked == {"by_mail": True, "by_push": True, "on_pages": True}

    def test_what_is_ticked_holds(self, client: Client, db: Session, people: Cast) -> None:
        assert client.be(people.cy).submit("/news/choices", {"on_pages": "y"}).status_code == 303
        assert choice(db, people.cy) == (False, False, True)
        client.submit("/news/choices", {"by_mail": "y", "by_push": "y"})
        assert choice(db, people.cy) == (True, True, False)

    def test_a_browser_is_removed_by_its_owner_alone(self, client: Client, db: Session, people: Cast) -> None:
        ask(client.be(people.cy), said())
        (number,) = db.scalars(select(PushSubscription.id))
        assert client.be(people.dee).submit(f"/news/browsers/{number}/remove").status_code == 404
        assert client.be(people.cy).submit(f"/news/browsers/{number}/remove").status_code == 303
        assert (endpoints(db), client.submit(f"/news/browsers/{number}/remove").status_code) == ([], 404)


class TestUnsubscribe:
    """The secret in a letter: one button for people, one request for mail programs."""

    @pytest.fixture
    def address(self, app: Flask, people: Cast) -> str:
        return f"/news/unsubscribe/{unsubscribe.token_of(people.cy.id, app.config['SECRET_KEY'])}"

    def test_looking_changes_nothing(self, client: Client, db: Session, people: Cast, address: str) -> None:
        answer = client.get(address)
        assert (answer.status_code, choice(db, people.cy)) == (200, None)
        assert answer.headers["Referrer-Policy"] == "strict-origin"

    def test_a_mail_program_needs_one_request_and_nothing_else(
        self, app: Flask, client: Client, db: Session, people: Cast, address: str
    ) -> None:
        program = app.test_client()
        for _ in range(2):
            answer = program.post(address, data={"List-Unsubscribe": "One-Click"})
            assert (answer.status_code, answer.text) == (200, "No more letters.\n")
        assert choice(db, people.cy) == (False, True, True)

    def test_a_person_presses_and_sees_that_it_is_done(
        self, client: Client, db: Session, people: Cast, address: str
    ) -> None:
        db.add(NewsChoice(person_id=people.cy.id, by_push=False, changed_at=make.NOW))
        db.flush()
        answer = client.post(address)
        assert (answer.status_code, answer.location) == (303, address)
        assert "You get no more letters" in client.get(address).text
        assert choice(db, people.cy) == (False, False, True)

    @pytest.mark.parametrize("wrong", ["1", "1-", "0-x", "1-" + "A" * 32, "999999-" + "A" * 32, "x" * 3000])
    def test_a_made_up_secret_is_none(self, client: Client, db: Session, wrong: str) -> None:
        assert client.get(f"/news/unsubscribe/{wrong}").status_code == 404
        assert client.post(f"/news/unsubscribe/{wrong}").status_code == 404

    def test_the_secret_of_another_opens_nothing(self, client: Client, people: Cast, address: str) -> None:
        assert client.get(address.replace(f"/{people.cy.id}-", f"/{people.dee.id}-")).status_code == 404

    def test_an_erased_person_has_nothing_to_stop(
        self, client: Client, db: Session, people: Cast, address: str
    ) -> None:
        client.be(people.cy).submit("/account/erase", {"word": "erase"})
        assert client.be(None).post(address).status_code == 303
        assert (client.get(address).status_code, choice(db, people.cy)) == (200, None)


class TestSubscriptions:
    """A browser that asks to hear."""

    def test_the_key_is_the_one_that_messages_are_signed_with(
        self, client: Client, settings: Settings, people: Cast
    ) -> None:
        answer = client.be(people.cy).get("/news/push-key")
        assert answer.get_json() == {"key": vapid.public_key(settings.vapid_key)}
        assert client.be(None).get("/news/push-key", headers={"Accept": "application/json"}).status_code == 401

    def test_asking_twice_is_asking_once(self, client: Client, db: Session, people: Cast) -> None:
        client.be(people.cy)
        again = Browser()
        assert [ask(client, said()), ask(client, said(again))] == [204, 204]
        kept = db.scalars(select(PushSubscription)).one()
        assert (kept.person_id, kept.endpoint, kept.p256dh) == (people.cy.id, ENDPOINT, again.keys["p256dh"])
        assert [ask(client, {"endpoint": ENDPOINT}, "DELETE") for _ in range(2)] == [204, 204]
        assert endpoints(db) == []

    def test_whoever_sits_at_the_browser_now_hears_and_nobody_before(
        self, client: Client, db: Session, people: Cast
    ) -> None:
        ask(client.be(people.cy), said())
        (row,) = db.scalars(select(PushSubscription))
        db.add(PushMessage(subscription_id=row.id, title="For Cy", text="", path="/", written_at=make.NOW,
                           due_at=make.NOW))  # fmt: skip
        db.flush()
        ask(client.be(people.dee), said())
        assert (endpoints(db, people.cy), endpoints(db, people.dee)) == ([], [ENDPOINT])
        assert db.scalars(select(PushMessage)).all() == []

    def test_nobody_removes_anothers(self, client: Client, db: Session, people: Cast) -> None:
        ask(client.be(people.cy), said())
        assert ask(client.be(people.dee), {"endpoint": ENDPOINT}, "DELETE") == 204
        assert endpoints(db) == [ENDPOINT]

    def test_ten_browsers_are_kept_and_the_oldest_goes(self, client: Client, db: Session, people: Cast) -> None:
        client.be(people.cy)
        for number in range(12):
            assert ask(client, said(endpoint=f"{ENDPOINT}{number}")) == 204
        assert endpoints(db) == [f"{ENDPOINT}{number}" for number in range(2, 12)]

    @pytest.mark.parametrize(
        "endpoint",
        ["", "http://push.example/x", "https://", "https://localhost/x", "https://127.0.0.1/x", "https://[::1]/x",
         "https://2130706433/x", "https://u:p@push.example/x", "https://push.example:8080/x", "javascript:alert(1)",
         "https://push.example/ x", "https://push.example/\r\nX-Evil: 1", "https://push.example/" + "x" * 1000,
         "ftp://push.example/", "https://push.example/ü", 7, None, ["https://push.example/x"], {"a": 1}],
    )  # fmt: skip
    def test_an_address_that_is_none_is_refused(
        self, client: Client, db: Session, people: Cast, endpoint: object
    ) -> None:
        assert ask(client.be(people.cy), {**said(), "endpoint": endpoint}) == 422
        assert endpoints(db) == []

    @pytest.mark.parametrize(
        "keys",
        [None, {}, [], "x", {"p256dh": "AAAA", "auth": "AAAA"}, {"p256dh": 1, "auth": 2},
         {**Browser().keys, "auth": "short"}, {**Browser().keys, "auth": encoded(b"x" * 17)},
         {**Browser().keys, "p256dh": encoded(b"\x04" + b"\x01" * 64)}, {**Browser().keys, "p256dh": "ü" * 87},
         {**Browser().keys, "p256dh": encoded(b"\x02" + b"\x01" * 32)}],
    )  # fmt: skip
    def test_keys_that_are_none_are_refused(self, client: Client, db: Session, people: Cast, keys: object) -> None:
        assert ask(client.be(people.cy), {**said(), "keys": keys}) == 422
        assert endpoints(db) == []

    @pytest.mark.parametrize("body", ["", "[]", "null", "nonsense", '"x"', json.dumps({"x": "y" * 5000})])
    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_nonsense_is_refused(self, client: Client, people: Cast, body: str, method: str) -> None:
        headers = {"X-CSRF-Token": client.be(people.cy).token(), "Accept": "application/json"}
        answer = client.open(
            "/news/subscriptions", method=method, data=body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 422

    @pytest.mark.parametrize("end", ["/sign-out", "/account/sign-out-everywhere", "/account/erase"])
    def test_who_signs_out_hears_no_more_here(self, client: Client, db: Session, people: Cast, end: str) -> None:
        ask(client.be(people.cy), said())
        client.submit(end, {"word": "erase"})
        assert endpoints(db) == []

    def test_the_worker_speaks_for_the_whole_site_and_takes_no_requests(self, client: Client) -> None:
        answer = client.get("/sw.js")
        assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
        assert answer.headers["Cache-Control"] == "no-cache"
        assert 'addEventListener("fetch"' not in answer.text


class TestTheAccount:
    """What is kept of it is the person's: in the file, erased with them, brought along when a walk-in signs in."""

    def tell(self, db: Session, camp: Conference, title: str, *to: Person) -> Bulletin:
        made = Bulletin(
            conference_id=camp.id, kind="announcement", author_id=to[0].id, title=title, text="Come.",
            told_at=make.NOW, readers=1,
        )  # fmt: skip
        db.add(made)
        db.flush()
        db.add_all(News(bulletin_id=made.id, person_id=one.id) for one in to)
        db.flush()
        return made

    def test_it_is_in_the_file_without_a_key(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        self.tell(db, camp, "Lunch", people.cy)
        client.be(people.cy).submit("/news/choices", {"by_mail": "y"})
        browser = Browser()
        ask(client, said(browser))
        answer = client.get("/account/export")
        data = answer.get_json()
        at = "2026-11-21T18:00:00+00:00"
        assert data["news"] == [
            {"conference": "camp", "told_at": at, "read_at": None, "title": "Lunch", "text": "Come.", "changes": []}
        ]
        assert data["announcements"] == [
            {"conference": "camp", "told_at": at, "audience": "everybody", "title": "Lunch", "text": "Come."}
        ]
        (ways,) = data["news_choices"]
        assert (ways["by_mail"], ways["by_push"], ways["on_pages"]) == (True, False, False)
        assert [list(one) for one in data["notified_browsers"]] == [["label", "created_at", "sent_at"]]
        assert data["notifications"] == []
        secrets = (ENDPOINT, browser.keys["auth"], browser.keys["p256dh"])
        assert [one for one in secrets if one in answer.text] == []

    def test_erasing_takes_it_all(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        self.tell(db, camp, "Lunch", people.cy, people.dee)
        client.be(people.cy).submit("/news/choices", {})
        ask(client, said())
        (browser,) = db.scalars(select(PushSubscription))
        db.add(PushMessage(subscription_id=browser.id, title="x", text="", path="/", written_at=make.NOW,
                           due_at=make.NOW))  # fmt: skip
        db.flush()
        client.submit("/account/erase", {"word": "erase"})
        left = [db.scalars(select(table)).all() for table in (NewsChoice, PushSubscription, PushMessage)]
        assert left == [[], [], []]
        assert [one.person_id for one in db.scalars(select(News))] == [people.dee.id]
        assert db.scalars(select(Bulletin.author_id)).one() is None

    def test_a_walk_in_brings_news_and_browsers_along(
        self, store: Store, db: Session, camp: Conference, people: Cast
    ) -> None:
        wim = make.walk_in(db, "Wim")
        both, theirs = self.tell(db, camp, "Both", wim, people.cy), self.tell(db, camp, "Theirs", wim)
        db.add_all([
            NewsChoice(person_id=wim.id, by_push=False, changed_at=make.NOW),
            PushSubscription(person_id=wim.id, endpoint=ENDPOINT, p256dh="k", auth="a", label="", created_at=make.NOW),
        ])  # fmt: skip
        db.get_one(News, (both.id, wim.id)).note_ids = [2, 3]
        db.get_one(News, (both.id, people.cy.id)).note_ids = [1, 2]
        db.flush()
        with store.writing() as writing:
            merge.bring_along(writing, wim.id, people.cy.id, now=make.NOW)
        db.expire_all()
        kept = {(one.bulletin_id, one.person_id): one.note_ids for one in db.scalars(select(News))}
        assert kept == {(both.id, people.cy.id): [1, 2, 3], (theirs.id, people.cy.id): []}
        assert (choice(db, people.cy), choice(db, wim)) == ((True, False, True), None)
        assert endpoints(db, people.cy) == [ENDPOINT]
        assert {one.author_id for one in db.scalars(select(Bulletin))} == {people.cy.id}

    def test_what_the_account_has_chosen_holds(self, store: Store, db: Session, people: Cast) -> None:
        wim = make.walk_in(db, "Wim")
        db.add_all([
            NewsChoice(person_id=wim.id, by_push=False, changed_at=make.NOW),
            NewsChoice(person_id=people.cy.id, on_pages=False, changed_at=make.NOW),
        ])  # fmt: skip
        db.flush()
        with store.writing() as writing:
            merge.bring_along(writing, wim.id, people.cy.id, now=make.NOW)
        assert (choice(db, people.cy), choice(db, wim)) == ((True, True, False), None)

    def test_the_browser_that_came_along_hangs_on_the_new_sign_in(
        self, client: Client, db: Session, people: Cast
    ) -> None:
        """As in real life: a walk-in asks to hear, then opens the link of a letter on the same browser."""
        wim = make.walk_in(db, "Wim")
        ask(client.be(wim), said())
        token = codes.make_link(db, str(people.cy.email), now=make.NOW)
        db.flush()
        client.post(f"/sign-in/link/{token}")
        (kept,) = db.scalars(select(PushSubscription))
        cookie = client.get_cookie(COOKIE)
        assert cookie is not None
        here = db.scalars(select(Device).where(Device.token_hash == token_hash(cookie.value))).one()
        assert (kept.person_id, kept.device_id) == (people.cy.id, here.id)
        client.submit("/sign-out")
        assert endpoints(db) == []


def test_only_what_came_along_is_tied(store: Store, db: Session, people: Cast) -> None:
    with store.writing() as writing:
        browsers.tie(writing, people.cy.id, b"nobody's", now=make.NOW)
    assert endpoints(db) == []
