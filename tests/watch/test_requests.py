"""The outermost layer: the number of a request, what is counted of it, and when a line of the log tells of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from barcamp import create_app, meters
from barcamp.settings import Settings
from barcamp.watch import logs, trace, wsgi
from barcamp.watch.wsgi import MOST_PATHS, Watch
from tests.conftest import Client, empty_database


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Nothing here depends on the database."""
    return empty_database(request, tmp_path)


def counted() -> dict[str, tuple[float, ...]]:
    return meters.own.block().series


def rise(before: dict[str, tuple[float, ...]], kind: str = "c:barcamp_requests_total") -> dict[str, float]:
    """By how much each counter has risen, by its labels."""
    return {
        name.removeprefix(kind): now[0] - before.get(name, (0.0,))[0]
        for name, now in counted().items()
        if name.startswith(kind) and now[0] != before.get(name, (0.0,))[0]
    }


def test_every_answer_has_a_number_of_its_own(client: Client) -> None:
    numbers = [
        client.get(path).headers["X-Request-Id"] for path in ("/", "/healthz", "/static/img/favicon.svg", "/x/y")
    ]
    assert len(set(numbers)) == 4
    assert [bool(trace.CLEAN.fullmatch(number)) for number in numbers] == [True] * 4


def test_a_number_from_outside_is_believed_from_a_proxy_alone(settings: Settings) -> None:
    for proxies, believed in ((0, False), (1, True)):
        app = create_app(replace(settings, proxies=proxies))
        answer = app.test_client().get("/healthz", headers={"X-Request-Id": "from.the_proxy-1"})
        assert (answer.headers["X-Request-Id"] == "from.the_proxy-1") is believed
        app.extensions["store"].dispose()


@pytest.mark.parametrize("given", ["", " ", "a b", "-a", "a" * 65, 'a"b', "a/b", "<b>", "é", "a\tb"])
def test_a_number_that_is_more_than_a_name_is_not_taken(settings: Settings, given: str) -> None:
    """As WSGI passes it, whatever a server in front may have let through."""
    answered: dict[str, str] = {}
    watch = Watch(answering("200 OK"), proxies=True, says_all=False)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_X_REQUEST_ID": given}

    def start(_status: str, headers: list[tuple[str, str]], _problem: Any = None) -> Any:
        answered.update(headers)

    watch(environ, start)
    assert answered["X-Request-Id"] != given
    assert trace.CLEAN.fullmatch(answered["X-Request-Id"])


def test_a_broken_page_says_its_number(app: Flask, client: Client) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["home.index"] = broken
    answer = client.get("/")
    assert answer.status_code == 500
    assert f"give this number: {answer.headers['X-Request-Id']}" in answer.text


def test_a_no_that_is_no_fault_of_ours_says_none(client: Client) -> None:
    assert "give this number" not in client.get("/nothing/here").text


def test_requests_are_counted_by_route_and_not_by_address(client: Client, camp: object) -> None:
    before = counted()
    client.get("/camp/wall")
    client.get("/camp/wall?sort=new")
    client.get("/other/wall")
    client.get("/a/b/c/d/e")
    client.post("/sign-out")
    client.open("/", method="BREW")
    assert rise(before) == {
        '{method="GET",route="wall.show",status="2xx"}': 2.0,
        '{method="GET",route="wall.show",status="4xx"}': 1.0,
        '{method="GET",route="none",status="4xx"}': 1.0,
        '{method="POST",route="people.sign_out",status="4xx"}': 1.0,
        '{method="other",route="none",status="4xx"}': 1.0,
    }


def test_what_the_front_answers_by_itself_is_counted_by_its_route(client: Client, camp: object) -> None:
    client.get("/camp/wall")
    before = counted()
    client.get("/camp/wall")
    client.get("/camp/wall")
    assert rise(before) == {'{method="GET",route="wall.show",status="2xx"}': 2.0}
    assert rise(before, "c:barcamp_kept_hits_total") == {"": 2.0}


def test_addresses_that_somebody_makes_up_take_no_room() -> None:
    watch = Watch(answering("200 OK"), proxies=False, says_all=False)
    before = set(counted())
    for number in range(MOST_PATHS + 100):
        watch({"REQUEST_METHOD": f"M{number}", "PATH_INFO": f"/{number}"}, lambda *_: lambda _bytes: None)
    assert len(watch._routes) <= MOST_PATHS
    assert len(watch._series) == 0
    assert len(set(counted()) - before) <= 2


def test_a_failure_is_in_the_log_and_a_success_is_not(
    settings: Settings, caplog: pytest.LogCaptureFixture, camp: object
) -> None:
    for says_all, statuses in ((False, [503]), (True, [200, 404, 503])):
        app = create_app(replace(settings, log_requests=says_all))
        caplog.clear()
        with caplog.at_level(logging.INFO, "barcamp"):
            client = app.test_client()
            client.get("/healthz")
            client.get("/no/such/page")
            app.extensions["hub"].is_serving = lambda: False
            client.get("/readyz")
        said = [record for record in caplog.records if record.name == "barcamp.requests"]
        assert [facts(record)["status"] for record in said] == statuses
        assert said[-1].levelname == "WARNING"
        app.extensions["store"].dispose()


def test_what_is_slow_is_in_the_log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi, "SLOW", 0.0)
    watch = Watch(answering("200 OK"), proxies=False, says_all=False)
    with caplog.at_level(logging.WARNING):
        watch({"REQUEST_METHOD": "GET", "PATH_INFO": "/wall"}, lambda *_: lambda _bytes: None)
    (record,) = caplog.records
    assert record.getMessage().startswith("GET /wall 200 in ")
    assert (facts(record)["route"], facts(record)["status"]) == ("home.index", 200)


def test_an_app_that_breaks_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    def app(_environ: Any, _start: Any) -> Iterable[bytes]:
        raise ZeroDivisionError

    watch, before = Watch(app, proxies=False, says_all=False), counted()
    with pytest.raises(ZeroDivisionError):
        watch({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, lambda *_: lambda _bytes: None)
    assert rise(before) == {'{method="GET",route="none",status="5xx"}': 1.0}
    assert trace.now.get() is None


def test_the_body_is_given_on_as_it_is() -> None:
    """A server knows files and streams by what they are."""
    body = [b"a"]

    def app(_environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", headers)
        return body

    headers = [("Content-Length", "1")]
    assert (
        Watch(app, proxies=False, says_all=False)(
            {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, lambda *_: lambda _bytes: None
        )
        is body
    )
    assert headers == [("Content-Length", "1")]  # others may keep that list


def test_a_line_says_whose_it_is(app: Flask, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """JSON, with the request, and the traceback as one field."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["wall.note"] = broken
    lines: list[dict[str, Any]] = []
    handler = Collecting(lines)
    logging.getLogger("barcamp").addHandler(handler)
    try:
        answer = client.get("/camp/notes/7?q=private", headers={"Accept": "application/json"})
    finally:
        logging.getLogger("barcamp").removeHandler(handler)
    assert answer.status_code == 500
    broke, told = lines
    assert (broke["level"], broke["logger"]) == ("error", "barcamp.web.errors")
    assert "ZeroDivisionError" in broke["exception"]
    for line in lines:
        assert {name: line[name] for name in ("request", "method", "path")} == {
            "request": answer.headers["X-Request-Id"], "method": "GET", "path": "/camp/notes/7",
        }  # fmt: skip
    assert (told["route"], told["status"], told["level"]) == ("wall.note", 500, "warning")
    assert "private" not in json.dumps(lines)


class Collecting(logging.Handler):
    """Keeps each line as our JSON has it."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        super().__init__()
        self.lines = lines
        self.setFormatter(logs.Json())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


def answering(status: str) -> Any:
    def app(environ: Any, start: Any) -> Iterable[bytes]:
        environ["barcamp.trace"].route = "home.index"
        start(status, [])
        return []

    return app


def broken(*_: Any, **_names: Any) -> Any:
    raise ZeroDivisionError


broken.guard = "anyone"  # type: ignore[attr-defined]


def facts(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = record.facts  # type: ignore[attr-defined]
    return found
