"""Two notes become one and two again: hosts, stars, addresses, offers, and what happens at the same moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
import time_machine
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.cli import checks, merges
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.errors import Refused
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule import publishing
from barcamp.schedule.models import Entry, Placement
from barcamp.wall import queries, service
from barcamp.wall.errors import CannotMerge, ConferenceIsOver, NoteIsMerged, NoteIsOff, OfferIsGone
from barcamp.wall.models import CoHost, CoPresenter, MergeOffer, Note, Star
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast
from tests.wall import read

#: What the pages do with it; the rules are tested on both databases.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.cy, "Brewing beer at home", stars=2, copresenters=("Wen Zed",))


@pytest.fixture
def into(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "How to brew beer", stars=3, copresenters=("wen  zed",))


def whole(db: Session, camp: Conference, note: Note) -> Note:
    found = queries.find_whole_note(db, camp, note.id, fresh=True)
    assert found is not None
    return found


def hosts(db: Session, camp: Conference, note: Note) -> list[str]:
    return whole(db, camp, note).presenters


def state(db: Session) -> dict[int, object]:
    """All that a merge touches, by note: who presents it, who starred it since when, the counter, where it lives on."""
    db.flush()
    stars: dict[int, list[object]] = defaultdict(list)
    hosts: dict[int, list[object]] = defaultdict(list)
    for note_id, *star in db.execute(
        select(Star.note_id, Star.person_id, Star.at, Star.from_note_id).order_by(Star.person_id)
    ):
        stars[note_id].append(star)
    for note_id, *cohost in db.execute(
        select(CoHost.note_id, CoHost.person_id, CoHost.from_note_id, CoHost.joined_at).order_by(CoHost.person_id)
    ):
        hosts[note_id].append(cohost)
    for note_id, *name in db.execute(
        select(CoPresenter.note_id, CoPresenter.position, CoPresenter.name, CoPresenter.from_note_id).order_by(
            CoPresenter.position
        )
    ):
        hosts[note_id].append(name)
    notes = db.execute(
        select(Note.id, Note.author_id, Note.star_count, Note.merged_into_id, Note.merged_at).order_by(Note.id)
    )
    return {note_id: (stars[note_id], hosts[note_id], *rest) for note_id, *rest in notes}


def wrong(db: Session) -> list[str]:
    return [finding.text for finding in checks.run(db, now=make.NOW) if finding.is_wrong]


def wrong_here(db: Session) -> list[object]:
    """As `wrong`, of what a merge can break alone."""
    return [*merges.faults(db), *checks.stars_are_counted(db), *checks.nobody_stars_their_own(db)]


def lines(db: Session) -> list[tuple[str, str, int | None, object]]:
    changes = db.scalars(select(Change).order_by(Change.revision))
    return [(change.kind, change.subject, change.actor_id, change.after) for change in changes]


def merge(store: Store, camp: Conference, note: Note, into: Note, who: Person) -> None:
    with store.writing() as db:
        service.merge(db, camp, note, into, who, now=make.NOW)


def unmerge(store: Store, camp: Conference, note: Note, who: Person) -> None:
    with store.writing() as db:
        service.unmerge(db, camp, note, who, now=make.NOW)


class TestMerge:
    def test_the_hosts_of_both_and_the_union_of_stars(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        make.cohost(db, note, people.dee)
        make.star(db, into, people.cy)  # presents the one, has starred the other
        both = make.person(db, "Both")
        for one in (note, into):
            make.star(db, one, both)
        before = state(db)

        merge(store, camp, note, into, people.ada)
        assert hosts(db, camp, into) == ["Bo Finch", "Cy Reed", "Dee Moss", "wen  zed"]
        assert (whole(db, camp, into).star_count, wrong(db)) == (6, [])
        assert whole(db, camp, note).merged_into_id == into.id
        assert lines(db) == [
            ("note-merged", f"note:{note.id}", people.ada.id, {"title": note.title, "into": into.id}),
            ("note-joined", f"note:{into.id}", people.ada.id, {"title": into.title, "note": note.id}),
        ]
        unmerge(store, camp, note, people.ada)
        assert (state(db), wrong(db)) == (before, [])
        assert [kind for kind, *_ in lines(db)][2:] == ["note-unmerged", "note-parted"]

    def test_twice_is_once(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        for _ in range(2):
            merge(store, camp, note, into, people.ada)
        assert len(lines(db)) == 2
        for _ in range(2):
            unmerge(store, camp, note, people.ada)
        assert len(lines(db)) == 4

    @pytest.mark.parametrize("gone", ["withdrawn_at", "hidden_at", "held_at"])
    def test_not_what_is_off_the_wall(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast, gone: str
    ) -> None:
        setattr(note, gone, make.NOW)
        db.flush()
        for pair in ((note, into), (into, note)):
            with pytest.raises(NoteIsOff):
                merge(store, camp, *pair, people.ada)
        assert lines(db) == []

    def test_not_with_itself_nor_with_what_is_merged(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        third = make.note(db, camp, people.dee, "Hops")
        merge(store, camp, note, into, people.ada)
        for pair in ((into, into), (note, third), (third, note), (into, note)):
            with pytest.raises(CannotMerge):
                merge(store, camp, *pair, people.ada)
        assert len(lines(db)) == 2

    def test_not_once_the_conference_is_over(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        merge(store, camp, note, into, people.ada)
        for verb in (service.unmerge, service.take_up):
            with pytest.raises(ConferenceIsOver), store.writing() as writing:
                verb(writing, camp, note, people.ada, now=make.NOW + timedelta(days=2))
        with pytest.raises(ConferenceIsOver), store.writing() as writing:
            service.merge(writing, camp, into, note, people.ada, now=make.NOW + timedelta(days=2))

    def test_a_wish_goes_into_what_somebody_gives_and_not_the_other_way(
        self, store: Store, db: Session, camp: Conference, into: Note, people: Cast
    ) -> None:
        wish = make.note(
            db, camp, None, "Somebody brew!", seeks_host=True, asked_by_id=people.dee.id, stars=[people.dee]
        )
        with pytest.raises(CannotMerge):
            merge(store, camp, into, wish, people.ada)
        merge(store, camp, wish, into, people.ada)
        assert (hosts(db, camp, into), whole(db, camp, into).star_count) == (["Bo Finch", "wen  zed"], 4)

    def test_it_leaves_the_schedule_and_the_other_keeps_its_place(
        self, store: Store, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        slots, rooms = stage.day(db, camp)
        for one, slot in ((note, slots[0]), (into, slots[1])):
            stage.put(store, camp, people.ada, one, slot, rooms[0])
        stage.publish(store, camp, people.ada)
        client.be(people.ada)
        assert "It loses it, and shows as cancelled." in client.get(f"/camp/notes/{note.id}/merge/{into.id}").text
        assert client.submit(f"/camp/notes/{note.id}/merge/{into.id}").status_code == 303

        def shown() -> dict[int, tuple[str, str]]:
            entries = db.scalars(select(Entry).execution_options(populate_existing=True))
            return {entry.note_id: (entry.state, entry.hosts) for entry in entries}

        assert set(db.scalars(select(Placement.note_id))) == {into.id}
        assert shown() == {note.id: ("cancelled", "Cy Reed, Wen Zed"), into.id: ("on", "Bo Finch, Cy Reed, wen  zed")}
        assert wrong(db) == []
        assert client.submit(f"/camp/notes/{note.id}/unmerge").status_code == 303
        assert shown() == {note.id: ("cancelled", "Cy Reed, Wen Zed"), into.id: ("on", "Bo Finch, wen  zed")}
        assert wrong(db) == []
        stage.put(store, camp, people.ada, note, slots[2], rooms[0])
        with store.writing() as writing:
            assert publishing.publish(writing, camp, people.ada, now=make.NOW).number == 2
        assert (shown()[note.id], wrong(db)) == (("on", "Cy Reed, Wen Zed"), [])


class TestUndo:
    def test_what_happened_since_stays(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        fan, (late, gone) = make.person(db, "Fan"), (make.person(db, "Late"), make.person(db, "Gone"))
        for who in (fan, gone):
            make.star(db, note, who)
        merge(store, camp, note, into, people.ada)
        with store.writing() as writing:
            service.unstar(writing, camp, into, gone, now=make.NOW)
            service.star(writing, camp, into, late, now=make.NOW)
        with store.writing() as writing:
            service.leave(writing, camp, into, people.cy, now=make.NOW)
        unmerge(store, camp, note, people.ada)
        assert (whole(db, camp, note).star_count, whole(db, camp, into).star_count) == (4, 4)
        assert (hosts(db, camp, note), hosts(db, camp, into)) == (["Cy Reed", "Wen Zed"], ["Bo Finch", "wen  zed"])
        assert wrong(db) == []

    def test_names_come_off_after_an_edit_too(
        self, store: Store, db: Session, camp: Conference, into: Note, people: Cast
    ) -> None:
        other = make.note(db, camp, people.cy, "Mash", copresenters=("Di Ash", "Xu Li"))
        merge(store, camp, other, into, people.ada)
        with store.writing() as writing:
            found = whole(writing, camp, into)
            assert found.presenters == ["Bo Finch", "Cy Reed", "wen  zed", "Di Ash", "Xu Li"]
            content = service.NoteContent(title="Beer", copresenters=("wen  zed", "Di Ash", "Xu Li"))
            service.edit_note(writing, camp, found, people.bo, content, seen=found.edition, now=make.NOW)
        unmerge(store, camp, other, people.ada)
        assert hosts(db, camp, into) == ["Bo Finch", "wen  zed"]
        assert wrong(db) == []

    def test_a_chain_comes_apart_from_its_end(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        end = make.note(db, camp, people.dee, "All about beer", stars=1)
        merge(store, camp, note, into, people.ada)
        between = state(db)
        merge(store, camp, into, end, people.ada)
        assert hosts(db, camp, end) == ["Dee Moss", "Bo Finch", "Cy Reed", "wen  zed"]
        assert (whole(db, camp, end).star_count, wrong(db)) == (6, [])
        with pytest.raises(CannotMerge):
            unmerge(store, camp, note, people.ada)
        assert queries.part_ids(queries.merged_notes(db, camp), end.id, sees_all=False) == [end.id, note.id, into.id]
        unmerge(store, camp, into, people.ada)
        assert (state(db), wrong(db)) == (between, [])

    @pytest.mark.parametrize("again", [True, False])
    def test_a_host_who_left_meanwhile_has_one_star(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast, again: bool
    ) -> None:
        """The one that waited, or the one that they gave again."""
        make.star(db, into, people.cy)
        merge(store, camp, note, into, people.ada)
        with store.writing() as writing:
            service.leave(writing, camp, whole(writing, camp, into), people.cy, now=make.NOW)
            if again:
                service.star(writing, camp, into, people.cy, now=make.NOW)
        unmerge(store, camp, note, people.ada)
        assert (hosts(db, camp, into), whole(db, camp, into).star_count) == (["Bo Finch", "wen  zed"], 4)
        assert wrong(db) == []

    def test_what_two_brought_stays_until_both_have_left(
        self, store: Store, db: Session, camp: Conference, into: Note, people: Cast
    ) -> None:
        fan = make.person(db, "Fan")
        parts = [
            make.note(db, camp, people.cy, title, stars=[fan], copresenters=("Di Ash",)) for title in ("One", "Two")
        ]
        make.star(db, into, people.cy)
        before = state(db)
        for part in parts:
            merge(store, camp, part, into, people.ada)
        expected: object = (["Bo Finch", "Cy Reed", "wen  zed", "Di Ash"], 4, [])
        for part in parts:
            assert (hosts(db, camp, into), whole(db, camp, into).star_count, wrong(db)) == expected
            unmerge(store, camp, part, people.ada)
        assert (state(db), wrong(db)) == (before, [])


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    starred=st.lists(st.sets(st.integers(0, 5), max_size=6), min_size=3, max_size=3),
    presenting=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True), min_size=3, max_size=3),
    order=st.permutations([(0, 1), (2, 1), (1, 2), (0, 2)]),
)
def test_merging_and_undoing_leaves_everything_as_it_was(
    store: Store,
    camp: Conference,
    people: Cast,
    starred: list[set[int]],
    presenting: list[list[int]],
    order: list[tuple[int, int]],
) -> None:
    """Whatever can be merged is, in any order; undone from the last to the first, each step is as it was before."""
    db = store.write_session()  # never committed: each example starts from the same empty wall
    try:
        crowd = [make.person(db, f"P{number}") for number in range(6)]
        notes = [wanted(db, camp, crowd, stars, hosts) for stars, hosts in zip(starred, presenting, strict=True)]
        done = []
        for first, second in order:
            note, into, before = notes[first], notes[second], state(db)
            try:
                service.merge(db, camp, note, into, people.ada, now=make.NOW)
            except CannotMerge:
                continue
            union = starrers(before[note.id]) | starrers(before[into.id])
            after = state(db)
            assert starrers(after[into.id]) == union - set(queries.presenter_ids(whole(db, camp, into)))
            assert wrong_here(db) == []
            done.append((note, before))
        for note, before in reversed(done):
            service.unmerge(db, camp, note, people.ada, now=make.NOW)
            assert state(db) == before
        assert wrong_here(db) == []
    finally:
        store.end(db)


def wanted(db: Session, camp: Conference, crowd: list[Person], stars: set[int], hosts: list[int]) -> Note:
    made = make.note(db, camp, crowd[hosts[0]], "Any")
    for one in hosts[1:]:
        make.cohost(db, made, crowd[one])
    for one in sorted(stars - set(hosts)):
        make.star(db, made, crowd[one]).at = make.NOW + timedelta(seconds=10 * made.id + one)
    db.flush()
    return made


def starrers(one: object) -> set[int]:
    assert isinstance(one, tuple)
    return {person_id for person_id, *_ in one[0]}


class TestRaces:
    def at_once(self, *jobs: Callable[[], object]) -> list[str]:
        """Start all together; returns the names of the refusals."""
        gate, refusals = Barrier(len(jobs)), []
        broken: list[Exception] = []

        def run(job: Callable[[], object]) -> None:
            gate.wait()
            try:
                job()
            except Refused as refusal:
                refusals.append(type(refusal).__name__)
            except Exception as problem:
                broken.append(problem)

        threads = [Thread(target=run, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert broken == []
        return refusals

    def test_stars_given_at_the_same_moment_are_in_the_union(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        crowd = [make.person(db, f"Crowd {number}") for number in range(12)]

        def give(who: Person) -> None:
            try:
                with store.writing() as writing:
                    service.star(writing, camp, note, who, now=make.NOW)
            except NoteIsMerged:
                with store.writing() as writing:
                    service.star(writing, camp, into, who, now=make.NOW)

        stars: list[Callable[[], object]] = [partial(give, who) for who in crowd]
        merging = partial(merge, store, camp, note, into, people.ada)
        assert self.at_once(*stars[:6], merging, *stars[6:]) == []
        assert (whole(db, camp, into).star_count, wrong(db)) == (3 + 2 + 12, [])

    def test_two_merges_that_cross(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        refused = self.at_once(
            lambda: merge(store, camp, note, into, people.ada), lambda: merge(store, camp, into, note, people.ada)
        )
        merged = [one.merged_into_id for one in (whole(db, camp, note), whole(db, camp, into))]
        assert (refused, merged in ([into.id, None], [None, note.id]), wrong(db)) == (["CannotMerge"], True, [])

    def test_an_offer_taken_back_while_it_is_accepted(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        db.add(MergeOffer(note_id=note.id, into_id=into.id, offered_by_id=people.cy.id, offered_at=make.NOW))
        db.flush()

        def accept() -> None:
            with store.writing() as writing:
                service.accept_offer(writing, camp, note, into, people.bo, now=make.NOW)

        def take_back() -> None:
            with store.writing() as writing:
                service.take_offer_back(writing, camp, note, people.cy, now=make.NOW)

        refused = self.at_once(accept, take_back)
        ends = [(["OfferIsGone"], None), ([], into.id)]
        assert ((refused, whole(db, camp, note).merged_into_id) in ends, wrong(db)) == (True, [])
        assert db.scalars(select(MergeOffer)).all() == []

    def test_withdrawn_while_it_is_merged(
        self, store: Store, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        def withdraw() -> None:
            with store.writing() as writing:
                service.withdraw(writing, camp, note, people.cy, now=make.NOW)

        refused = self.at_once(withdraw, lambda: merge(store, camp, note, into, people.ada))
        assert ((refused, whole(db, camp, note).merged_into_id) in [(["NoteIsOff"], None), ([], into.id)]) is True
        assert wrong(db) == []


@ON_SQLITE
class TestPages:
    def test_the_page_of_a_merged_note_leads_on(
        self, store: Store, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        merge(store, camp, note, into, people.ada)
        page = read.page(client.get(f"/camp/notes/{note.id}"))
        link = page.select_one("#merging .callout a")
        assert link is not None
        assert (read.words(link), link["href"]) == (into.title, f"/camp/notes/{into.id}")
        other = read.page(client.get(f"/camp/notes/{into.id}"))
        assert [str(one["href"]) for one in other.select("#merging a")] == [f"/camp/notes/{note.id}"]
        assert read.titles(client.get("/camp/wall")) == [into.title]
        into.hidden_at = make.NOW
        db.flush()
        assert into.title not in client.get(f"/camp/notes/{note.id}").text

    def test_a_star_for_a_merged_note_counts_for_the_other(
        self, store: Store, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        merge(store, camp, note, into, people.ada)
        assert client.be(people.dee).submit(f"/camp/notes/{note.id}/star").status_code == 303
        assert (whole(db, camp, into).star_count, whole(db, camp, note).star_count, wrong(db)) == (6, 2, [])

    def test_an_organizer_chooses_confirms_and_undoes(
        self, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        make.note(db, camp, people.dee, "Kayaks")
        client.be(people.ada)
        start = read.page(client.get(f"/camp/notes/{note.id}")).select_one("a.merge-link")
        assert start is not None
        assert (start["href"], read.words(start)) == (f"/camp/notes/{note.id}/merge", "Merge into another note …")

        def choices(asked: str = "") -> list[str]:
            found = read.page(client.get(f"/camp/notes/{note.id}/merge{asked}")).select(".choices-list a")
            return [read.words(one) for one in found]

        assert (choices(), choices("?q=KAYAKS"), choices("?q=%00zzz")) == ([into.title, "Kayaks"], ["Kayaks"], [])
        page = read.page(client.get(f"/camp/notes/{note.id}/merge/{into.id}"))
        facts = [read.words(fact) for fact in page.select("dl.facts dd")]
        assert facts[:3] == [into.title, "Bo Finch, Cy Reed, wen zed", "5 people"]
        assert page.select_one(f"a.turn-link[href='/camp/notes/{into.id}/merge/{note.id}']") is not None
        answer = client.submit(f"/camp/notes/{note.id}/merge/{into.id}")
        assert (answer.status_code, answer.location) == (303, f"/camp/notes/{into.id}")
        assert client.get(f"/camp/notes/{note.id}/merge/{into.id}").status_code == 409
        assert client.be(people.dee).submit(f"/camp/notes/{note.id}/unmerge").status_code == 403
        assert client.be(people.cy).submit(f"/camp/notes/{note.id}/unmerge").status_code == 403
        assert client.be(people.ada).submit(f"/camp/notes/{note.id}/unmerge").location == f"/camp/notes/{note.id}"
        assert whole(db, camp, note).is_on_the_wall is True

    def test_who_presents_both_merges_them_and_undoes_it(
        self, client: Client, db: Session, camp: Conference, into: Note, people: Cast
    ) -> None:
        mine = make.note(db, camp, people.bo, "More beer")
        client.be(people.bo)
        assert client.submit(f"/camp/notes/{mine.id}/merge/{into.id}").status_code == 303
        assert client.submit(f"/camp/notes/{mine.id}/unmerge").status_code == 303
        assert whole(db, camp, mine).merged_at is None

    def test_counts_that_are_hidden_are_not_told(
        self, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        camp.stars_shown = "after_wall"
        db.flush()
        client.be(people.cy)
        pages = [client.get(f"/camp/notes/{note.id}/merge{end}").text for end in ("", f"/{into.id}")]
        assert ["star" in pages[0].split("<main", 1)[1].split("choices-list", 1)[1].split("</ul>")[0]] == [False]
        assert "5 people" not in pages[1]
        assert "5 people" in client.be(people.ada).get(f"/camp/notes/{note.id}/merge/{into.id}").text

    def test_only_who_may(
        self, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        paths = [f"merge/{into.id}", f"merge/{into.id}/offer", f"merge/{into.id}/decline", "offer/withdraw", "unmerge"]
        client.be(people.dee)
        assert [client.submit(f"/camp/notes/{note.id}/{path}").status_code for path in paths] == [403] * 5
        assert [client.get(f"/camp/notes/{note.id}/merge{end}").status_code for end in ("", f"/{into.id}")] == [403] * 2
        other = make.note(db, make.conference(db, people.dee, "other"), people.dee, "Elsewhere")
        mixed = [f"/camp/notes/{note.id}/merge/{other.id}", f"/other/notes/{note.id}/merge/{other.id}"]
        mixed.append(f"/camp/notes/{other.id}/merge/{into.id}")
        client.be(people.ada)
        assert [client.submit(path).status_code for path in mixed] == [404] * 3
        assert (lines(db), client.be(None).get(f"/camp/notes/{note.id}/merge").status_code) == ([], 303)


@ON_SQLITE
class TestOffer:
    def test_it_is_made_seen_and_accepted(
        self, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        client.be(people.cy)
        assert client.submit(f"/camp/notes/{note.id}/merge/{into.id}").status_code == 403  # nobody is asked yet
        assert client.submit(f"/camp/notes/{note.id}/merge/{into.id}/offer").status_code == 303
        assert f"You offered to make this part of {into.title}" in read.words(
            read.page(client.get(f"/camp/notes/{note.id}")).select_one("#merging")
        )
        for who, sees in ((people.dee, False), (people.cy, False), (people.bo, True), (people.ada, True)):
            page = client.be(who).get(f"/camp/notes/{into.id}").text
            assert (f"/camp/notes/{note.id}/merge/{into.id}" in page) is sees
        answer = client.be(people.bo).submit(f"/camp/notes/{note.id}/merge/{into.id}")
        assert (answer.location, whole(db, camp, note).merged_into_id) == (f"/camp/notes/{into.id}", into.id)
        assert client.submit(f"/camp/notes/{note.id}/unmerge").status_code == 303  # it was bo who merged them
        assert [(kind, actor) for kind, _subject, actor, _after in lines(db)] == [
            ("merge-offered", people.cy.id), ("note-merged", people.bo.id), ("note-joined", people.bo.id),
            ("note-unmerged", people.bo.id), ("note-parted", people.bo.id),
        ]  # fmt: skip

    def test_it_is_declined_or_taken_back(
        self, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        make_it, answer = f"/camp/notes/{note.id}/merge/{into.id}/offer", f"/camp/notes/{note.id}/merge/{into.id}"
        for ender, path in ((people.bo, f"{answer}/decline"), (people.cy, f"/camp/notes/{note.id}/offer/withdraw")):
            assert [client.be(people.cy).submit(make_it).status_code for _ in range(2)] == [303, 303]
            assert [client.be(ender).submit(path).status_code for _ in range(2)] == [303, 303]
            gone = client.be(people.bo).submit(answer)
            assert (gone.status_code, OfferIsGone().words in gone.text) == (409, True)
        assert [kind for kind, *_ in lines(db)] == [
            "merge-offered", "merge-offer-declined", "merge-offered", "merge-offer-withdrawn"
        ]  # fmt: skip

    def test_it_ends_when_who_made_it_leaves_the_note(
        self, client: Client, db: Session, note: Note, into: Note, people: Cast
    ) -> None:
        make_it = f"/camp/notes/{note.id}/merge/{into.id}/offer"
        for ender, path in ((people.cy, "leave"), (people.dee, "")):  # left, and asked for: dee takes it up
            assert client.be(people.cy).submit(make_it).status_code == 303
            assert client.be(ender).submit(f"/camp/notes/{note.id}/host/{path}".rstrip("/")).status_code == 303
            assert client.be(people.bo).submit(f"/camp/notes/{note.id}/merge/{into.id}").status_code == 409

    def test_a_new_offer_takes_the_place_of_the_old(
        self, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        third = make.note(db, camp, people.dee, "Hops")
        client.be(people.cy)
        for wanted in (into, third):
            assert client.submit(f"/camp/notes/{note.id}/merge/{wanted.id}/offer").status_code == 303
        assert [offer.into_id for offer in db.scalars(select(MergeOffer))] == [third.id]


@ON_SQLITE
class TestSimilar:
    def ask(self, client: Client, title: str) -> list[str]:
        answer = client.get("/camp/wall/similar", query_string={"title": title})
        assert (answer.status_code, set(answer.json or {})) == (200, {"html"})
        page = BeautifulSoup((answer.json or {})["html"], "html.parser")
        return [str(link["href"]) for link in page.select("a")]

    def test_it_names_the_notes_that_are_alike(
        self, client: Client, db: Session, camp: Conference, note: Note, into: Note, people: Cast
    ) -> None:
        make.note(db, camp, people.dee, "Brewing beer in secret", hidden_at=make.NOW)
        client.be(people.dee)
        links = [f"/camp/notes/{one.id}" for one in (into, note)]
        assert self.ask(client, "How to brew beer") == links
        assert [self.ask(client, title) for title in ("", "How", "Sourdough", "\x00" * 50, "x" * 9999)] == [[]] * 5
        assert client.be(None).get("/camp/wall/similar?title=beer").status_code == 303

    def test_nearly_the_same_title_is_asked_about_once(
        self, client: Client, clock: time_machine.Traveller, note: Note, into: Note, people: Cast
    ) -> None:
        typed = {"title": "How to brew beer!", "description": "Mine is different."}
        answer = client.be(people.dee).submit("/camp/wall/new", typed)
        button = read.page(answer).select_one(".form .primary")
        assert (answer.status_code, read.words(button)) == (422, "Post it anyway")
        again = read.fields(answer)
        assert {name: again[name] for name in typed} == typed
        assert again["seen_alike"] == f"{into.id} {note.id}"
        assert "That was quick!" in (refused := client.submit("/camp/wall/new", again)).text
        assert read.fields(refused)["seen_alike"] == again["seen_alike"]
        clock.shift(timedelta(seconds=3))
        assert client.submit("/camp/wall/new", read.fields(refused)).status_code == 303
        clock.shift(timedelta(seconds=3))
        assert client.submit("/camp/wall/new", {"title": "Kayaks"}).status_code == 303
        assert read.titles(client.get("/camp/wall?sort=new"))[:2] == ["Kayaks", "How to brew beer!"]

    def test_ones_own_are_no_question(
        self, client: Client, db: Session, camp: Conference, into: Note, people: Cast
    ) -> None:
        assert client.be(people.bo).submit("/camp/wall/new", {"title": into.title}).status_code == 303
        wish = {"title": "Somebody show me juggling", "seeks_host": "y"}
        assert [client.submit("/camp/wall/new", wish).status_code for _ in range(2)] == [303, 303]
        assert db.scalars(select(Note.title).where(Note.seeks_host)).all() == [wish["title"]]
        assert client.submit("/camp/wall/new", {"title": ""}).status_code == 422
        camp.wall_closes_at = make.NOW
        db.flush()
        assert client.submit("/camp/wall/new", {"title": into.title}).status_code == 409


class TestVerify:
    def test_it_finds_what_cannot_be(self, db: Session, camp: Conference, note: Note, into: Note, people: Cast) -> None:
        other = make.note(db, make.conference(db, people.dee, "other"), people.dee, "Elsewhere")
        note.merged_into_id, note.merged_at = into.id, make.NOW
        into.merged_into_id, into.merged_at = note.id, make.NOW
        db.add(CoHost(note_id=into.id, person_id=people.dee.id, from_note_id=other.id, joined_at=make.NOW))
        db.add(CoPresenter(note_id=note.id, position=5, name="Xu", from_note_id=other.id))
        other.merged_into_id = note.id
        db.flush()
        rings = [f"Note {one.id} is merged into itself, by way of others." for one in (note, into)]
        stray = f"Note {into.id} has a co-host from a note that is not merged into it."
        assert wrong(db) == [*rings, f"Note {other.id} is half merged.", stray]
        other.merged_at = make.NOW
        db.flush()
        assert wrong(db) == [*rings, f"Note {other.id} is merged into one of another conference.", stray]
