"""People who write to a served site and remember what it said yes to, for tests of what happens to it meanwhile."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import psycopg

from tests.servers.site import Site

WRITERS = 6


@dataclass
class Writer:
    """Somebody who posts notes and takes stars off and on, and remembers what the site said yes to."""

    port: int
    number: int
    cookies: dict[str, str] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    stars: dict[int, bool | None] = field(default_factory=dict)  # None: asked, and never told
    trouble: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, data: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            body = None if data is None else urlencode(data)
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            given = {"Cookie": cookies} | {name.replace("_", "-"): value for name, value in headers.items()}
            if body is not None:
                given["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            for kept in SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or [])).values():
                self.cookies[kept.key] = kept.value
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def write(self, notes: list[int], stop: threading.Event) -> None:
        token = self.token()
        turn = 0
        while not stop.is_set():
            turn += 1
            try:
                if turn % 4 == 0 and len(self.titles) < 18:
                    self.post(f"Note {self.number}-{turn}", token)
                else:
                    self.star(notes[turn % len(notes)], token)
            except (OSError, HTTPException):
                return  # this is the power cut

    def token(self) -> str:
        _, page = self.ask("GET", "/beaver/wall/new")
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None
        return found[1]

    def post(self, title: str, token: str) -> None:
        status, page = self.ask("POST", "/beaver/wall/notes", {"title": title, "csrf_token": token})
        if status == 303:
            self.titles.append(title)
        elif status != 503:
            self.trouble.append(f"{status} for a note: {page[:300]}")

    def star(self, note: int, token: str) -> None:
        wanted, self.stars[note] = not self.stars.get(note, False), None
        status, page = self.ask(
            "PUT" if wanted else "DELETE", f"/beaver/notes/{note}/star", X_CSRFToken=token, Accept="application/json"
        )
        if status == 200:
            self.stars[note] = wanted
        elif status != 503:
            self.trouble.append(f"{status} for a star: {page[:300]}")


def sign_in(served: Site, url: str | None) -> list[Writer]:
    emails = [f"writer{number}@example.com" for number in range(WRITERS)]
    links = served.flask("sign-in-link", *emails).split()
    writers = [Writer(served.port, number) for number in range(WRITERS)]
    for writer, link in zip(writers, links, strict=True):
        status, page = writer.ask("POST", link.removeprefix(served.url), {})
        assert status == 303, page
    return writers


def rows(served: Site, url: str | None, query: str) -> list[tuple[object, ...]]:
    if url is not None:
        with psycopg.connect(url) as postgres:
            return postgres.execute(query.encode()).fetchall()
    with sqlite3.connect(served.data / "barcamp.sqlite3") as connection:
        return connection.execute(query).fetchall()


def assert_all_is_there(
    writers: Sequence[Writer], rows: Callable[[str], list[tuple[object, ...]]], *, at_least: int
) -> None:
    assert [trouble for writer in writers for trouble in writer.trouble] == []
    said_yes = {title for writer in writers for title in writer.titles}
    told = {
        (writer.number, note, there) for writer in writers for note, there in writer.stars.items() if there is not None
    }
    assert len(said_yes) >= at_least
    assert len(told) >= at_least

    titles = {str(title) for (title,) in rows("SELECT title FROM note WHERE title LIKE 'Note %'")}
    assert said_yes <= titles
    assert len(titles) <= len(said_yes) + WRITERS  # each may have had one under way
    starred = {
        (int(str(email).removeprefix("writer").partition("@")[0]), int(str(note)))
        for email, note in rows(
            "SELECT email, note_id FROM star JOIN person ON person.id = person_id WHERE email LIKE 'writer%'"
        )
    }
    assert told == {(number, note, (number, note) in starred) for number, note, _ in told}
