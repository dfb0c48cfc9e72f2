"""People who change things all the time, and remember what the site said yes to.

Each keeps a ledger: for every single thing (a star, the words of a note, a card on the board) the values that it may
have. After a clear yes that is one; after a request that nobody answered it is two, what was and what was asked for.
A 503 is a no: it says that nothing was changed, and is held to it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from itertools import count, cycle
from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

Key = tuple[object, ...]
VERSION: Key = ("version",)
#: Seconds for one answer; a site that hangs for longer has lost the person.
PATIENCE = 15.0
#: Seconds between two requests of one person.
PAUSE = 0.01
MOST_NOTES = 18


class NoAnswer(Exception):
    """The connection broke or stayed silent, so nobody knows what has become of the request."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Told:
    """A ledger at one moment. `versions`: at least and at most so many are published; None: we would not know."""

    may_be: dict[Key, frozenset[object]]
    versions: tuple[int, int] | None
    odd: tuple[str, ...]


@dataclass
class Ledger:
    """What may be there now, by thing. `yes` counts clear answers by kind, `no` refusals; `odd` is what was neither."""

    may_be: dict[Key, frozenset[object]] = field(default_factory=dict)
    versions: tuple[int, int] | None = None
    yes: dict[str, int] = field(default_factory=dict)
    no: int = 0
    unanswered: int = 0
    odd: list[str] = field(default_factory=list)
    _pending: tuple[Key, object] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, key: Key, value: object, ask: Callable[[], Answer], *, fine: int) -> Answer | None:
        """Ask for a change of `key` to `value`; None where it was not made, or where nobody knows."""
        with self._lock:
            self.may_be.setdefault(key, frozenset({None}))
            self._pending = key, value
        try:
            answer = ask()
        except NoAnswer:
            answer = None
        with self._lock:
            self._pending = None
            return self._heard(key, value, answer, fine)

    def told(self) -> Told:
        """As it is now; where something is under way, it may have happened or not."""
        with self._lock:
            may_be, versions = dict(self.may_be), self.versions
            if self._pending is not None:
                key, value = self._pending
                may_be[key] |= {value}
                if key == VERSION and versions is not None:
                    versions = versions[0], versions[1] + 1
            return Told(may_be, versions, tuple(self.odd))

    def _heard(self, key: Key, value: object, answer: Answer | None, fine: int) -> Answer | None:
        if answer is None or (answer.status == 503 and "look before you send it again" in answer.text):
            self.unanswered += 1
            self.may_be[key] |= {value}
            if key == VERSION and self.versions is not None:
                self.versions = self.versions[0], self.versions[1] + 1
        elif answer.status == fine or (answer.status == 503 and "What you sent is kept." in answer.text):
            self.may_be[key] = frozenset({value})
            if key == VERSION and self.versions is not None:
                self.versions = self.versions[0] + 1, self.versions[1] + 1
            self.yes[str(key[0])] = self.yes.get(str(key[0]), 0) + 1
            return answer
        elif answer.status in (409, 429, 503):
            self.no += 1
        else:
            self.odd.append(f"{answer.status} for {key}: {_words(answer)}")
        return None


class Writer:
    """Somebody signed in, who does one kind of thing again and again until told to stop."""

    def __init__(self, port: int, slug: str) -> None:
        self.port, self.slug = port, slug
        self.ledger = Ledger()
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.connection: HTTPConnection | None = None
        #: Held while something is under way: whoever wants the writers to rest takes it.
        self.turn = threading.Lock()

    def sign_in(self, link: str) -> None:
        answer = self.ask("POST", "/" + link.split("/", 3)[3], {})
        assert answer.status == 303, _words(answer)
        page = self.ask("GET", f"/{self.slug}/wall/new").text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None, page[:300]
        self.token = found[1]

    def ask(self, method: str, path: str, data: dict[str, Any] | None = None, *, as_json: bool = False) -> Answer:
        """One request over a connection that stays open. Raises NoAnswer; what was sent is never sent twice."""
        given = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        given["Accept"] = "application/json" if as_json else "text/html"
        body = None
        if method != "GET":
            given |= {"X-CSRFToken": self.token, "Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode({**(data or {}), "csrf_token": self.token}, doseq=True)
        try:
            if self.connection is None:
                self.connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
                self.connection.connect()
            self.connection.request(method, path, body, given)
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (OSError, HTTPException, ValueError) as problem:
            self.close()
            raise NoAnswer from problem
        if answer.will_close:
            self.close()
        for kept in SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or [])).values():
            self.cookies[kept.key] = kept.value
        return Answer(answer.status, text, dict(answer.headers))

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def write(self, stop: threading.Event) -> None:
        """Do one thing after the other until `stop`."""
        for turn in self.turns():
            if stop.wait(PAUSE):
                break
            with self.turn:
                try:
                    turn()
                except NoAnswer:  # while something was only read
                    stop.wait(PAUSE * 5)
        self.close()

    def turns(self) -> Iterator[Callable[[], object]]:
        raise NotImplementedError


class Starrer(Writer):
    """Puts stars on some notes and takes them off."""

    def __init__(self, port: int, slug: str, email: str, notes: Sequence[int]) -> None:
        super().__init__(port, slug)
        self.email, self.notes = email, notes

    def turns(self) -> Iterator[Callable[[], object]]:
        wanted: dict[int, bool] = {}
        for note in cycle(self.notes):
            wanted[note] = not wanted.get(note, False)
            yield lambda note=note: self._star(note, there=wanted[note])  # type: ignore[misc]

    def _star(self, note: int, *, there: bool) -> None:
        key, method, path = ("star", self.email, note), "PUT" if there else "DELETE", f"/{self.slug}/notes/{note}/star"
        self.ledger.say(key, there or None, lambda: self.ask(method, path, as_json=True), fine=200)


class Author(Writer):
    """Posts notes, and writes on at them."""

    def __init__(self, port: int, slug: str, name: str) -> None:
        super().__init__(port, slug)
        self.name = name
        self.own: list[int] = []
        self.numbers = count(1)

    def turns(self) -> Iterator[Callable[[], object]]:
        for turn in self.numbers:
            if len(self.own) < MOST_NOTES and (turn % 3 == 1 or not self.own):
                yield lambda title=f"{self.name} {turn}": self._post(title)  # type: ignore[misc]
            else:
                note = self.own[turn % len(self.own)]
                yield lambda note=note, turn=turn: self._edit(note, f"Take {turn}")  # type: ignore[misc]

    def _post(self, title: str) -> None:
        path = f"/{self.slug}/wall/notes"
        answer = self.ledger.say(("note", title), 1, lambda: self.ask("POST", path, {"title": title}), fine=303)
        if answer is not None and (found := re.search(r"\bnotes?[-/](\d+)$", answer.headers.get("Location", ""))):
            self.own.append(int(found[1]))

    def _edit(self, note: int, words: str) -> None:
        path = f"/{self.slug}/notes/{note}/edit"
        page = self.ask("GET", path)
        if page.status != 200:
            return
        sent = filled(page.text, path) | {"description": words}
        self.ledger.may_be.setdefault(("words", note), frozenset({""}))
        self.ledger.say(("words", note), words, lambda: self.ask("POST", path, sent), fine=303)


class Guest(Writer):
    """Registers and cancels."""

    def __init__(self, port: int, slug: str, email: str) -> None:
        super().__init__(port, slug)
        self.email = email

    def turns(self) -> Iterator[Callable[[], object]]:
        for turn in count():
            yield self._come if turn % 2 == 0 else self._stay_away

    def _come(self) -> None:
        path = f"/{self.slug}/register"
        page = self.ask("GET", path)
        if page.status == 200:
            sent = filled(page.text, path) | {"conduct": "y"}
            self._said("coming", lambda: self.ask("POST", path, sent))

    def _stay_away(self) -> None:
        self._said(None, lambda: self.ask("POST", f"/{self.slug}/register/cancel", {}))

    def _said(self, state: str | None, ask: Callable[[], Answer]) -> None:
        self.ledger.say(("registration", self.email), state, ask, fine=303)


class Organizer(Writer):
    """Moves cards on the board, and publishes now and then. One alone: what they know of the board is so."""

    def __init__(self, port: int, slug: str, notes: Sequence[int], cells: Sequence[tuple[int, int]]) -> None:
        super().__init__(port, slug)
        self.notes, self.cells = notes, cells
        self.revision = 0
        self.ledger.versions = 0, 0

    def turns(self) -> Iterator[Callable[[], object]]:
        assert len(self.cells) > len(self.notes)
        for turn in count():
            if turn % 8 == 7:
                yield self._publish
            else:
                # of more cells than notes, each goes where nobody of ours has been for longest
                note, cell = self.notes[turn % len(self.notes)], self.cells[turn % len(self.cells)]
                yield lambda note=note, cell=cell: self._move(note, cell)  # type: ignore[misc]

    def _move(self, note: int, cell: tuple[int, int]) -> None:
        taken = {value for key, values in self.ledger.may_be.items() if key != ("place", note) for value in values}
        if cell in taken:
            return
        sent = {"slot": cell[0], "room": cell[1], "revision": self.revision, "anyway": "y"}
        heard: list[Answer] = []

        def ask() -> Answer:
            heard.append(self.ask("PUT", f"/{self.slug}/board/notes/{note}/placement", sent, as_json=True))
            return heard[0]

        self.ledger.say(("place", note), cell, ask, fine=200)
        if heard and heard[0].status in (200, 409):
            self.revision = json.loads(heard[0].text).get("revision", self.revision)

    def _publish(self) -> None:
        path = f"/{self.slug}/organize/publish/now"
        self.ledger.say(VERSION, None, lambda: self.ask("POST", path, {}), fine=303)


def filled(page: str, path: str) -> dict[str, Any]:
    """The form on a page that goes to this address, as it stands."""
    soup = BeautifulSoup(page, "html.parser")
    form = soup.find("form", action=path, method="post")
    assert isinstance(form, Tag), f"no form goes to {path}"
    sent: dict[str, Any] = {}
    for one in form.select("input[name], textarea[name], select[name]"):
        name = str(one["name"])
        if one.name == "select":
            sent[name] = [option.get("value", "") for option in one.select("option[selected]")] or [
                option.get("value", "") for option in one.select("option")[:1]
            ]
        elif one.name == "textarea":
            sent[name] = one.text.removeprefix("\n")
        elif one.get("type") in ("checkbox", "radio"):
            if one.has_attr("checked"):
                sent.setdefault(name, []).append(one.get("value", "y"))
        else:
            sent[name] = one.get("value", "")
    return sent


class Crowd:
    """Writers at work, each in a thread."""

    def __init__(self, writers: Sequence[Writer]) -> None:
        self.writers = writers
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=one.write, args=(self._stop,), daemon=True) for one in writers]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def yes(self) -> int:
        """How many changes the site has said yes to."""
        return sum(sum(one.ledger.yes.values()) for one in self.writers)

    def by_kind(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.writers:
            for kind, times in one.ledger.yes.items():
                found[kind] = found.get(kind, 0) + times
        return found

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Nobody writes meanwhile, and everything asked for has been answered or given up."""
        with ExitStack() as held:
            for one in self.writers:
                held.enter_context(one.turn)
            yield


def _words(answer: Answer) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())[:300]
