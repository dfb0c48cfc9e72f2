"""The SMTP server of the tests: keeps letters as they came, refuses and hangs up when told."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.servers import smtp


@pytest.fixture
def post_office() -> Iterator[smtp.Smtp]:
    with smtp.start() as post_office:
        yield post_office


def send(post_office: smtp.Smtp, subject: str) -> None:
    letter = EmailMessage()
    letter["From"] = "camp@example.org"
    letter["To"] = "cy@example.org"
    letter["Subject"] = subject
    letter.set_content("Grüße ☕\n")
    with smtplib.SMTP("127.0.0.1", post_office.port, timeout=10) as client:
        client.send_message(letter)


def test_a_letter_arrives_with_its_envelope_and_every_letter_of_its_words(post_office: smtp.Smtp) -> None:
    send(post_office, "Your place at the Café ☕")

    [letter] = post_office.wait_for(1)
    [received] = post_office.received
    assert (letter["Subject"], letter.get_content()) == ("Your place at the Café ☕", "Grüße ☕\r\n")
    assert (received.sender, received.recipients) == ("camp@example.org", ("cy@example.org",))


def test_it_refuses_and_hangs_up_as_often_as_told_and_then_accepts(post_office: smtp.Smtp) -> None:
    post_office.refuse("550 5.1.1 Nobody of that name")
    post_office.hang_up(times=2)

    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(post_office, "one")
    for _ in range(2):
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(post_office, "two")
    send(post_office, "three")

    assert (refused.value.smtp_code, refused.value.smtp_error) == (550, b"5.1.1 Nobody of that name")
    assert [letter["Subject"] for letter in post_office.letters] == ["three"]
    assert post_office.attempts == 4


def test_waiting_for_a_letter_that_does_not_come_fails_with_the_count(post_office: smtp.Smtp) -> None:
    send(post_office, "one")
    with pytest.raises(AssertionError, match=r"^1 of 2 letters arrived within 0.1 s$"):
        post_office.wait_for(2, seconds=0.1)


def test_after_the_stop_nobody_answers(post_office: smtp.Smtp) -> None:
    post_office.stop()
    post_office.stop()
    with pytest.raises(ConnectionRefusedError):
        send(post_office, "too late")
