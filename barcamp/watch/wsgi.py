"""The outermost layer: gives each request its number, counts it by its route, and says when one failed or was slow.

It does not touch the answer's body, which may be a file that the server sends by itself or a stream: what is measured
is the time until there is an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from barcamp import meters
from barcamp.watch import logs
from barcamp.watch.trace import CLEAN, Trace, new_id, now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("barcamp.requests")

#: An answer that takes so many seconds is in the log.
SLOW = 1.0
TRACE = "barcamp.trace"
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"))
#: Not pages that somebody waits for: they say nothing about how quick the site is.
NO_PAGES = frozenset(("static", "live.live", "home.healthz", "home.readyz", "watch.metrics", "none"))
#: Addresses answered by the front whose routes are remembered.
MOST_PATHS = 8192
RECENT = "barcamp_recent_requests"
WAYS = ("hits", "unchanged", "misses", "waits", "stale")


class Watch:
    """`figures` are those of the front, if there is one: counted there, and told to the others from here."""

    def __init__(self, app: WSGIApplication, *, proxies: bool, says_all: bool, figures: object = None) -> None:
        self.app = app
        self._believes, self._says_all = proxies, says_all
        self._series: dict[tuple[str, str, str], tuple[int, int, int | None]] = {}
        self._routes: dict[str, str] = {}
        self._recent = meters.recent(RECENT)
        self._figures = figures
        self._copied: list[tuple[str, int]] = []
        if figures is not None:
            ways = [way for way in WAYS if hasattr(figures, way)]
            self._copied = [(way, meters.counter(f"barcamp_kept_{way}_total")) for way in ways]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._believes else ""
        number = given if given and CLEAN.fullmatch(given) else new_id()
        path = environ.get("PATH_INFO", "")
        trace = environ[TRACE] = Trace(number, method=environ["REQUEST_METHOD"], path=path)
        line = "500"

        def answered(status: str, headers: list[tuple[str, str]], problem: Any = None) -> Callable[[bytes], object]:
            nonlocal line
            line = status
            return start_response(status, [*headers, ("X-Request-Id", number)], problem)

        token = now.set(trace)
        try:
            return self.app(environ, answered)
        finally:
            self._note(trace, line, perf_counter() - began)
            now.reset(token)

    def _note(self, trace: Trace, line: str, seconds: float) -> None:
        route = trace.route or self._routes.get(trace.path, "none")
        key = (route, trace.method, line[:1])
        series = self._series.get(key) or self._new_series(key)
        meters.own.observe_request(*series, seconds)
        if trace.route is not None and trace.path not in self._routes and line[:1] in "23":
            if len(self._routes) >= MOST_PATHS:
                del self._routes[next(iter(self._routes))]
            self._routes[trace.path] = trace.route
        figures = self._figures
        for way, place in self._copied:
            meters.own.set(place, getattr(figures, way))
        is_wrong = line >= "500" or (seconds >= SLOW and route != "live.live")
        if is_wrong or self._says_all:
            self._say(trace, route, line, seconds, logging.WARNING if is_wrong else logging.INFO)

    def _new_series(self, key: tuple[str, str, str]) -> tuple[int, int, int | None]:
        """Their number is bounded: by the routes of the site, the methods of HTTP and five classes of statuses."""
        route, method, status = key
        said = method if method in METHODS else "other"
        counter = meters.counter("barcamp_requests_total", route=route, method=said, status=f"{status}xx")
        histogram = meters.histogram("barcamp_request_seconds", route=route)
        found = counter, histogram, None if route in NO_PAGES else self._recent
        if method in METHODS:
            self._series[key] = found
        return found

    def _say(self, trace: Trace, route: str, line: str, seconds: float, level: int) -> None:
        milliseconds, status = round(seconds * 1000, 1), int(line[:3])
        path = logs.discreet_path(trace.path, is_known=route != "none")
        facts = {"route": route, "status": status, "ms": milliseconds}
        log.log(level, "%s %s %s in %g ms", trace.method, path, status, milliseconds, extra={"facts": facts})
