"""What a crawler that keeps to /robots.txt asks for."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.venue import read


def rules(client: Client) -> list[re.Pattern[str]]:
    """What may not be asked for: there is nothing but `Disallow`, so the longest match need not be found."""
    who, *lines = client.get("/robots.txt").text.splitlines()
    assert who == "User-agent: *"
    assert {line.split(": ")[0] for line in lines} == {"Disallow"}
    paths = [line.split(": ")[1] for line in lines]
    return [re.compile(".*".join(map(re.escape, path.split("*")))) for path in paths]


def crawl(client: Client) -> set[str]:
    """Every address that links lead to from the front page, by whoever keeps to the rules."""
    forbidden, seen, ahead = rules(client), set[str](), ["/"]
    while ahead:
        address = ahead.pop()
        if address in seen or any(rule.match(address) for rule in forbidden):
            continue
        seen.add(address)
        answer = client.get(address)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            links = [urlsplit(urljoin(address, str(link["href"]))) for link in read.soup(answer).select("a[href]")]
            ahead += [link._replace(fragment="").geturl() for link in links if not link.netloc]
    return seen


def test_it_is_kept_for_a_day(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"


def test_every_note_is_found_and_no_filter_followed(
    client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    tags = ("art", "food", "rust")
    notes = [make.note(db, camp, people.bo, f"Kites {n}", tags=tags[: n % 4]) for n in range(12)]
    filters = [str(link["href"]) for link in read.soup(client.get("/camp/wall")).select("a[href*='wall?']")]
    assert len(filters) >= len(tags)
    seen = crawl(client)
    assert {f"/camp/notes/{note.id}" for note in notes} <= seen
    assert {"/", "/camp/", "/camp/wall", "/camp/schedule"} <= seen
    assert [address for address in seen if "?" in address] == []
