"""One conference as its listeners hear it: two chains of batches, and when the next one may go out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.live import frames, queries
from barcamp.live.chain import Chain
from barcamp.log import queries as log
from barcamp.log.queries import Line

#: After a batch the next one waits so long (seconds): changes one by one, a storm of them ten times a second.
LINES_PAUSE = 0.1
#: Counts are worth less: between four and five times a second.
COUNTS_PAUSE = 0.22
#: Seconds between two looks at the counts when they turned out to be as they were.
COUNTS_GLANCE = 0.1
CHUNK = 500


class Channel:
    """What has been told so far, and to whom. Used by one thread at a time (the hub's lock).

    `revision` is the last line that was told, `counts` are the stars that the listeners know of. `now` is an instant,
    `tick` a reading of the monotonic clock in seconds.
    """

    def __init__(self, db: Session, conference: Conference, revision: int, *, now: datetime) -> None:
        self.conference_id = conference.id
        self.revision = revision
        self.counts = queries.counts(db, conference.id)
        self.public, self.team = Chain(), Chain()
        self.is_stale = self.counts_are_stale = False
        self._lines_from = self._counts_from = 0.0
        self.boundary: datetime | None = None
        self._stand(conference, now)
        self._told_to_public = self.shown

    @property
    def listeners(self) -> int:
        return self.public.listeners + self.team.listeners

    def wake(self, *, at_once: bool = False) -> None:
        """Something may have changed. `at_once`: lines need not wait for their turn."""
        self.is_stale = self.counts_are_stale = True
        if at_once:
            self._lines_from = 0.0

    def due_in(self, now: datetime, tick: float) -> float | None:
        """Seconds until the next look is worth it, 0.0 for at once, None while nothing has changed."""
        if (self.boundary is not None and now >= self.boundary) or now < self._stood_at:  # a clock was set back
            return 0.0
        waits = [self._lines_from - tick] if self.is_stale else []
        if self.counts_are_stale:
            waits.append(self._counts_from - tick)
        return max(0.0, min(waits)) if waits else None

    def snapshot(self, *, team: bool, spread: int, now: datetime) -> bytes:
        """All counts that a new listener may see, as of the end of the chain."""
        return self._counts_event(self.counts, spread, now) if team or self.shown else b""

    def look(self, db: Session, conference: Conference, head: int, *, spread: int, now: datetime, tick: float) -> None:
        """Tell what has changed. `head` is how far the log has come at least; `spread` is in milliseconds."""
        # first all that can fail: what was read and not told would be lost
        since = min(head, self.revision)
        lines = self._lines(db, since, tick)
        counts = self._read_counts(db, tick)
        told = [self._reset(head, spread, now), self._phases(conference, spread, now)]
        said = [(one, one) for one in told if one]
        if lines:
            self.revision, self._lines_from = lines[-1].revision, tick + LINES_PAUSE
            said.append(_rendered(lines, spread))
        if counts is not None:
            said.append(self._counts(counts, spread, now, tick))
        self._tell(said, ends=any(line.kind in frames.ROLE_KINDS for line in lines))

    def end_team(self) -> None:
        """The streams of the team are over; those that come again are asked anew whose they are."""
        self.team.devices.clear()
        self.team.add(b"", ends=True)

    def end(self) -> None:
        """All streams are over, and nothing is left to tell."""
        self.is_stale = self.counts_are_stale = False
        self.boundary = None
        self.public.add(b"", ends=True)
        self.team.add(b"", ends=True)

    def _tell(self, said: list[tuple[bytes, bytes]], *, ends: bool) -> None:
        public, team = (b"".join(part[audience] for part in said) for audience in (0, 1))
        if public:
            self.public.add(public)
        if team or ends:
            # who organizes has changed: a stream of the team that comes again is asked anew whose it is
            self.team.add(team, ends=ends)

    def _lines(self, db: Session, since: int, tick: float) -> list[Line]:
        if not self.is_stale or tick < self._lines_from:
            return []
        lines: list[Line] = []
        while more := log.lines_since(db, self.conference_id, lines[-1].revision if lines else since, limit=CHUNK):
            lines += more
            if len(more) < CHUNK:
                break
        self.is_stale = False
        return lines

    def _read_counts(self, db: Session, tick: float) -> dict[int, int] | None:
        if not self.counts_are_stale or tick < self._counts_from:
            return None
        return queries.counts(db, self.conference_id)

    def _reset(self, head: int, spread: int, now: datetime) -> bytes:
        if head >= self.revision:
            return b""
        self.revision = head
        return frames.event(frames.of_reset(head, self.conference_id, now), spread, numbered=True)

    def _phases(self, conference: Conference, spread: int, now: datetime) -> bytes:
        before = self.phases
        self._stand(conference, now)
        if not self.shown:
            self._told_to_public = False
        elif not self._told_to_public:
            self.counts_are_stale, self._counts_from = True, 0.0
        if self.phases == before:
            return b""
        return frames.event(frames.of_phase(self.revision, self.conference_id, now), spread, numbered=False)

    def _stand(self, conference: Conference, now: datetime) -> None:
        phases = (conference.registration, conference.wall, conference.stars)
        self.phases, self._stood_at = [phase.state(now) for phase in phases], now
        self.shown = conference.counts_are_shown(now)
        moments = [moment for phase in phases for moment in (phase.opens_at, phase.closes_at)]
        self.boundary = min((moment for moment in moments if moment is not None and moment > now), default=None)

    def _counts(self, found: dict[int, int], spread: int, now: datetime, tick: float) -> tuple[bytes, bytes]:
        """What is new about the stars: for the public all of it when counts begin to be shown, nothing while hidden."""
        changed = {note: stars for note, stars in found.items() if stars != self.counts.get(note, 0)}
        begins = self.shown and not self._told_to_public
        self.counts, self._told_to_public, self.counts_are_stale = found, self.shown, False
        self._counts_from = tick + (COUNTS_PAUSE if changed or begins else COUNTS_GLANCE)
        team = self._counts_event(changed, spread, now)
        if not self.shown:
            return b"", team
        return self._counts_event(found, spread, now) if begins else team, team

    def _counts_event(self, counts: dict[int, int], spread: int, now: datetime) -> bytes:
        return frames.event(frames.of_counts(self.revision, counts, now), spread, numbered=False) if counts else b""


def _rendered(lines: list[Line], spread: int) -> tuple[bytes, bytes]:
    return frames.events_of(lines, spread, team=False), frames.events_of(lines, spread, team=True)
