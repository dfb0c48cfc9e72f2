"""A request that breaks off, or comes twice: nothing half, nothing double."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.faults.conftest import Camp
from tests.faults.keeper import SLUG, until
from tests.faults.writers import Author, Writer

pytestmark = pytest.mark.slow


@pytest.fixture
def author(sqlite_camp: Camp) -> Iterator[Writer]:
    found = next(one for one in sqlite_camp.writers if isinstance(one, Author))
    yield found
    found.close()


def request(writer: Writer, title: str) -> bytes:
    """A form as the browser sends it."""
    body = urlencode({"title": title, "csrf_token": writer.token}).encode()
    head = [
        f"POST /{SLUG}/wall/notes HTTP/1.1", f"Host: 127.0.0.1:{writer.port}", "Accept: text/html",
        "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
        "Cookie: " + "; ".join(f"{name}={value}" for name, value in writer.cookies.items()),
    ]  # fmt: skip
    return "\r\n".join([*head, "", ""]).encode() + body


def notes_called(camp: Camp, title: str) -> int:
    [(count,)] = camp.rows(f"SELECT count(*) FROM note WHERE title = '{title}'")
    return int(count)


def test_a_form_that_breaks_off_in_the_middle_changes_nothing(sqlite_camp: Camp, author: Writer) -> None:
    whole = request(author, "Half")
    for part in (20, whole.index(b"\r\n\r\n") + 4, len(whole) - 5, len(whole) - 1):
        with socket.create_connection(("127.0.0.1", author.port), timeout=20) as connection:
            connection.sendall(whole[:part])
    assert until(lambda: author.ask("GET", "/healthz").status == 200, 20)
    assert notes_called(sqlite_camp, "Half") == 0


def test_a_form_whose_answer_nobody_heard_is_sent_again(sqlite_camp: Camp, author: Writer) -> None:
    """The phone lost its network after sending; its owner presses the button again, twice."""
    with socket.create_connection(("127.0.0.1", author.port), timeout=20) as connection:
        connection.sendall(request(author, "Unheard"))
    assert until(lambda: notes_called(sqlite_camp, "Unheard") == 1, 30)
    answers = [author.ask("POST", f"/{SLUG}/wall/notes", {"title": "Unheard"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert notes_called(sqlite_camp, "Unheard") == 1


def test_stars_and_registrations_may_come_as_often_as_they_like(sqlite_camp: Camp, author: Writer) -> None:
    [(note,)] = sqlite_camp.rows("SELECT min(id) FROM note WHERE author_id IS NOT NULL")
    path = f"/{SLUG}/notes/{note}/star"
    assert {author.ask("PUT", path, as_json=True).status for _ in range(3)} == {200}
    [(count,)] = sqlite_camp.rows(f"SELECT count(*) - (SELECT star_count FROM note WHERE id = {note}) FROM star"
                                  f" WHERE note_id = {note}")  # fmt: skip
    assert count == 0
    assert {author.ask("DELETE", path, as_json=True).status for _ in range(3)} == {200}
    assert "nothing wrong." in sqlite_camp.kept.flask("verify")
