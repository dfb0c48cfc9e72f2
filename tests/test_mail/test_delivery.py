"""Letters over a real SMTP server: whole, once, again after a failure, and given up in the end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.core.slugs import clean_line, clean_text
from barcamp.db import Store
from barcamp.mail import letters, service, ways
from barcamp.mail.delivery import deliver
from barcamp.mail.models import Letter
from barcamp.settings import Settings
from tests import make
from tests.clock import Clock
from tests.servers import smtp

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post_office() -> Iterator[smtp.Smtp]:
    with smtp.start() as running:
        yield running


@pytest.fixture
def by_smtp(settings: Settings, post_office: smtp.Smtp) -> Settings:
    return replace(settings, smtp_url=post_office.url, mail_from="Otter BarCamp <camp@otter.example>")


def write(store: Store, to: str = "ada@example.org", count: int = 1, kind: str = "test", text: str = "Hello") -> None:
    with store.writing() as db:
        for number in range(count):
            letters.write(db, kind, to, f"Letter {number}", text, now=make.NOW)


def kept(db: Session) -> list[Letter]:
    db.expire_all()
    return list(db.scalars(select(Letter).order_by(Letter.id)))


def test_a_letter_arrives_whole(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock, db: Session
) -> None:
    text = "Grüße, Ada!\n.\n..\nFrom here\n" + "long " * 300
    with store.writing() as writing:
        letters.write(writing, "test", "ada@example.org", "Grüße — “für” you " + "x" * 100, text, now=make.NOW)
    assert deliver(store, by_smtp, clock=clock) == 1
    [received] = post_office.received
    assert (received.sender, received.recipients) == ("camp@otter.example", ("ada@example.org",))
    letter = received.letter
    assert letter["Subject"] == "Grüße — “für” you " + "x" * 100
    assert (letter["From"], letter["To"]) == ("Otter BarCamp <camp@otter.example>", "ada@example.org")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == make.NOW
    [row] = kept(db)
    assert letter["Message-ID"] == f"<{row.message_id}@otter.example>"
    assert letter.get_content().replace("\r\n", "\n") == clean_text(text) + "\n"
    assert all(len(line) <= 998 for line in received.raw.split(b"\r\n"))
    assert (row.sent_at, row.attempts, row.last_error) == (clock.now, 1, None)
    assert deliver(store, by_smtp, clock=clock) == 0
    assert post_office.attempts == 1


def test_many_letters_use_one_connection_and_keep_their_order(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock
) -> None:
    write(store, count=45)
    assert deliver(store, by_smtp, clock=clock) == 45
    assert [letter["Subject"] for letter in post_office.letters] == [f"Letter {number}" for number in range(45)]


def test_a_code_goes_before_the_news_of_hundreds(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock
) -> None:
    write(store, "ada@example.org", count=25, kind="news")
    write(store, "bo@example.org", kind="sign-in-code")
    assert deliver(store, by_smtp, clock=clock) == 26
    assert str(post_office.letters[0]["To"]) == "bo@example.org"


def test_a_4xx_is_tried_again_after_growing_pauses(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock, db: Session
) -> None:
    write(store)
    post_office.refuse("451 4.3.0 Come back later", times=6)
    for tries, minutes in enumerate((1, 5, 15, 60, 240, 240), start=1):
        assert deliver(store, by_smtp, clock=clock) == 0
        [row] = kept(db)
        assert (row.attempts, row.due_at, row.last_error) == (
            tries, clock.now + minutes * MINUTE, "451 4.3.0 Come back later",
        )  # fmt: skip
        clock.now = row.due_at - timedelta(seconds=1)
        assert (deliver(store, by_smtp, clock=clock), post_office.attempts) == (0, tries)
        clock.now = row.due_at
    assert deliver(store, by_smtp, clock=clock) == 1
    [row] = kept(db)
    assert (row.sent_at, row.last_error, row.given_up_at) == (clock.now, None, None)


def test_a_letter_is_given_up_after_ten_attempts(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock, db: Session
) -> None:
    write(store)
    post_office.refuse(times=99)
    for _ in range(12):
        deliver(store, by_smtp, clock=clock)
        clock.now += timedelta(hours=5)
    [row] = kept(db)
    assert (row.attempts, row.sent_at, post_office.attempts) == (10, None, 10)
    assert row.given_up_at is not None


def test_a_5xx_is_for_good_and_the_next_letter_goes_out(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock, db: Session
) -> None:
    write(store, count=2)
    post_office.refuse("550 5.1.1 No such person")
    assert deliver(store, by_smtp, clock=clock) == 1
    first, second = kept(db)
    assert (first.given_up_at, first.sent_at, first.last_error) == (clock.now, None, "550 5.1.1 No such person")
    assert second.sent_at == clock.now


def test_after_a_hang_up_the_next_letter_gets_a_new_connection(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock, db: Session
) -> None:
    write(store, count=3)
    post_office.hang_up()
    assert deliver(store, by_smtp, clock=clock) == 2
    assert [row.sent_at is None for row in kept(db)] == [True, False, False]
    clock.now += MINUTE
    assert deliver(store, by_smtp, clock=clock) == 1


def test_no_server_makes_everything_wait_and_tells_no_secret(
    store: Store, by_smtp: Settings, clock: Clock, db: Session, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nowhere = replace(by_smtp, smtp_url=f"smtp://user:s3cret@127.0.0.1:{port}")
    write(store, count=3)
    assert deliver(store, nowhere, clock=clock) == 0
    for row in kept(db):
        assert (row.attempts, row.due_at, row.last_error) == (
            0, clock.now + MINUTE, "cannot reach the mail server (ConnectionRefusedError)",
        )  # fmt: skip
    said = [record.getMessage() for record in caplog.records if record.name == "barcamp.mail.delivery"]
    assert said == ["3 letters wait: cannot reach the mail server (ConnectionRefusedError)"]


def test_a_server_that_offers_no_sign_in_is_said_so_without_the_password(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock, db: Session
) -> None:
    secret = replace(by_smtp, smtp_url=post_office.url.replace("://", "://user:s3cret@"))
    write(store)
    assert deliver(store, secret, clock=clock) == 0
    [row] = kept(db)
    assert (row.last_error, row.given_up_at) == ("cannot reach the mail server (SMTPNotSupportedError)", None)


def test_a_server_that_never_answers_stops_nobody_for_long(
    store: Store, by_smtp: Settings, clock: Clock, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write(store)
        silence = replace(by_smtp, smtp_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        assert deliver(store, silence, clock=clock) == 0
    [row] = kept(db)
    assert row.last_error == "cannot reach the mail server (SMTPServerDisconnected)"


def test_many_workers_at_once_send_each_letter_once(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock
) -> None:
    write(store, count=60)
    start = threading.Barrier(4)

    def work(_number: int) -> int:
        start.wait()
        return deliver(store, by_smtp, clock=clock)

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(work, range(4)))
    assert sum(sent) == 60
    ids = [letter["Message-ID"] for letter in post_office.letters]
    assert (len(ids), len(set(ids))) == (60, 60)


def test_a_worker_that_dies_with_a_claim_loses_it_after_the_lease(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock, db: Session
) -> None:
    write(store)
    with store.writing() as writing:
        [claim] = service.claim(writing, limit=5, now=clock.now)  # and then the lights go out
    assert deliver(store, by_smtp, clock=clock) == 0
    clock.now += service.LEASE
    assert deliver(store, by_smtp, clock=clock) == 1
    assert [letter["Message-ID"] for letter in post_office.letters] == [f"<{claim.message_id}@otter.example>"]
    with store.writing() as writing:
        service.mark_failed(writing, claim, "too late to say so", for_good=True, now=clock.now)
    [row] = kept(db)
    assert (row.given_up_at, row.attempts) == (None, 2)


def test_a_letter_that_ends_every_worker_is_given_up(store: Store, clock: Clock, db: Session) -> None:
    write(store)
    for attempt in range(1, 12):
        with store.writing() as writing:
            assert len(service.claim(writing, limit=5, now=clock.now)) == (attempt <= 10)
        clock.now += service.LEASE
    [row] = kept(db)
    assert (row.last_error, row.sent_at) == ("the last attempt never ended", None)
    assert row.given_up_at is not None


@pytest.mark.parametrize("late", ["hand_back", "wait_for_server"])
def test_who_is_late_leaves_alone_what_another_worker_has_claimed(
    store: Store, clock: Clock, db: Session, late: str
) -> None:
    write(store)
    with store.writing() as writing:
        claims = service.claim(writing, limit=5, now=clock.now)
    clock.now += service.LEASE
    with store.writing() as writing:
        [theirs] = service.claim(writing, limit=5, now=clock.now)
        if late == "hand_back":
            service.hand_back(writing, claims, now=clock.now)
        else:
            service.wait_for_server(writing, claims, "nobody answers", now=clock.now)
    [row] = kept(db)
    assert (row.attempts, row.due_at, row.last_error) == (2, theirs.lease_ends, None)


def test_a_slow_batch_hands_back_what_it_cannot_finish_in_its_lease(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, db: Session
) -> None:
    write(store, count=6)
    times = [make.NOW + number * MINUTE for number in range(200)]
    assert deliver(store, by_smtp, clock=lambda: times.pop(0)) == 6
    assert len({letter["Message-ID"] for letter in post_office.letters}) == 6
    assert [row.attempts for row in kept(db)] == [1] * 6


def test_what_a_letter_with_a_code_said_is_forgotten_once_sent(
    store: Store, by_smtp: Settings, clock: Clock, db: Session
) -> None:
    write(store, kind="sign-in-code", text="123456")
    write(store, text="no secret")
    deliver(store, by_smtp, clock=clock)
    assert [row.text for row in kept(db)] == ["", "no secret\n"]


def test_old_letters_lose_their_words(store: Store, by_smtp: Settings, clock: Clock, db: Session) -> None:
    write(store)
    deliver(store, by_smtp, clock=clock)
    write(store)  # never sent
    for days, words in ((30, "Hello\n"), (31, "")):
        with store.writing() as writing:
            service.forget_old_texts(writing, now=clock.now + timedelta(days=days))
        assert [row.text for row in kept(db)] == [words, "Hello\n"]


def test_without_a_server_letters_become_files(store: Store, settings: Settings, clock: Clock, db: Session) -> None:
    write(store, count=2, text="Open http://127.0.0.1:8000/sign-in/link/" + "x" * 43)
    assert deliver(store, settings, clock=clock) == 2
    first, second = kept(db)
    assert sorted(path.name for path in settings.outbox.iterdir()) == [f"{first.id}-test.eml", f"{second.id}-test.eml"]
    content = (settings.outbox / f"{first.id}-test.eml").read_bytes()
    letter = message_from_bytes(content, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert (letter["To"], letter["Subject"]) == ("ada@example.org", "Letter 0")
    assert b"\r\nOpen http://127.0.0.1:8000/sign-in/link/" + b"x" * 43 + b"\r\n" in content  # readable as it lies there


def test_an_outbox_that_cannot_be_written_makes_letters_wait(
    store: Store, settings: Settings, clock: Clock, db: Session
) -> None:
    settings.outbox.write_text("a file in the way")
    write(store)
    assert deliver(store, settings, clock=clock) == 0
    [row] = kept(db)
    assert (row.due_at, row.last_error) == (clock.now + MINUTE, "cannot write into the outbox folder: File exists")


def test_letters_to_other_scripts(store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock) -> None:
    for to in ("ada@bücher.example", "ädä@example.org"):
        write(store, to=to)
    assert deliver(store, by_smtp, clock=clock) == 2
    assert [received.recipients for received in post_office.received] == [
        ("ada@xn--bcher-kva.example",), ("ädä@example.org",),
    ]  # fmt: skip


def test_a_wrong_sender_is_no_letters_fault(
    store: Store, by_smtp: Settings, post_office: smtp.Smtp, clock: Clock, db: Session
) -> None:
    write(store)
    for sender in ("nonsense", "", "Camp <camp@>", "a@b@c"):
        assert deliver(store, replace(by_smtp, mail_from=sender), clock=clock) == 0
        [row] = kept(db)
        assert (row.given_up_at, row.last_error) == (
            None,
            "BARCAMP_MAIL_FROM is not an address that mail can come from",
        )
        clock.now = row.due_at
    assert deliver(store, by_smtp, clock=clock) == 1


def claim_of(to: str, subject: str, text: str) -> service.Claim:
    return service.Claim(1, "test", to, subject, text, "0" * 24, make.NOW, 1, make.NOW)


@given(subject=st.text(max_size=200), text=st.text(max_size=500))
def test_no_text_adds_a_header_and_all_of_it_arrives(subject: str, text: str) -> None:
    subject, text = clean_line(subject), clean_text(text) + "\n"
    sender = f"Camp <camp@{'long-name.' * 8}example>"
    raw = ways.compose(claim_of("ada@example.org", subject, text), sender)
    letter = message_from_bytes(raw, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert {key.lower() for key in letter} == {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "content-type", "content-transfer-encoding",
        "mime-version",
    }  # fmt: skip
    assert letter["Message-ID"] == f"<{'0' * 24}@{'long-name.' * 8}example>"
    assert " ".join(letter["Subject"].split()) == " ".join(subject.split())
    assert letter.get_content().replace("\r\n", "\n") == text
