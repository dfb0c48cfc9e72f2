"""The front: a WSGI layer before Flask that answers from kept copies what everybody is told the same."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from barcamp import touched
from barcamp.front.copies import Copies, Copy, HeaderList, make
from barcamp.front.marks import Marks
from barcamp.web import zipped

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Of more letters no address of ours is; what scripts make up is not worth keeping.
LONGEST_QUERY = 300
#: Seconds that others wait for whoever makes an answer; then they make it themselves.
PATIENCE = 10.0
#: A copy that has become old may be given for so many seconds where the site cannot make it anew.
STALE_SECONDS = 3600.0
#: What a request for a copy to keep is made without, and with: it is for everybody, and whole. What has been zipped
#: and kept for longer than a minute (barcamp/web/kept.py) is taken as it is.
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE",
              "HTTP_X_REFRESH", "HTTP_REFERER")  # fmt: skip
TO_KEEP = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_ENCODING": "gzip", zipped.IS_KEPT: True}
#: Cookies by which a visitor is somebody; others come from elsewhere on the same host and mean nothing to us.
OURS = re.compile(r"(?:^|[;\s])(?:__Host-)?barcamp_")


@dataclass(slots=True)
class Figures:
    """What has been counted since this process began."""

    hits: int = 0
    unchanged: int = 0  # of the hits, those answered by 304
    misses: int = 0
    waits: int = 0  # of the misses, those who waited for another's copy
    stale: int = 0  # old copies given while the site could make none


class _Said:
    """What Flask says to the front instead of to the server."""

    status = ""
    headers: HeaderList
    body: bytes

    def start_response(self, status: str, headers: HeaderList, _problem: Any = None) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return _refuse_to_write


class _Flight:
    """An answer that is being made. `instead`: what to tell all who waited, where the site could make none (503)."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.instead: Copy | _Said | None = None


def _refuse_to_write(_body: bytes) -> object:
    raise NotImplementedError("write() of PEP 3333 is for frameworks of another time")


class Front:
    """Give what is kept where it is right, have it made once where it is not, and leave all the rest to Flask.

    `is_shared(environ)` says whether the view of an address gives everybody the same, and `is_program(environ)` whether
    a "no" to this request is JSON and no page.
    """

    def __init__(
        self,
        app: WSGIApplication,
        marks: Marks,
        *,
        is_shared: Callable[[WSGIEnvironment], bool],
        is_program: Callable[[WSGIEnvironment], bool],
        best_language: Callable[[str], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app, self.marks, self.copies, self.figures = app, marks, Copies(), Figures()
        self._is_shared, self._is_program = is_shared, is_program
        self._best_language = lru_cache(maxsize=256)(best_language)
        self._clock = clock
        self._flights: dict[Hashable, _Flight] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None:
            return self.app(environ, start_response)
        copy = self._right(key)
        if copy is not None:
            self.figures.hits += 1
            return self._give(key, copy, environ, start_response)
        if not self._is_shared(environ):
            return self.app(environ, start_response)
        self.figures.misses += 1
        made = self._made_once(key, environ)
        if isinstance(made, Copy):
            return self._give(key, made, environ, start_response)
        start_response(made.status, made.headers)
        return () if environ["REQUEST_METHOD"] == "HEAD" else (made.body,)

    def _right(self, key: Hashable) -> Copy | None:
        """The kept copy, if it is right at this moment."""
        copy = self.copies.get(key)
        if copy is None:
            return None
        numbers = self.marks.look()
        return copy if numbers is not None and copy.is_right(numbers, self.minute()) else None

    def minute(self) -> int:
        """For as long as it is the same, what was made from the same tables may be given."""
        return int(self._clock() // 60)

    def close(self) -> None:
        """Let go of what tells of changes; nothing is kept from here on."""
        self.marks.close()
        self.copies.clear()

    def _key(self, environ: WSGIEnvironment) -> Hashable | None:
        """What the copy is kept by; None where the request is none for a copy."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_RANGE" in environ:
            return None
        if "HTTP_AUTHORIZATION" in environ or len(query := environ.get("QUERY_STRING", "")) > LONGEST_QUERY:
            return None
        path = environ.get("PATH_INFO", "")
        if (cookies := environ.get("HTTP_COOKIE")) and OURS.search(cookies) and not path.startswith("/static/"):
            return None
        return (
            path,
            query,
            environ.get("HTTP_HOST", ""),
            environ["wsgi.url_scheme"],
            self._best_language(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
        )

    # ---- giving ------------------------------------------------------------------------------------------------------

    def _give(
        self, key: Hashable, copy: Copy, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        takes_gzip = zipped.takes(environ.get("HTTP_ACCEPT_ENCODING", ""))
        form = copy.zipped if copy.zipped is not None and takes_gzip else copy.plain
        has = copy.what_they_have(environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE"))
        if has is not None:
            self.figures.unchanged += 1
            start_response("304 NOT MODIFIED", [*form.unchanged, ("ETag", f'"{has}"')])
            return ()
        if form is copy.zipped and copy.is_worth_more():
            self.copies.put(key, copy.zipped_well())
        start_response("200 OK", list(form.headers))
        return () if environ["REQUEST_METHOD"] == "HEAD" else (copy.body(form),)

    # ---- making ------------------------------------------------------------------------------------------------------

    def _made_once(self, key: Hashable, environ: WSGIEnvironment) -> Copy | _Said:
        """Make the copy, or wait for whoever is at it. What they began before the last commit is not right for those
        who came after it: then one of these makes it anew. But for an outage: each would only wait for as long again.
        """
        deadline = time.monotonic() + PATIENCE
        # what is kept is one for pages and programs; what they hear where there is none (503) is not
        flight_key = (key, self._is_program(environ))
        while True:
            own = _Flight()
            with self._lock:
                flight = self._flights.setdefault(flight_key, own)
            if flight is own:
                try:  # another's may have come to its end since we looked
                    return self._right(key) or self._made(key, environ, own)
                finally:
                    with self._lock:
                        del self._flights[flight_key]
                    own.is_over.set()
            self.figures.waits += 1
            flight.is_over.wait(PATIENCE)
            if flight.instead is not None:
                return flight.instead
            if (copy := self._right(key)) is not None:
                return copy
            if time.monotonic() > deadline:
                return self._made(key, environ, own)

    def _made(self, key: Hashable, environ: WSGIEnvironment, flight: _Flight) -> Copy | _Said:
        """Have Flask make it, and keep it if it is for everybody. Where the site cannot (503), an old copy is better
        than none: the schedule of a minute ago while the database comes back.
        """
        minute, numbers = self.minute(), self.marks.look()
        said = _Said()
        wanted = {name: value for name, value in environ.items() if name not in CONDITIONS}
        with touched.noticing() as tables:
            answer = self.app(wanted | TO_KEEP, said.start_response)
            try:
                said.body = b"".join(answer)
            finally:
                if hasattr(answer, "close"):
                    answer.close()
        headers = Headers(said.headers)
        if said.status.startswith("503"):
            old = self.copies.get(key)
            if old is not None and self._clock() - old.made_at < STALE_SECONDS:
                self.figures.stale += 1
                flight.instead = old
                return old
            flight.instead = None if "Set-Cookie" in headers else said
        if not said.status.startswith("200") or "Set-Cookie" in headers:
            return said
        is_for_good = "immutable" in headers.get("Cache-Control", "")
        copy = make(said.body, headers, tables, numbers or {}, None if is_for_good else minute, self._clock())
        if numbers is not None:
            self.copies.put(key, copy)
        return copy
