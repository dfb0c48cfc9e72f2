"""The hub: one in each process; it notices what has changed and tells everybody who listens here.

A thread watches while somebody listens (under gevent a greenlet). It starts with the first listener, so never before
gunicorn's fork, and ends when nobody has listened for a while.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from barcamp import meters, outage
from barcamp.db import Store
from barcamp.live import frames, queries, watch
from barcamp.live.chain import Chain
from barcamp.live.channel import Channel
from barcamp.live.errors import TooManyListeners
from barcamp.live.stream import Stream
from barcamp.live.taken import Writer
from barcamp.log import queries as log_queries
from barcamp.people import queries as people
from barcamp.settings import Settings
from barcamp.web.clock import utcnow

log = logging.getLogger(__name__)

#: Streams of one process. Below gunicorn's worker_connections, so that pages still get an answer.
MOST_LISTENERS = 5500
PING_SECONDS = 15.0
#: A stream is asked to come again after about so long: then it is looked anew who may hear what.
LONGEST_SECONDS = 1800.0
LINGER_SECONDS = 5.0
AFTER_TROUBLE = 1.0
#: What all listeners ask for because of one frame should be no more than so many requests a second …
FETCHES = 400
#: … spread over so many milliseconds at least and at most.
SPREAD = (600, 8000)
_OPEN, _OPENED = meters.gauge("barcamp_streams_open"), meters.counter("barcamp_streams_opened_total")


def install(app: Flask, settings: Settings) -> None:
    """Give the app its hub, and have it hear of each commit."""
    hub = Hub(app.extensions["store"], processes=settings.workers, clock=utcnow)
    app.extensions["hub"] = hub
    hub.store.wakers["live"] = hub.wake


class Hub:
    """All channels of this process. `most` and `longest` (seconds) may be set; `is_serving` says when to end."""

    def __init__(self, store: Store, *, processes: int, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.most, self.longest = MOST_LISTENERS, LONGEST_SECONDS
        self.is_serving: Callable[[], bool] = lambda: True
        self.listeners = 0
        self.writer = Writer(self.left)
        self._processes = processes
        self._clock = clock
        self._channels: dict[int, Channel] = {}
        self._lock = threading.Lock()
        self._poked = threading.Event()
        self._is_watching = self._is_closed = False
        self._watcher: threading.Thread | None = None

    @property
    def spread(self) -> int:
        """Over how many milliseconds the listeners of all processes should spread what they ask for."""
        lowest, highest = SPREAD
        return min(highest, max(lowest, self.listeners * self._processes * 1000 // FETCHES))

    def wake(self) -> None:
        """There was a commit in this process: look what there is to tell."""
        self._poked.set()

    def join(
        self,
        conference_id: int,
        *,
        since: int | None,
        team: bool,
        device_id: int | None,
        sees_counts: bool,
        environ: dict[str, Any],
    ) -> Stream:
        """A new stream: the lines after `since` (None: from now on), then what comes. Raises TooManyListeners.

        `team`: an organizer, who reads every line whole, for as long as the sign-in `device_id` holds. The stream must
        be read or closed.
        """
        with self._lock:
            if self.listeners >= self.most or self._is_closed or not self.is_serving():
                raise TooManyListeners
            with self.store.reading() as db:
                channel = self._channel(db, conference_id, since or 0)
            chain = channel.team if team else channel.public
            if team and device_id is not None:
                chain.devices.add(device_id)
            start, upto = chain.tail, channel.revision
            snapshot = b""
            if sees_counts:
                snapshot = channel.snapshot(team=team, spread=self.spread, now=self._clock())
            chain.listeners += 1
            self.listeners += 1
            meters.add(_OPENED)
            meters.own.set(_OPEN, self.listeners)
            self._watch()
        opening = self._opening(conference_id, since, upto, snapshot, team=team)
        until = time.monotonic() + self.longest * random.uniform(0.9, 1.1)  # noqa: S311 - nothing to guess
        return Stream(self, chain, start, opening, environ, until)

    def left(self, chain: Chain) -> None:
        """One of this chain's listeners is gone."""
        with self._lock:
            chain.listeners -= 1
            self.listeners -= 1
            meters.own.set(_OPEN, self.listeners)

    def close(self) -> None:
        """End all streams, take no more, and return when nothing of this hub is under way any more."""
        self._is_closed = True
        self._poked.set()
        if self._watcher is not None:
            self._watcher.join()
        self.store.teller.close()

    def _channel(self, db: Session, conference_id: int, heard: int) -> Channel:
        """The conference's channel, which has come at least as far as another process has told already."""
        channel = self._channels.get(conference_id)
        if channel is not None and channel.revision >= heard:
            return channel
        conference, head = queries.standings(db, [conference_id])[conference_id]
        now, tick = self._clock(), time.monotonic()
        if channel is None:
            channel = Channel(db, conference, head, now=now)
            self._channels[conference_id] = channel
        else:
            channel.wake(at_once=True)
            channel.look(db, conference, head, spread=self.spread, now=now, tick=tick)
            self._poked.set()
        return channel

    def _opening(
        self, conference_id: int, since: int | None, upto: int, snapshot: bytes, *, team: bool
    ) -> Iterator[bytes]:
        """What comes first; the backlog is read in pieces, each as the listener takes it."""
        yield frames.hello()
        if since is not None and since > upto:
            yield frames.event(frames.of_reset(upto, conference_id, self._clock()), self.spread, numbered=True)
        while since is not None and since < upto:
            with self.store.reading() as db:
                lines = [line for line in log_queries.lines_since(db, conference_id, since) if line.revision <= upto]
            if not lines:
                break
            yield frames.events_of(lines, self.spread, team=team)
            since = lines[-1].revision
        if snapshot:
            yield snapshot

    # ---- watching ----------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        if not self._is_watching and self.longest > 0:
            self._is_watching = True
            self._watcher = threading.Thread(target=self._keep_watching, name="live", daemon=True)
            self._watcher.start()

    def _keep_watching(self) -> None:
        """Watch until nobody listens any more; whatever breaks, begin again, for the streams are still there."""
        while True:
            ear = watch.ear(self.store, self._poked.set)
            try:
                ear.start()
                self._look_around(ear)
                return
            except Exception as problem:
                is_ours = outage.found_in(problem) is None
                log.log(logging.ERROR if is_ours else logging.WARNING, "the hub stumbled", exc_info=problem)
                time.sleep(AFTER_TROUBLE)
            finally:
                ear.stop()

    def _look_around(self, ear: watch.Ear) -> None:
        ping_at = idle_since = time.monotonic()
        ping_at += PING_SECONDS
        while True:
            self._poked.wait(self._pause(ear))
            if self._is_closed or not self.is_serving():
                self._end_all()
                return
            if poked := self._poked.is_set():  # what is poked after this look stays for the next
                self._poked.clear()
            if ear.heard() or poked:
                self._wake_channels()
            self._tell()
            self.writer.write_on()
            tick = time.monotonic()
            if tick >= ping_at:
                self._end_signed_out()
                self._ping(tick)
                ping_at = tick + PING_SECONDS
            if self.listeners:
                idle_since = tick
            elif tick > idle_since + LINGER_SECONDS and self._has_stopped():
                return

    def _pause(self, ear: watch.Ear) -> float:
        now, tick = self._clock(), time.monotonic()
        waits = [wait for channel in list(self._channels.values()) if (wait := channel.due_in(now, tick)) is not None]
        return min([ear.pause, *waits, *([watch.SQLITE_PAUSE] if self.writer.is_behind else [])])

    def _wake_channels(self) -> None:
        with self._lock:
            for channel in self._channels.values():
                channel.wake()

    def _tell(self) -> None:
        """Look at the channels whose time has come, and write what they have to say."""
        now, tick = self._clock(), time.monotonic()
        with self._lock:
            for gone in [number for number, channel in self._channels.items() if not channel.listeners]:
                del self._channels[gone]
            due = {number: one for number, one in self._channels.items() if one.due_in(now, tick) == 0.0}
            if due:
                self._look(due, now, tick)
            chains = [chain for chain in self._chains() if chain.is_unwritten]
        for chain in chains:
            self.writer.write_all(chain)

    def _look(self, due: dict[int, Channel], now: datetime, tick: float) -> None:
        with self.store.reading() as db:
            there = queries.standings(db, due.keys())
            for number, channel in due.items():
                if number in there:
                    conference, head = there[number]
                    channel.look(db, conference, head, spread=self.spread, now=now, tick=tick)
                else:
                    channel.end()

    def _end_signed_out(self) -> None:
        """Who has signed out, here or by another machine, hears no more of what only the team may."""
        with self._lock:
            listening = {device for channel in self._channels.values() for device in channel.team.devices}
        if not listening:
            return
        with self.store.reading() as db:
            gone = listening - people.alive(db, listening, now=self._clock())
        with self._lock:
            for channel in self._channels.values():
                if channel.team.devices & gone:
                    channel.end_team()

    def _ping(self, tick: float) -> None:
        with self._lock:
            chains = self._chains()
            for chain in chains:
                chain.add(frames.PING)
        for chain in chains:
            self.writer.sweep(chain, tick)
            self.writer.write_all(chain)

    def _end_all(self) -> None:
        with self._lock:
            self._is_closed = True
            chains = self._chains()
            for channel in self._channels.values():
                channel.end()
        for chain in chains:
            self.writer.write_all(chain)

    def _chains(self) -> list[Chain]:
        return [chain for channel in self._channels.values() for chain in (channel.public, channel.team)]

    def _has_stopped(self) -> bool:
        """Stop watching, unless somebody came in this very moment."""
        with self._lock:
            self._is_watching = self.listeners > 0
            return not self._is_watching
