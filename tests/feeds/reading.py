"""What stands in a feed, event by event, for tests that compare feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.test import TestResponse

from tests.conftest import Client

_EVENT = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)


@dataclass(frozen=True)
class Event:
    """The bytes of one VEVENT, and what its lines say."""

    fragment: bytes

    @property
    def lines(self) -> dict[str, str]:
        text = self.fragment.decode().replace("\r\n ", "")
        return dict(line.split(":", 1) for line in text.split("\r\n") if ":" in line)

    @property
    def shared(self) -> bytes:
        """As it stands in public feeds."""
        return self.fragment.replace(b"\r\nTRANSP:OPAQUE\r\n", b"\r\nTRANSP:TRANSPARENT\r\n")


def events(answer: TestResponse) -> dict[str, Event]:
    """By UID."""
    assert answer.status_code == 200, answer.status
    found = [Event(fragment) for fragment in _EVENT.findall(answer.data)]
    by_uid = {one.lines["UID"]: one for one in found}
    assert len(by_uid) == len(found)
    return by_uid


def titles(client: Client, path: str) -> list[str]:
    """What a feed holds, in its order."""
    return [one.lines["SUMMARY"] for one in events(client.get(path)).values()]


def stamp(answer: TestResponse) -> str:
    """The feed's own LAST-MODIFIED."""
    head = answer.data.partition(b"BEGIN:VEVENT")[0]
    found = re.search(rb"\r\nLAST-MODIFIED:(\S+)\r\n", head)
    assert found is not None
    return found[1].decode()
