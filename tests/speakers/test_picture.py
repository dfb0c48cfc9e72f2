"""A speaker's picture: sent, shown with its hash, taken away."""

from __future__ import annotations

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.core.pictures import BIGGEST, square
from barcamp.speakers.models import Picture, Speaker
from barcamp.speakers.routes.picture import MOST_BYTES, PICTURES
from tests.conftest import Client
from tests.core.test_pictures import drawn
from tests.people import Cast
from tests.speakers.talks import page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def send(client: Client, content: bytes, name: str = "me.png") -> TestResponse:
    return client.submit("/account/speaker/picture", {"picture": (io.BytesIO(content), name)})


def test_a_picture_is_drawn_anew_and_kept_for_good_by_its_hash(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    assert send(client.be(people.bo), drawn()).status_code == 303
    kept = db.scalars(select(Picture)).one()
    assert (kept.media_type, kept.content) == ("image/jpeg", square(drawn()))

    soup = BeautifulSoup(client.be(None).get("/speakers/bo-finch").text, "html.parser")
    [shown] = soup.select("img.u-photo")
    assert shown["src"] == f"/speakers/bo-finch/picture?v={kept.etag}"
    answer = client.get(str(shown["src"]))
    assert (answer.data, answer.mimetype, answer.headers["ETag"]) == (kept.content, "image/jpeg", f'"{kept.etag}"')
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/speakers/bo-finch/picture").headers["Cache-Control"] == "public, max-age=300"
    again = client.get(str(shown["src"]), headers={"If-None-Match": f'"{kept.etag}"'})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/speakers/bo-finch.json").get_json()["picture"].endswith(f"/picture?v={kept.etag}")

    before = kept.etag
    send(client.be(people.bo), drawn((90, 10)))
    assert db.scalars(select(Picture.etag)).one() != before
    client.submit("/account/speaker/picture/remove")
    assert client.get("/speakers/bo-finch/picture").status_code == 404
    assert client.get("/speakers/bo-finch.json").get_json()["picture"] is None
    assert db.get_one(Speaker, people.bo.id).revision == 3


def test_of_a_hidden_page_no_cache_keeps_the_picture(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo, public=False)
    send(client.be(people.bo), drawn())
    etag = db.scalars(select(Picture.etag)).one()
    assert client.get(f"/speakers/bo-finch/picture?v={etag}").headers["Cache-Control"] == "private"
    assert client.be(people.cy).get(f"/speakers/bo-finch/picture?v={etag}").status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Please choose a picture."),
        (b"<svg onload='alert(1)'>", "That is no picture we can read. Please send a PNG, JPEG, WebP or GIF."),
        (drawn()[:60], "That picture is damaged. Please save it anew and send it again."),
        (b"\x89PNG" + b"\0" * BIGGEST, "That picture is larger than 5 MB. Please make it smaller."),
    ],
    ids=["nothing", "no picture", "damaged", "too large"],
)
def test_what_cannot_be_shown_is_refused_in_words(
    client: Client, db: Session, people: Cast, content: bytes, words: str
) -> None:
    page(db, people.bo)
    answer = send(client.be(people.bo), content)
    errors = BeautifulSoup(answer.text, "html.parser").select(".field .errors li")
    assert (answer.status_code, [one.get_text(strip=True) for one in errors]) == (422, [words])
    assert db.scalars(select(Picture)).all() == []


@pytest.mark.parametrize(
    "fields", [{}, {"picture": "words"}, {"picture": ["a", "b"]}, {"other": (io.BytesIO(b"x"), "x")}]
)
def test_a_form_without_a_file_is_no_picture(client: Client, db: Session, people: Cast, fields: dict[str, Any]) -> None:
    page(db, people.bo)
    assert client.be(people.bo).submit("/account/speaker/picture", fields).status_code == 422


def test_only_at_this_address_a_body_may_be_large(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    client.be(people.bo)
    large = b"\0" * (MOST_BYTES + 1)
    assert send(client, large).status_code == 413
    file = {"picture": (io.BytesIO(b"\0" * 2_000_000), "x.png")}
    assert client.submit("/account/speaker", file).status_code == 413
    assert client.be(None).submit("/account/speaker/picture", {"picture": (io.BytesIO(large), "x")}).status_code == 413


def test_nobody_keeps_the_site_drawing(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    page(db, people.cy, "cy")
    client.be(people.bo)
    assert [send(client, drawn()).status_code for _ in range(PICTURES.count + 1)] == [*[303] * PICTURES.count, 429]
    assert send(client.be(people.cy), drawn()).status_code == 303
