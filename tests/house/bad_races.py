"""Many requests at the same moment, each by its own browser, and what they leave behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy.orm import Session

from barcamp.cli import checks
from barcamp.people.models import Person
from tests import make
from tests.conftest import Client

#: Requests that one browser sends, one after the other: method, address, fields.
Asks = list[tuple[str, str, dict[str, object]]]


@dataclass
class Runner:
    """One browser and what it will ask for, one request after the other."""

    client: Client
    asks: Asks
    answers: list[int] = field(default_factory=list)

    def run(self, start: Barrier) -> None:
        token = {"X-CSRF-Token": self.client.token()}
        start.wait(timeout=20)
        for method, address, fields in self.asks:
            answer = self.client.open(address, method=method, data=fields, headers=token)
            self.answers.append(answer.status_code)


def at_once(app: Flask, runs: Iterable[tuple[Person, Asks]]) -> list[list[int]]:
    """Let all of them go at the same moment; the answers of each, in the order of `runs`."""
    runners = []
    for person, asks in runs:
        client = app.test_client()
        assert isinstance(client, Client)
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        runners.append(Runner(client.be(person), asks))
    kept = app.extensions.pop("test_session")  # one session is not for many threads
    start = Barrier(len(runners))
    threads = [Thread(target=runner.run, args=(start,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    app.extensions["test_session"] = kept
    kept.expire_all()
    return [runner.answers for runner in runners]


def wrongs(db: Session) -> list[str]:
    """What `verify` finds wrong."""
    return [finding.text for finding in checks.run(db, now=make.NOW) if finding.is_wrong]
