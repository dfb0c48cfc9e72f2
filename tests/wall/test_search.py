"""Search: what somebody typed on a note is found, whatever the accents and the case."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.slugs import clean_line, clean_tag
from barcamp.db import Store
from barcamp.wall import queries, service
from barcamp.wall.queries import Wanted
from barcamp.wall.service import NoteContent
from tests import make
from tests.people import Cast


def found(db: Session, camp: Conference, q: str) -> list[str]:
    ids = queries.wanted_ids(db, camp, None, Wanted(q=q), sees_counts=True, now=make.NOW)
    return [note.written.title for note in queries.wall_notes(db, camp, None, ids)]


@pytest.fixture
def wall(store: Store, db: Session, camp: Conference, people: Cast) -> Session:
    with store.writing() as session:
        for author, content in (
            (people.bo, NoteContent("Café Straße", "How **Łódź** roasts", tags=("coffee",), copresenters=("Åsa Öst",))),
            (people.cy, NoteContent("100 % _rust_", "Fearless \\o/")),
        ):
            service.post_note(session, camp, author, content, now=make.NOW)
    return db


def test_finds_words_anywhere_whatever_their_case_and_accents(wall: Session, camp: Conference) -> None:
    typed = [
        "cafe",
        "CAFÉ",
        "strasse",
        "STRASSE",
        "lodz",
        "roasts coffee",
        "asa ost",
        "finch cafe",
        "Bo",
        "roa",
        "cof fee",
    ]
    assert {q: found(wall, camp, q) for q in typed} == {q: ["Café Straße"] for q in typed}
    assert found(wall, camp, " ") == ["100 % _rust_", "Café Straße"]


def test_signs_of_the_database_are_only_letters(wall: Session, camp: Conference) -> None:
    expected = {sign: ["100 % _rust_"] for sign in ("%", "_", "\\")} | {q: [] for q in ("c_fe", "caf%", "'", "tea")}
    assert {q: found(wall, camp, q) for q in expected} == expected


def test_an_author_is_found_by_the_name_of_today(wall: Session, camp: Conference, people: Cast) -> None:
    people.bo.name = "Robin Björk"
    wall.flush()
    assert (found(wall, camp, "bjork"), found(wall, camp, "finch")) == (["Café Straße"], [])


def test_an_erased_author_is_not_found_by_the_old_name(wall: Session, camp: Conference, people: Cast) -> None:
    people.bo.name, people.bo.erased_at = "", make.NOW
    wall.flush()
    assert (found(wall, camp, "finch"), found(wall, camp, "cafe")) == ([], ["Café Straße"])


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=texts, description=texts, tag=texts, name=texts, data=st.data())
def test_whatever_was_typed_is_found(
    store: Store, db: Session, camp: Conference, title: str, description: str, tag: str, name: str, data: st.DataObject
) -> None:
    tags, names = [kept for kept in [clean_tag(tag)] if kept], [kept for kept in [clean_line(name)] if kept]
    content = NoteContent(
        clean_line(title) or "Untitled", clean_line(description), tags=tuple(tags), copresenters=tuple(names)
    )
    author = make.person(db, "Al Fern", email=f"{uuid4()}@example.org")
    with store.writing() as session:
        note = service.post_note(session, camp, author, content, now=make.NOW)
    typed = data.draw(st.sampled_from([title, description, tag and clean_tag(tag), name]))
    assert note.id in queries.wanted_ids(db, camp, None, Wanted(q=typed), sees_counts=True, now=make.NOW)
