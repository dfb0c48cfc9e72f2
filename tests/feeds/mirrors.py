"""Two clients that keep a copy of a feed up to date, each by its own rule for what is new.

Vdirsyncer is the real program's own code: it reads the whole feed, compares what the events say but for UID and stamps,
and so sees every byte that changed for nothing. Subscriber does as phones do (ICSx5 and others): it asks whether there
is anything new, then believes the stamps alone, and so goes stale where a stamp did not rise.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from flask import Flask
from vdirsyncer.storage.filesystem import FilesystemStorage
from vdirsyncer.storage.http import HttpStorage
from vdirsyncer.sync import sync
from vdirsyncer.sync.status import SqliteStatus
from werkzeug.serving import make_server

_EVENT = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)


@dataclass(frozen=True)
class Transfers:
    """The pages (URL) of the events that a client brought over and of those that it threw away; an event that it
    deletes and makes anew is in both.
    """

    brought: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


NOTHING = Transfers()


class Vdirsyncer:
    """A pair of a calendar on the web and a folder, as `vdirsyncer sync` keeps it."""

    def __init__(self, url: str, folder: Path) -> None:
        folder.mkdir()
        self.url, self.folder = url, folder
        self.status: Any = SqliteStatus()

    def sync(self) -> Transfers:
        before = self._files()
        asyncio.run(self._sync())
        after = self._files()
        return Transfers(
            frozenset(_page(after[name]) for name in after if after[name] != before.get(name)),
            frozenset(_page(before[name]) for name in before if before[name] != after.get(name)),
        )

    async def _sync(self) -> None:
        async with aiohttp.TCPConnector() as connector:
            web: Any = HttpStorage(self.url, connector=connector)
            here: Any = FilesystemStorage(str(self.folder), ".ics")
            await sync(web, here, self.status)

    def _files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


@dataclass
class Subscriber:
    """A phone's subscription. `kept` are the events by UID, `answers` the statuses of all that it asked."""

    url: str
    kept: dict[str, bytes] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    etag: str | None = None

    def sync(self) -> Transfers:
        given = self._ask()
        if given is None:
            return NOTHING
        found = {_line(event, "UID"): event for event in _EVENT.findall(given)}
        gone = {uid: event for uid, event in self.kept.items() if uid not in found}
        newer = {uid: event for uid, event in found.items() if uid not in self.kept or _is_newer(event, self.kept[uid])}
        self.kept = {uid: newer.get(uid) or self.kept[uid] for uid in found}
        return Transfers(frozenset(map(_page, newer.values())), frozenset(map(_page, gone.values())))

    def _ask(self) -> bytes | None:
        address = urlsplit(self.url)
        connection = HTTPConnection(address.netloc, timeout=30)
        try:
            connection.request("GET", address.path, headers={"If-None-Match": self.etag} if self.etag else {})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        self.answers.append(answer.status)
        if answer.status == 304:
            return None
        assert answer.status == 200, answer.status
        self.etag = answer.headers["ETag"]
        return body


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app behind a port of this machine, for clients of the real kind; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _is_newer(event: bytes, kept: bytes) -> bool:
    return _line(event, "LAST-MODIFIED") > _line(kept, "LAST-MODIFIED")


def _page(event: bytes) -> str:
    return _line(event, "URL")


def _line(event: bytes, name: str) -> str:
    """Of the VEVENT, also where there is a calendar around it."""
    text = re.sub(r"\r?\n[ \t]", "", event.decode()).partition("BEGIN:VEVENT")[2]
    found = re.search(rf"^{name}:(.*)$", text, re.MULTILINE)
    assert found is not None, (name, event)
    return found[1].strip()
