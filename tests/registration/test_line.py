"""The rules of the line, over any story of coming, going and more or fewer places."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from barcamp.db import Store
from tests import make
from tests.registration import desk

WHO = st.integers(0, 5)
STORY = st.lists(
    st.one_of(
        st.tuples(st.just("register"), WHO),
        st.tuples(st.just("cancel"), WHO),
        st.tuples(st.just("places"), st.one_of(st.none(), st.integers(0, 4))),
    ),
    max_size=14,
)


@dataclass
class Paper:
    """The same done by hand: a list of those who come, and a list of those who wait."""

    places: int | None
    coming: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    letters: list[tuple[str, int]] = field(default_factory=list)

    def register(self, who: int) -> None:
        if who not in self.coming + self.waiting:
            has_place = not self.waiting and (self.places is None or len(self.coming) < self.places)
            (self.coming if has_place else self.waiting).append(who)
            self.letters.append(("welcome", who))

    def cancel(self, who: int) -> None:
        for those in (self.coming, self.waiting):
            if who in those:
                those.remove(who)
        self.move_up()

    def move_up(self) -> None:
        while self.waiting and (self.places is None or len(self.coming) < self.places):
            self.letters.append(("promoted", self.waiting[0]))
            self.coming.append(self.waiting.pop(0))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STORY)
def test_the_desk_does_as_paper_does(db: Session, store: Store, story: list[tuple[str, int | None]]) -> None:
    key = uuid4().hex[:8]
    camp = make.conference(db, slug=f"camp-{key}", capacity=2)
    guests = [make.person(db, f"{key} {n}") for n in range(6)]
    paper = Paper(places=2)
    registered: set[int] = set()
    for verb, given_value in story:
        if verb == "places":
            camp.capacity = paper.places = given_value
            db.flush()
            desk.promote(store, camp)
            paper.move_up()
        elif verb == "register":
            assert given_value is not None
            desk.register(store, camp, guests[given_value])
            registered.add(given_value)
            paper.register(given_value)
        elif given_value in registered:
            assert given_value is not None
            desk.cancel(store, camp, guests[given_value])
            paper.cancel(given_value)

    number = {guest.name: n for n, guest in enumerate(guests)}
    by_address = {guest.email: n for n, guest in enumerate(guests)}
    assert sorted(number[name] for name in desk.names(db, camp, "coming")) == sorted(paper.coming)
    assert [number[name] for name in desk.names(db, camp, "waiting")] == paper.waiting
    assert [(kind, by_address[to]) for kind, to in desk.letters(db) if to in by_address] == paper.letters
