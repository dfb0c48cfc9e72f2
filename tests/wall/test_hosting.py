"""Who presents a note: wishes without a host, taking up and giving back, and co-hosts by invitation."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.cli import checks
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.errors import Refused
from barcamp.log.models import Change
from barcamp.mail.models import Letter
from barcamp.people.codes import link_hash
from barcamp.people.models import Person
from barcamp.schedule.draft import placements
from barcamp.schedule.draft import read as read_draft
from barcamp.schedule.models import Entry
from barcamp.schedule.problems import breaches
from barcamp.wall import queries, service
from barcamp.wall.models import CoHost, CoPresenter, Invitation, Note, NoteAway, Star
from tests import make, stage
from tests.conftest import Client, empty_database
from tests.people import Cast
from tests.wall import read

#: For what depends on the database: the rest of this file is content with one.
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
GONE = "This invitation has been used or taken back, or it is too old."


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return empty_database(request, tmp_path)


@pytest.fixture
def wish(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, None, "Bees", seeks_host=True, asked_by_id=people.bo.id)


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "Kayaks")


def post(client: Client, note: Note, verb: str, **typed: str) -> int:
    return client.submit(f"/camp/notes/{note.id}/{verb}", typed).status_code


def state(db: Session, note: Note) -> tuple[str | None, bool, list[str], int]:
    """Who is the author, whether a host is sought, the co-hosts, and how many stars there are."""
    db.expire_all()
    found = queries.find_whole_note(db, db.get_one(Conference, note.conference_id), note.id)
    assert found is not None
    author = None if found.author is None else found.author.name
    return author, found.seeks_host, [one.person.name for one in found.cohosts], found.star_count


def log(db: Session) -> list[tuple[str, str, int | None]]:
    rows = db.scalars(select(Change).order_by(Change.revision))
    return [(change.kind, change.subject, change.actor_id) for change in rows]


def wrongs(db: Session) -> list[str]:
    return [finding.text for finding in checks.run(db, now=make.NOW) if finding.is_wrong]


def invite(client: Client, note: Note) -> str:
    """Make an invitation, as whoever the client is; the path that stands on the page."""
    answer = client.submit(f"/camp/notes/{note.id}/invitations")
    field = read.page(answer).select_one("#invitation-address")
    assert answer.status_code == 200 and field is not None
    return urlsplit(str(field["value"])).path


class TestWishing:
    @on_both
    def test_a_wish_has_nobody_who_presents_it(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        client.be(people.bo).submit("/camp/wall/notes", {"title": "Bees", "seeks_host": "y"})
        (wish,) = db.scalars(select(Note))
        assert (wish.author_id, wish.asked_by_id, wish.seeks_host) == (None, people.bo.id, True)
        (card,) = read.cards(client.be(people.cy).get("/camp/wall"))
        assert read.words(card.select_one(".note-flag")) == "needs a host"
        assert read.words(card.select_one(".note-hosts")) == "asked for by Bo Finch"
        (link,) = card.select(".note-wish a")
        assert (read.words(link), link["href"]) == ("I could give this: Bees", f"/camp/notes/{wish.id}#hosting")
        assert log(db) == [("note-posted", f"note:{wish.id}", people.bo.id)]

    def test_it_takes_stars_also_from_who_asked(self, client: Client, db: Session, wish: Note, people: Cast) -> None:
        assert [post(client.be(who), wish, "star") for who in (people.bo, people.cy)] == [303, 303]
        assert (state(db, wish)[3], wrongs(db)) == (2, [])

    def test_it_counts_as_one_of_twenty(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        for number in range(19):
            make.note(db, camp, None, f"Wish {number}", seeks_host=True, asked_by_id=people.bo.id)
        client.be(people.bo)
        typed = [{"title": "A"} | {"seeks_host": "y"}, {"title": "B"} | {"seeks_host": "y"}, {"title": "C"}]
        assert [client.submit("/camp/wall/notes", one).status_code for one in typed] == [303, 409, 409]

    def test_the_same_form_twice_is_one_wish_and_a_note_is_another(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        client.be(people.bo)
        for typed in ({"title": "Bees", "seeks_host": "y"},) * 2 + ({"title": "Bees"},) * 2:
            assert client.submit("/camp/wall/notes", typed).status_code == 303
        assert db.scalars(select(Note.seeks_host).order_by(Note.id)).all() == [True, False]

    def test_nobody_presents_it_so_nobody_can_be_named(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        slots = [make.slot(db, camp, clock) for clock in ("11:00", "13:00")]
        typed = {"title": "Bees", "seeks_host": "y", "copresenters": "Wen Zed", "away": str(slots[0].id)}
        answer = client.be(people.bo).submit("/camp/wall/notes", typed)
        assert (answer.status_code, read.errors(answer)) == (
            422,
            {"copresenters": ["Nobody presents a wish yet, so please name nobody here."],
             "away": ["Whoever takes your wish up says when they cannot."]},
        )  # fmt: skip
        kept = read.fields(answer)
        assert {name: kept[name] for name in typed} == typed | {"seeks_host": ["y"], "away": [str(slots[0].id)]}

    def test_who_asked_may_edit_and_withdraw_it_until_it_is_taken(
        self, client: Client, db: Session, wish: Note, people: Cast
    ) -> None:
        form = read.fields(client.be(people.bo).get(f"/camp/notes/{wish.id}/edit"))
        assert post(client, wish, "edit", **(form | {"title": "Wild bees"})) == 303
        assert [post(client, wish, verb) for verb in ("withdraw", "restore")] == [303, 303]
        assert post(client.be(people.cy), wish, "host") == 303
        client.be(people.bo)
        assert [client.get(f"/camp/notes/{wish.id}/edit").status_code, post(client, wish, "withdraw")] == [403, 403]

    def test_the_wall_shows_them_alone_where_there_are_any(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        assert "Needs a host" not in client.get("/camp/wall").text
        make.note(db, camp, None, "Bees", seeks_host=True, asked_by_id=people.bo.id)
        (chip,) = [one for one in read.page(client.get("/camp/wall")).select("a.chip") if "Needs a host" in one.text]
        assert (read.words(chip), chip["href"]) == ("Needs a host 1", "/camp/wall?wishes=1")
        assert read.titles(client.get("/camp/wall?wishes=1")) == ["Bees"]

    def test_it_is_not_arranged(self, db: Session, camp: Conference, wish: Note, note: Note) -> None:
        assert [one.id for one in read_draft(db, camp).notes] == [note.id]


class TestTakingUp:
    @on_both
    def test_it_is_theirs_and_their_star_goes(
        self, client: Client, db: Session, camp: Conference, wish: Note, people: Cast
    ) -> None:
        make.star(db, wish, people.cy)
        make.star(db, wish, people.dee)
        assert [post(client.be(people.cy), wish, "host") for _ in range(2)] == [303, 303]
        assert state(db, wish) == ("Cy Reed", False, [], 1)
        assert db.scalars(select(Star.person_id)).all() == [people.dee.id]
        assert log(db) == [("note-taken-up", f"note:{wish.id}", people.cy.id)]
        assert [one.id for one in read_draft(db, camp).notes] == [wish.id]
        page = client.be(None).get(f"/camp/notes/{wish.id}").text
        assert "Bo Finch asked for it." in page
        assert wrongs(db) == []

    def test_the_second_hears_who_was_faster(self, client: Client, db: Session, wish: Note, people: Cast) -> None:
        post(client.be(people.cy), wish, "host")
        answer = client.be(people.dee).submit(f"/camp/notes/{wish.id}/host")
        assert (answer.status_code, "Cy Reed has just taken it." in answer.text) == (409, True)
        assert state(db, wish)[0] == "Cy Reed"

    @on_both
    def test_of_many_at_once_one_has_it(
        self, db: Session, camp: Conference, wish: Note, people: Cast, store: Store
    ) -> None:
        told = at_once(store, [
            lambda db, who=who: service.take_up(db, camp, wish, who, now=make.NOW)
            for who in (people.cy, people.dee, people.ada)
        ])  # fmt: skip
        author = state(db, wish)[0]
        assert sorted(told) == sorted(["done", *[f"{author} has just taken it. Thank you all the same!"] * 2])
        assert [kind for kind, *_ in log(db)] == ["note-taken-up"]

    @on_both
    def test_a_star_at_the_same_moment_leaves_no_own_star(
        self, app: Flask, db: Session, camp: Conference, people: Cast
    ) -> None:
        wishes = [make.note(db, camp, None, f"Bees {n}", seeks_host=True, asked_by_id=people.bo.id) for n in range(8)]
        browsers = [_browser(app, people.cy) for _ in range(2)]
        tokens = [browser.token() for browser in browsers]
        kept = app.extensions.pop("test_session")
        for one in wishes:
            start = Barrier(2)

            def press(which: int, method: str, verb: str, start: Barrier = start, one: Note = one) -> None:
                start.wait(timeout=20)
                browsers[which].open(
                    f"/camp/notes/{one.id}/{verb}", method=method, headers={"X-CSRF-Token": tokens[which]}
                )

            presses = [Thread(target=press, args=args) for args in ((0, "POST", "host"), (1, "PUT", "star"))]
            for thread in presses:
                thread.start()
            for thread in presses:
                thread.join(timeout=30)
        app.extensions["test_session"] = kept
        assert {state(db, one)[0] for one in wishes} == {"Cy Reed"}
        assert wrongs(db) == []

    def test_not_what_somebody_presents_nor_what_is_off(
        self, client: Client, db: Session, camp: Conference, note: Note, wish: Note, people: Cast
    ) -> None:
        left = make.note(db, camp, None, "Left behind")
        assert [post(client.be(people.cy), one, "host") for one in (note, left)] == [409, 409]
        wish.withdrawn_at = make.NOW
        db.flush()
        assert post(client, wish, "host") == 409
        assert log(db) == []

    def test_not_once_the_conference_is_over(
        self, client: Client, db: Session, wish: Note, note: Note, people: Cast, clock: time_machine.Traveller
    ) -> None:
        clock.shift(timedelta(days=2))
        assert post(client.be(people.cy), wish, "host") == 409
        assert [post(client.be(people.bo), note, verb) for verb in ("host/leave", "invitations")] == [409, 409]
        assert (log(db), "I could give this" in client.get(f"/camp/notes/{wish.id}").text) == ([], False)

    def test_a_guest_is_led_to_say_who_they_are(self, client: Client, wish: Note) -> None:
        page = read.page(client.get(f"/camp/notes/{wish.id}"))
        (link,) = page.select("#hosting .buttons a")
        assert (page.select("form"), read.words(link)) == ([], "I could give this")
        assert re.match(r"/(sign-in|camp/walk-in)\?next=", str(link["href"]))


class TestGivingBack:
    @on_both
    def test_without_a_cohost_it_seeks_again_and_leaves_the_schedule(
        self, client: Client, db: Session, camp: Conference, store: Store, people: Cast
    ) -> None:
        slots, (room, _other) = stage.day(db, camp)
        note = make.note(db, camp, people.bo, "Kayaks", away=[slots[2]], stars=1)
        stage.put(store, camp, people.ada, note, slots[0], room)
        stage.publish(store, camp, people.ada)
        assert [post(client.be(people.bo), note, "host/leave") for _ in range(2)] == [303, 303]
        assert state(db, note) == (None, True, [], 1)
        assert (placements(db, camp), db.scalars(select(NoteAway)).all()) == ({}, [])
        assert db.get_one(Entry, note.id).state == "cancelled"
        assert [kind for kind, *_ in log(db)][-2:] == ["note-seeks-host", "displaced"]
        assert db.get_one(Note, note.id).asked_by_id == people.bo.id
        assert post(client, note, "edit", **read.fields(client.get(f"/camp/notes/{note.id}/edit"))) == 303

    def test_who_asked_first_asks_again(self, client: Client, db: Session, wish: Note, people: Cast) -> None:
        post(client.be(people.cy), wish, "host")
        post(client, wish, "host/leave")
        assert (state(db, wish), db.get_one(Note, wish.id).asked_by_id) == ((None, True, [], 0), people.bo.id)
        assert post(client.be(people.dee), wish, "host") == 303

    @on_both
    def test_the_first_cohost_has_it_then(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        make.cohost(db, note, people.dee, joined_at=make.NOW + timedelta(minutes=1))
        make.cohost(db, note, people.cy)
        page = client.be(people.bo).get(f"/camp/notes/{note.id}").text
        assert "Leave it to Cy Reed" in page
        assert post(client, note, "host/leave") == 303
        assert state(db, note) == ("Cy Reed", False, ["Dee Moss"], 0)
        assert log(db) == [("note-handed-over", f"note:{note.id}", people.bo.id)]

    def test_a_cohost_can_leave_alone(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        make.cohost(db, note, people.cy)
        assert [post(client.be(people.cy), note, "host/leave") for _ in range(2)] == [303, 303]
        assert state(db, note) == ("Bo Finch", False, [], 0)
        assert log(db) == [("cohost-left", f"note:{note.id}", people.cy.id)]

    def test_who_does_not_present_it_leaves_nothing(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        assert post(client.be(people.cy), note, "host/leave") == 303
        assert (state(db, note), log(db)) == (("Bo Finch", False, [], 0), [])

    def test_an_author_who_was_erased_is_not_sought(self, client: Client, db: Session, camp: Conference) -> None:
        note = make.note(db, camp, None, "Left behind")
        page = client.get(f"/camp/notes/{note.id}").text
        assert ("someone" in page, "I could give this" in page) == (True, False)


class TestWhoEdited:
    def test_only_an_organizer_who_does_not_present_it_is_named(
        self, client: Client, db: Session, note: Note, wish: Note, people: Cast
    ) -> None:
        make.cohost(db, note, people.cy)

        def edit(who: Person, which: Note, title: str) -> bool:
            form = read.fields(client.be(who).get(f"/camp/notes/{which.id}/edit"))
            assert post(client, which, "edit", **(form | {"title": title})) == 303
            return "by an organizer" in client.be(None).get(f"/camp/notes/{which.id}").text

        assert edit(people.cy, note, "Canoes") is False
        assert edit(people.bo, wish, "Wild bees") is False
        post(client.be(people.bo), note, "host/leave")
        assert "by an organizer" not in client.be(None).get(f"/camp/notes/{note.id}").text
        assert edit(people.ada, note, "Rafts") is True
        assert edit(people.ada, wish, "Bees") is True


class TestInviting:
    @on_both
    def test_who_holds_the_link_joins_with_one_press(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        make.star(db, note, people.cy)
        make.star(db, note, people.dee)
        path = invite(client.be(people.bo), note)
        page = read.page(client.be(people.cy).get(path))
        (button,) = page.select("main form button")
        assert (read.words(page.select_one("h2")), read.words(button)) == ("Kayaks", "Present this with Bo Finch")
        assert [client.submit(path).location for _ in range(2)] == [f"/camp/notes/{note.id}"] * 2
        assert state(db, note) == ("Bo Finch", False, ["Cy Reed"], 1)
        assert (db.scalars(select(Star.person_id)).all(), wrongs(db)) == ([people.dee.id], [])
        subject = f"note:{note.id}"
        assert log(db) == [("invitation-made", subject, people.bo.id), ("cohost-joined", subject, people.cy.id)]
        hosts = read.page(client.be(None).get("/camp/wall")).select_one(".note-hosts")
        assert read.words(hosts) == "Bo Finch, Cy Reed"
        assert post(client.be(people.cy), note, "star") == 409
        assert client.get(f"/camp/notes/{note.id}/edit").status_code == 200

    def test_only_the_tokens_hash_is_kept_and_nobody_keeps_the_page(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        path = invite(client.be(people.bo), note)
        token = path.rpartition("/")[2]
        assert len(token) >= 22
        assert db.scalars(select(Invitation.token_hash)).all() == [link_hash(token)]
        answers = [client.submit(f"/camp/notes/{note.id}/invitations"), client.get(path), client.be(None).get(path)]
        for answer in answers:
            assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (
                "private, no-store",
                "strict-origin",
            )
        assert token not in client.be(people.bo).get(f"/camp/notes/{note.id}/invitations").text
        assert [row for row in db.scalars(select(Change)) if token in str((row.subject, row.before, row.after))] == []

    def test_it_works_once(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        path = invite(client.be(people.bo), note)
        client.be(people.cy).submit(path)
        client.be(people.dee)
        for answer in (client.get(path), client.submit(path)):
            assert (answer.status_code, GONE in answer.text, "Kayaks" in answer.text) == (410, True, False)
        assert state(db, note)[2] == ["Cy Reed"]

    @on_both
    def test_of_two_at_once_one_joins(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast, store: Store
    ) -> None:
        token = invite(client.be(people.bo), note).rpartition("/")[2]
        told = at_once(store, [
            lambda db, who=who: service.join(db, camp, note, who, token, now=make.NOW)
            for who in (people.cy, people.dee, people.ada)
        ])  # fmt: skip
        assert sorted(told) == sorted(
            ["done", f"{GONE} Please ask for a new one.", f"{GONE} Please ask for a new one."]
        )
        assert db.scalars(select(func.count()).select_from(CoHost)).one() == 1

    def test_it_ends_after_a_week(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast, clock: time_machine.Traveller
    ) -> None:
        camp.starts_on = camp.ends_on = make.DAY + timedelta(days=30)
        db.flush()
        path = invite(client.be(people.bo), note)
        clock.shift(timedelta(days=7, seconds=-1))
        assert client.be(people.cy).get(path).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert (client.get(path).status_code, client.submit(path).status_code) == (410, 410)

    def test_it_can_be_taken_back(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        path = invite(client.be(people.bo), note)
        (invitation,) = db.scalars(select(Invitation))
        revoke = f"/camp/invitations/{invitation.id}/revoke"
        assert client.be(people.cy).submit(revoke).status_code == 403
        make.conference(db, people.cy, "other")
        assert client.submit(revoke.replace("camp", "other")).status_code == 404
        assert [client.be(people.ada).submit(revoke).status_code for _ in range(2)] == [303, 303]
        assert client.be(people.cy).submit(path).status_code == 410
        assert [kind for kind, *_ in log(db)] == ["invitation-made", "invitation-revoked"]

    def test_a_token_is_for_its_note(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        token = invite(client.be(people.bo), note).rpartition("/")[2]
        other = make.note(db, camp, people.bo, "Canoes")
        asked = [client.be(people.cy).submit(f"/camp/notes/{other.id}/join/{one}").status_code for one in (token, "x")]
        assert (asked, client.get("/camp/notes/999/join/x").status_code) == ([410, 410], 404)

    def test_ten_may_be_open(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        week = make.NOW + timedelta(days=7)
        db.add_all(
            Invitation(
                note_id=note.id, made_by_id=people.bo.id, token_hash=b"%d" % n, made_at=make.NOW, expires_at=week
            )
            for n in range(9)
        )  # fmt: skip
        db.flush()
        client.be(people.bo)
        assert [post(client, note, "invitations") for _ in range(2)] == [200, 409]
        page = read.page(client.be(people.ada).get(f"/camp/notes/{note.id}/invitations"))
        assert len(page.select(".hosting-people li")) == 10

    def test_whoever_goes_leaves_no_open_door(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        make.cohost(db, note, people.cy)
        path = invite(client.be(people.cy), note)
        assert client.be(people.dee).submit(f"/camp/notes/{note.id}/hosts/{people.cy.id}/remove").status_code == 403
        remove = f"/camp/notes/{note.id}/hosts/{people.cy.id}/remove"
        assert [client.be(people.bo).submit(remove).status_code for _ in range(2)] == [303, 303]
        assert (state(db, note)[2], client.be(people.dee).submit(path).status_code) == ([], 410)
        assert [kind for kind, *_ in log(db)] == ["invitation-made", "cohost-removed"]

    def test_only_those_who_present_it_invite(
        self, client: Client, db: Session, note: Note, wish: Note, people: Cast
    ) -> None:
        path = f"/camp/notes/{note.id}/invitations"
        asked = [client.be(who).submit(path).status_code for who in (people.ada, people.cy)]
        assert (asked, client.get(path).status_code, client.be(people.ada).get(path).status_code) == (
            [403, 403],
            403,
            200,
        )
        assert post(client.be(people.bo), wish, "invitations") == 403
        assert db.scalars(select(Invitation)).all() == []

    def test_six_beside_the_author(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        note = make.note(db, camp, people.bo, "Crowd", copresenters=("A", "B", "C", "D", "Cy  REED"))
        paths = [invite(client.be(people.bo), note) for _ in range(3)]
        assert client.be(people.cy).submit(paths[0]).status_code == 303  # and the typed name gives way
        assert db.scalars(select(CoPresenter.name)).all() == ["A", "B", "C", "D"]
        assert client.be(people.dee).submit(paths[1]).status_code == 303
        answer = client.be(people.ada).submit(paths[2])
        assert (answer.status_code, "A note names 6 people beside its author" in answer.text) == (409, True)
        form = read.fields(client.be(people.bo).get(f"/camp/notes/{note.id}/edit"))
        answer = client.submit(f"/camp/notes/{note.id}/edit", form | {"copresenters": "A, B, C, D, E"})
        assert read.errors(answer) == {"copresenters": ["Please name 4 people at the most."]}

    def test_not_to_what_is_off_the_wall(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        path = invite(client.be(people.bo), note)
        note.hidden_at = make.NOW
        db.flush()
        answers = [client.be(people.cy).get(path), client.submit(path)]
        assert [(one.status_code, "Kayaks" in one.text) for one in answers] == [(409, False), (409, False)]

    def test_a_hidden_note_is_not_there_for_who_has_no_invitation(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        note.hidden_at = make.NOW
        db.flush()
        client.be(people.cy)
        path = f"/camp/notes/{note.id}/join"
        answers = [client.get(path), client.get(f"{path}/x"), client.submit(f"{path}/x")]
        assert [one.status_code for one in answers] == [404] * 3

    def test_a_guest_takes_it_along_through_the_sign_in(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        path = invite(client.be(people.bo), note)
        token, go_on = path.rpartition("/")[2], f"/camp/notes/{note.id}/join"
        page = client.be(None).get(path)
        (link,) = [link for link in read.page(page).select("main a.button") if "Present this" in link.text]
        assert (link["href"], read.page(page).select("form")) == (go_on, [])
        led = client.get(go_on)
        assert (led.status_code, token in led.location) == (303, False)
        assert client.be(people.cy).get(go_on).location == path
        assert client.submit(path).status_code == 303
        assert "open the link of your invitation again" in client.get(go_on).text

    @on_both
    def test_nobody_is_in_two_rooms_at_once(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast, store: Store
    ) -> None:
        slots, rooms = stage.day(db, camp)
        other = make.note(db, camp, people.cy, "Canoes")
        for one, room in ((note, rooms[0]), (other, rooms[1])):
            stage.put(store, camp, people.ada, one, slots[0], room)
        assert clashes(db, camp) == 0
        path = invite(client.be(people.bo), note)
        client.be(people.cy).submit(path)
        assert clashes(db, camp) == 1

    def test_the_published_schedule_names_them(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast, store: Store
    ) -> None:
        slots, rooms = stage.day(db, camp)
        stage.put(store, camp, people.ada, note, slots[0], rooms[0])
        stage.publish(store, camp, people.ada)
        path = invite(client.be(people.bo), note)
        client.be(people.cy).submit(path)
        assert db.get_one(Entry, note.id, populate_existing=True).hosts == "Bo Finch, Cy Reed"
        post(client, note, "host/leave")
        assert db.get_one(Entry, note.id, populate_existing=True).hosts == "Bo Finch"
        assert wrongs(db) == []


class TestMailing:
    def test_known_or_not_the_same_letter_goes_out(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        answers = [mail(client.be(people.bo), note, to) for to in ("cy.reed@example.org", "new@example.org")]
        assert [answer.status_code for answer in answers] == [303, 303]
        letters = db.scalars(select(Letter).order_by(Letter.id)).all()
        assert [(one.kind, one.to_address, one.person_id) for one in letters] == [
            ("invitation", "cy.reed@example.org", people.cy.id), ("invitation", "new@example.org", None)
        ]  # fmt: skip
        paths = [re.findall(r"http://\S+", one.text) for one in letters]
        first, second = (re.sub(r"http://\S+", "LINK", one.text) for one in letters)
        assert first == second
        assert "Bo Finch would like you to present “Kayaks” with them at Otter BarCamp." in first
        assert client.be(people.cy).submit(urlsplit(paths[0][0]).path).status_code == 303
        assert [kind for kind, *_ in log(db)] == ["invitation-mailed", "invitation-mailed", "cohost-joined"]
        assert [row for row in db.scalars(select(Change)) if "@" in str((row.before, row.after))] == []

    @pytest.mark.parametrize("title", ["Buy at pills.example", "https://x.example", "mail me@x", "see /a/b"])
    def test_a_strangers_link_is_not_passed_on(
        self, client: Client, db: Session, camp: Conference, people: Cast, title: str
    ) -> None:
        people.bo.name = title
        note = make.note(db, camp, people.bo, title)
        db.flush()
        mail(client.be(people.bo), note, "new@example.org")
        (letter,) = db.scalars(select(Letter))
        assert title not in letter.text + letter.subject
        assert "Somebody would like you to present a session with them at Otter BarCamp." in letter.text

    @on_both
    def test_five_about_a_note_and_twenty_by_a_person_in_a_day(
        self, client: Client, db: Session, camp: Conference, people: Cast, clock: time_machine.Traveller
    ) -> None:
        camp.starts_on = camp.ends_on = make.DAY + timedelta(days=30)
        notes = [make.note(db, camp, people.bo, f"Note {number}") for number in range(6)]
        client.be(people.bo)
        for note in notes[:4]:
            sent = [mail(client, note, f"x{number}@example.org").status_code for number in range(6)]
            assert sent == [303] * 5 + [409]
        answer = mail(client, notes[4], "y@example.org")
        assert (answer.status_code, read.fields(answer)["email"]) == (409, "y@example.org")
        clock.shift(timedelta(days=1, seconds=1))
        assert mail(client, notes[0], "z@example.org").status_code == 303
        assert db.scalars(select(func.count()).select_from(Letter)).one() == 21

    @pytest.mark.parametrize("to", ["", "x", "a@b", "a@b.example\nBcc: c@d.example", "x" * 10_000, "a@" + "b" * 300])
    def test_what_is_no_address_comes_back(
        self, client: Client, db: Session, note: Note, people: Cast, to: str
    ) -> None:
        answer = mail(client.be(people.bo), note, to)
        assert (answer.status_code, list(read.errors(answer))) == (422, ["email"])
        assert (db.scalars(select(Letter)).all(), db.scalars(select(Invitation)).all()) == ([], [])

    def test_a_walk_in_mails_nobody(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        wren = make.walk_in(db, "Wren")
        note = make.note(db, camp, wren, "Songs")
        assert mail(client.be(wren), note, "new@example.org").status_code in (303, 403)
        assert db.scalars(select(Letter)).all() == []


def mail(client: Client, note: Note, to: str) -> TestResponse:
    return client.submit(f"/camp/notes/{note.id}/invitations/mail", {"email": to})


def clashes(db: Session, camp: Conference) -> int:
    db.expire_all()
    draft = read_draft(db, camp)
    return len(breaches(draft, draft.problem_without_pins, draft.plan))


def _browser(app: Flask, who: Person) -> Client:
    made = app.test_client()
    assert isinstance(made, Client)
    return made.be(who)


def at_once(store: Store, verbs: list[object]) -> list[str]:
    """Let all of these go at the same moment, each in a transaction of its own: "done", or the words of a refusal."""
    start, told = Barrier(len(verbs)), []

    def go(verb: object) -> None:
        start.wait(timeout=20)
        try:
            with store.writing() as db:
                verb(db)  # type: ignore[operator]
        except Refused as refusal:
            told.append(str(refusal))
        else:
            told.append("done")

    threads = [Thread(target=go, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return told
