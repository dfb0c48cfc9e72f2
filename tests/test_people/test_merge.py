"""Bringing along: of what a walk-in and an account have the account has the union afterwards, and all is counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.cli import checks
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.feeds.models import FeedToken
from barcamp.log.models import Change
from barcamp.people.errors import LinkGone
from barcamp.people.models import Device, Person
from barcamp.people.routes import merge
from barcamp.people.routes.merge import Brought
from barcamp.schedule.models import Entry
from barcamp.wall import service as wall
from barcamp.wall.models import CoHost, Comment, Invitation, Look, MergeOffer, Note, Report, Star
from tests import make, stage
from tests.counting import counted
from tests.people import Cast
from tests.test_people.rows import points_to

numbers = count(1)
some = hypothesis_settings(
    max_examples=12, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
PEOPLE = ("walk-in", "account", "other")
anybody = st.sampled_from(PEOPLE)


@dataclass(frozen=True)
class Card:
    """A note as hypothesis makes it up: who wrote it, presents it, starred it, looked at it, reported it."""

    author: str | None
    cohosts: frozenset[str]
    stars: frozenset[str]
    looks: dict[str, str]
    reports: frozenset[str]
    is_wish: bool

    @property
    def presented_by(self) -> set[str]:
        return {*self.cohosts, *([self.author] if self.author else [])}


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """Any note that use of the site can bring about: nobody stars what they present, and authors are not co-hosts."""
    is_wish = draw(st.booleans())
    author = None if is_wish else draw(st.none() | anybody)
    cohosts = frozenset() if is_wish else draw(st.frozensets(anybody)) - {author}
    guests = [one for one in PEOPLE if one not in cohosts and one != author]
    guest = st.sampled_from(guests) if guests else st.nothing()
    looks = draw(st.dictionaries(guest, st.sampled_from(("want", "maybe", "skip"))))
    return Card(author, cohosts, draw(st.frozensets(guest)), looks, draw(st.frozensets(guest)), is_wish)


def put_up(db: Session, camp: Conference, card: Card, who: dict[str, Person]) -> Note:
    note = make.note(
        db, camp, who[card.author] if card.author else None, f"Note {next(numbers)}", seeks_host=card.is_wish,
        asked_by_id=who["walk-in"].id if card.is_wish else None, stars=[who[one] for one in sorted(card.stars)],
    )  # fmt: skip
    for one in card.cohosts:
        make.cohost(db, note, who[one])
    db.add_all(Look(note_id=note.id, person_id=who[one].id, kind=kind, at=make.NOW) for one, kind in card.looks.items())
    db.add_all(Report(note_id=note.id, reporter_id=who[one].id, reason="ad", at=make.NOW) for one in card.reports)
    note.look_count = len(card.looks)
    db.flush()
    return note


def bring(store: Store, walk_in: Person, account: Person) -> Brought:
    with store.writing() as db:
        return merge.bring_along(db, walk_in.id, account.id, now=make.NOW)


def wrong(store: Store) -> list[str]:
    with store.reading() as db:
        return [finding.text for finding in checks.run(db, now=make.NOW) if finding.is_wrong]


@some
@given(wall_=st.lists(cards(), max_size=5))
def test_the_account_has_the_union_and_everything_is_counted(
    store: Store, db: Session, camp: Conference, wall_: list[Card]
) -> None:
    mark = next(numbers)
    who = {
        "walk-in": make.walk_in(db, "Mia"),
        **{one: make.person(db, f"{one} {mark}") for one in ("account", "other")},
    }
    notes = [put_up(db, camp, card, who) for card in wall_]
    brought = bring(store, who["walk-in"], who["account"])
    db.expire_all()

    same = {"walk-in": "account"}
    names = {who["account"].id: "account", who["other"].id: "other"}
    for card, note in zip(wall_, notes, strict=True):
        presenters = {same.get(one, one) for one in card.presented_by}
        starred = {same.get(one, one) for one in card.stars} - presenters
        mine = {name: kind for name, kind in card.looks.items() if name != "walk-in"}
        looked = {**({"account": card.looks["walk-in"]} if "walk-in" in card.looks else {}), **mine}
        author = same.get(card.author or "", card.author)
        assert names.get(note.author_id or 0) == author
        assert names.get(note.asked_by_id or 0) == ("account" if card.is_wish else None)
        assert {names[one] for one in people_on(db, CoHost, note)} == presenters - {author}
        assert {names[one] for one in people_on(db, Star, note)} == starred
        assert {names[look.person_id]: look.kind for look in rows_on(db, Look, note)} == {
            name: kind for name, kind in looked.items() if name not in presenters
        }
        assert (note.star_count, note.look_count) == (len(starred), len(looked.keys() - presenters))
        assert sorted(names[one.reporter_id] for one in rows_on(db, Report, note)) == sorted(
            {same.get(one, one) for one in card.reports}
        )
    assert brought == Brought(
        notes=sum(card.is_wish or card.author == "walk-in" for card in wall_),
        stars=sum("walk-in" in card.stars for card in wall_),
    )
    assert wrong(store) == []


def people_on(db: Session, table: Any, note: Note) -> set[int]:
    return set(db.scalars(select(table.person_id).where(table.note_id == note.id)))


def rows_on(db: Session, table: Any, note: Note) -> list[Any]:
    return list(db.scalars(select(table).where(table.note_id == note.id)))


def a_busy_day(db: Session, camp: Conference, people: Cast, walk_in: Person) -> dict[str, Any]:
    """Something of the walk-in in every table that they can have something in."""
    own = make.note(db, camp, walk_in, "Kites")
    theirs = make.note(db, camp, people.cy, "Bread", stars=[walk_in])
    wish = make.note(db, camp, None, "Solar", seeks_host=True, asked_by_id=walk_in.id)
    make.cohost(db, make.note(db, camp, people.cy, "Cheese"), walk_in)
    comment = make.comment(db, theirs, walk_in, "With rye?")
    token = FeedToken(
        person_id=walk_in.id, conference_id=camp.id, nonce="n", token_hash=b"t", label="Phone", created_at=make.NOW
    )
    db.add_all([
        token,
        Look(note_id=theirs.id, person_id=walk_in.id, kind="want", at=make.NOW),
        Report(note_id=theirs.id, comment_id=comment.id, reporter_id=walk_in.id, reason="ad", at=make.NOW),
        Invitation(
            note_id=own.id, made_by_id=walk_in.id, token_hash=b"i", made_at=make.NOW, expires_at=make.NOW
        ),
        MergeOffer(note_id=own.id, into_id=theirs.id, offered_by_id=walk_in.id, offered_at=make.NOW),
        Device(person_id=walk_in.id, token_hash=b"d", label="", created_at=make.NOW, seen_at=make.NOW),
    ])  # fmt: skip
    theirs.look_count = 1
    db.flush()
    return {"own": own, "theirs": theirs, "wish": wish}


def test_nothing_in_any_table_is_the_walk_ins_any_more(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    walk_in = make.walk_in(db, "Mia")
    a_busy_day(db, camp, people, walk_in)
    with store.writing() as session:
        wall.post_note(session, camp, walk_in, wall.NoteContent(title="By hand"), now=make.NOW)
    before = points_to(db, walk_in)
    assert set(before) >= {
        "note.author_id", "note.asked_by_id", "star.person_id", "look.person_id", "comment.author_id",
        "device.person_id", "report.reporter_id", "invitation.made_by_id", "merge_offer.offered_by_id",
        "cohost.person_id", "feed_token.person_id", "change.actor_id",
    }  # fmt: skip

    assert bring(store, walk_in, people.bo) == Brought(notes=3, stars=1)
    db.expire_all()
    assert points_to(db, walk_in) == {}
    expected = {name: rows for name, rows in before.items() if name != "device.person_id"}
    # the one line more is the merge's own
    assert points_to(db, people.bo) == {**expected, "change.actor_id": before["change.actor_id"] + 1}
    assert (walk_in.name, walk_in.erased_at) == ("", make.NOW)
    assert wrong(store) == []


def test_each_conference_concerned_hears_of_it_in_one_line_without_a_name(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    walk_in = make.walk_in(db, "Mia")
    other, untouched = (make.conference(db, people.ada, slug) for slug in ("other", "untouched"))
    make.note(db, camp, walk_in)
    make.note(db, other, people.cy, stars=[walk_in])
    make.note(db, untouched, people.cy)
    bring(store, walk_in, people.bo)
    lines = db.scalars(select(Change).order_by(Change.conference_id))
    assert [(line.conference_id, line.kind, line.subject, line.before, line.after) for line in lines] == [
        (one.id, "person-merged", f"person:{people.bo.id}", None, None) for one in (camp, other)
    ]


def test_the_published_schedule_says_the_accounts_name(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    walk_in = make.walk_in(db, "Mia")
    note = make.note(db, camp, walk_in)
    stage.put(store, camp, people.ada, note, make.slot(db, camp), make.room(db, camp))
    stage.publish(store, camp, people.ada)
    bring(store, walk_in, people.bo)
    db.expire_all()
    assert db.get_one(Entry, note.id).hosts == "Bo Finch"


def test_what_came_by_a_merge_of_notes_stays_when_the_walk_in_did_it_by_hand(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    walk_in = make.walk_in(db, "Mia")
    into = make.note(db, camp, people.cy, "Bread")
    gone = make.note(db, camp, people.ada, "Rolls", merged_into_id=into.id, merged_at=make.NOW, stars=[people.bo])
    make.star(db, into, people.bo).from_note_id = gone.id
    make.star(db, into, walk_in)
    db.flush()
    bring(store, walk_in, people.bo)
    db.expire_all()
    assert [(star.person_id, star.from_note_id) for star in rows_on(db, Star, into)] == [(people.bo.id, None)]
    assert (into.star_count, gone.star_count) == (1, 1)


def test_two_accounts_are_never_joined_and_a_walk_in_never_gets_anothers(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    make.note(db, camp, people.bo)
    first, second = make.walk_in(db, "Mia"), make.walk_in(db, "Noa")
    make.note(db, camp, first)
    assert bring(store, people.bo, people.cy) == Brought()
    with pytest.raises(LinkGone):
        bring(store, first, second)
    assert sorted(db.scalars(select(Note.author_id)).all(), key=str) == sorted([people.bo.id, first.id], key=str)
    assert people.bo.erased_at is first.erased_at is None


def test_it_takes_the_same_number_of_statements_for_one_note_and_for_forty(
    app: Flask, store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    counts = []
    for many in (1, 40):
        walk_in = make.walk_in(db, "Mia")
        for number in range(many):
            make.note(db, camp, people.cy, f"Note {many} {number}", stars=[walk_in, people.bo])
            make.note(db, camp, walk_in, f"Own {many} {number}")
        with counted(app) as found:
            bring(store, walk_in, people.bo)
        counts.append(found.statements)
    assert counts[0] == counts[1]


def test_two_phones_that_come_at_once_and_twice_each_bring_all_they_have(
    app: Flask, store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    phones = [make.walk_in(db, name) for name in ("Mia", "Noa")]
    notes = [make.note(db, camp, people.cy, f"Note {number}") for number in range(6)]
    for number, note in enumerate(notes):
        for place, phone in enumerate(phones):
            if number % 3 != place:
                make.star(db, note, phone)
    for phone in phones:
        make.note(db, camp, phone, f"By {phone.name}")
    start = Barrier(4)

    def come(phone: Person) -> Brought:
        start.wait()
        return bring(store, phone, people.bo)

    with ThreadPoolExecutor(4) as pool:
        brought = list(pool.map(come, [*phones, *phones]))
    db.expire_all()
    assert sorted((one.notes, one.stars) for one in brought) == [(0, 0), (0, 0), (1, 4), (1, 4)]
    assert [db.get_one(Note, note.id).star_count for note in notes] == [1] * 6
    assert db.scalars(select(func.count(Note.id)).where(Note.author_id == people.bo.id)).one() == 2
    assert wrong(store) == []


def test_a_star_given_at_the_same_moment_is_brought_or_refused_and_never_lost_in_between(
    app: Flask, store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    """Five walk-ins come in while the phone still sends their stars, and while the account stars the walk-in's note."""
    phones = [make.walk_in(db, f"Phone {number}") for number in range(5)]
    note = make.note(db, camp, people.cy)
    own = [make.note(db, camp, phone, f"By {phone.name}") for phone in phones]
    accounts = [make.person(db, f"Account {number}") for number in range(5)]
    start = Barrier(3)

    def give(on: Note, who: Person) -> bool:
        start.wait()
        try:
            with store.writing() as session:
                wall.star(session, camp, on, who, now=make.NOW)
        except Exception as refusal:
            assert type(refusal).__name__ in ("StarrerIsGone", "OwnNote"), refusal  # noqa: PT017 - in a thread
            return False
        return True

    def come(phone: Person, account: Person) -> bool:
        start.wait()
        return bool(bring(store, phone, account))

    given = 0
    with ThreadPoolExecutor(3) as pool:
        for phone, account, by_phone in zip(phones, accounts, own, strict=True):
            sent = pool.submit(give, note, phone)
            starred = pool.submit(give, by_phone, account)
            assert pool.submit(come, phone, account).result() is True
            starred.result()
            given += sent.result()
    db.expire_all()
    assert db.get_one(Note, note.id).star_count == given
    assert people_on(db, Star, note) <= {account.id for account in accounts}
    assert [db.get_one(Note, one.id).star_count for one in own] == [0] * 5
    assert wrong(store) == []


def test_what_the_walk_in_has_begun_is_waited_for(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    """Their star is on its way when they sign in: it comes along."""
    walk_in, note = make.walk_in(db, "Mia"), make.note(db, camp, people.cy)
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as session:
            wall.star(session, camp, note, walk_in, now=make.NOW)
            coming = pool.submit(bring, store, walk_in, people.bo)
            with pytest.raises(TimeoutError):
                coming.result(timeout=0.2)
        assert coming.result() == Brought(stars=1)
    assert people_on(db, Star, note) == {people.bo.id}


def test_of_two_stars_and_of_two_looks_the_accounts_own_stays_and_none_on_what_one_presents(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    walk_in = make.walk_in(db, "Mia")
    both = make.note(db, camp, people.cy, "Bread", stars=[people.bo])
    make.star(db, both, walk_in).at = make.at("09:00")
    by_walk_in = make.note(db, camp, walk_in, "Kites", stars=[people.bo])
    by_account = make.note(db, camp, people.bo, "Kayaks", stars=[walk_in])
    for note, who, kind in (
        (both, people.bo, "skip"), (both, walk_in, "want"), (by_walk_in, people.bo, "want"),
        (by_account, walk_in, "want"),
    ):  # fmt: skip
        db.add(Look(note_id=note.id, person_id=who.id, kind=kind, at=make.NOW))
        note.look_count += 1
    db.flush()
    bring(store, walk_in, people.bo)
    db.expire_all()
    assert [(one.note_id, one.person_id, one.at) for one in db.scalars(select(Star))] == [
        (both.id, people.bo.id, make.NOW)
    ]
    assert [(one.note_id, one.person_id, one.kind) for one in db.scalars(select(Look))] == [
        (both.id, people.bo.id, "skip")
    ]
    assert [(note.star_count, note.look_count) for note in (both, by_walk_in, by_account)] == [(1, 1), (0, 0), (0, 0)]


def test_comments_keep_their_words(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    walk_in = make.walk_in(db, "Mia")
    make.comment(db, make.note(db, camp, people.cy), walk_in, "With rye?")
    bring(store, walk_in, people.bo)
    assert [(one.author_id, one.text) for one in db.scalars(select(Comment))] == [(people.bo.id, "With rye?")]
