"""Letters of news on their way: the file that comes along, and the headers by which one press ends them."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.mail import delivery, letters, service, unsubscribe, ways
from barcamp.mail.links import Links
from barcamp.mail.models import Letter
from barcamp.settings import Settings
from tests import make
from tests.people import Cast
from tests.servers import smtp

FILE = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nSUMMARY:Kaf\xc3\xa9\r\nEND:VCALENDAR\r\n"
LINKS = Links("http://127.0.0.1:8000")


def write(store: Store, people: Cast, count: int = 1) -> None:
    with store.writing() as db:
        rows = [
            letters.news(
                people.bo, Camp(), f"Haiku {number}", "something has changed", ["Haiku: now 14:00", "Kites: cancelled"],
                zone="America/Los_Angeles", calendar=FILE, links=LINKS, now=make.NOW,
            )
            for number in range(count)
        ]  # fmt: skip
        letters.write_all(db, [row for row in rows if row is not None])


class Camp:
    name, slug = "Otter BarCamp", "camp"


def test_the_file_comes_along_and_the_headers_end_it(
    store: Store, settings: Settings, db: Session, people: Cast
) -> None:
    write(store, people)
    with smtp.start() as post_office:
        assert delivery.deliver(store, replace(settings, smtp_url=post_office.url), clock=lambda: make.NOW) == 1
        [letter] = post_office.letters
    body = letter.get_body()
    assert isinstance(body, EmailMessage)
    assert body.get_content().replace("\r\n", "\n") == (
        "Hello Bo Finch,\n\nsomething has changed\n\nHaiku: now 14:00\n\nKites: cancelled\n\n"
        "Times are those of America/Los Angeles. The file that comes with this letter puts them into your calendar.\n\n"
        "Your day:\nhttp://127.0.0.1:8000/camp/me\n\n"
        "You hear of it because you starred or present it. By letter or otherwise, as you like:\n"
        "http://127.0.0.1:8000/news/choices\n"
    )
    (file,) = letter.iter_attachments()
    assert (file.get_content_type(), file.get_filename(), dict(file["Content-Type"].params)) == (
        "text/calendar", "changes.ics", {"charset": "utf-8", "method": "PUBLISH"}
    )  # fmt: skip
    assert file.get_payload(decode=True) == FILE
    token = unsubscribe.token_of(people.bo.id, settings.secret_key)
    assert (letter["List-Unsubscribe"], letter["List-Unsubscribe-Post"]) == (
        f"<http://127.0.0.1:8000/news/unsubscribe/{token}>", "List-Unsubscribe=One-Click"
    )  # fmt: skip
    assert db.execute(select(Letter.calendar, Letter.sent_at)).one() == (None, make.NOW)


def test_sent_again_it_is_the_same_letter(store: Store, settings: Settings, db: Session, people: Cast) -> None:
    write(store, people)
    with store.writing() as writing:
        (claim,) = service.claim(writing, limit=1, now=make.NOW)
    once, again = (ways.compose(claim, settings.mail_from) for _ in range(2))
    assert once == again


@pytest.mark.parametrize(
    "host", ["http://x", "https://" + "a-quite-long-name." * 6 + "example.org", "https://camp.köln"]
)
def test_a_long_or_foreign_address_stands_in_the_header_as_it_is(host: str) -> None:
    token = unsubscribe.token_of(123_456_789, "k" * 32)
    claim = service.Claim(
        1, "news", "bo@example.org", "Haiku", "Hi\n", "0" * 24, make.NOW, 1, make.NOW, 7, FILE,
        Links(host).unsubscribe(token),
    )  # fmt: skip
    raw = ways.compose(claim, "Camp <camp@example.org>")
    shown = host.replace("camp.köln", "camp.xn--kln-sna")
    assert raw.split(b"\r\n")[0].decode() == f"List-Unsubscribe: <{shown}/news/unsubscribe/{token}>"
    letter = message_from_bytes(raw, policy=policy.default)
    assert letter["Subject"] == "Haiku"
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))


def test_other_letters_have_no_such_headers(store: Store, settings: Settings, db: Session, people: Cast) -> None:
    with store.writing() as writing:
        letters.welcome(writing, people.bo, Camp(), links=LINKS, now=make.NOW)
    with smtp.start() as post_office:
        delivery.deliver(store, replace(settings, smtp_url=post_office.url), clock=lambda: make.NOW)
        [letter] = post_office.letters
    assert ("List-Unsubscribe" in letter, letter.is_multipart()) == (False, False)


def test_the_file_is_forgotten_with_the_words(store: Store, db: Session, people: Cast) -> None:
    write(store, people, 2)
    with store.writing() as writing:
        service.forget_reader(writing, people.bo.id, [], now=make.NOW)
    assert [tuple(row) for row in db.execute(select(Letter.text, Letter.calendar))] == [("", None)] * 2
    with store.writing() as writing:
        assert service.claim(writing, limit=5, now=make.NOW) == []


def test_the_token_is_of_one_person_and_one_key() -> None:
    key, other = "k" * 32, "o" * 32
    token = unsubscribe.token_of(17, key)
    assert unsubscribe.find_person_id(token, key) == 17
    forged = [
        "",
        "17",
        token[:-1],
        token + "A",
        "18" + token[2:],
        "017" + token[2:],
        token.replace("-", "_", 1),
        "٣" + token[1:],
    ]
    assert [unsubscribe.find_person_id(one, key) for one in forged] == [None] * len(forged)
    assert unsubscribe.find_person_id(token, other) is None
