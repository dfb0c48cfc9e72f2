"""/<slug>/organize/poster: a page to print, with the wall's address for phones."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.web import qr
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.venue import read

POSTER = "/camp/organize/poster"


def test_only_organizers_print_it(client: Client, camp: Conference, people: Cast) -> None:
    assert [client.be(one).get(POSTER).status_code for one in (None, people.dee, people.ada)] == [303, 403, 200]


@pytest.mark.parametrize("walk_ins", [True, False])
def test_it_has_the_address_in_words_and_as_a_code(client: Client, people: Cast, db: Session, walk_ins: bool) -> None:
    make.conference(db, people.ada, walk_ins=walk_ins)
    page = client.be(people.ada).get(POSTER)
    poster = read.soup(page).select_one(".poster")
    assert poster is not None
    said = [read.words(one.text) for one in poster.select("p, h1")]
    name = ["Your name is enough. No e-mail, no app."] if walk_ins else []
    assert said == ["Otter BarCamp", "Put up a note, star what you want to hear", "localhost/camp/wall", *name]
    assert str(qr.svg("http://localhost/camp/wall")) in page.text
