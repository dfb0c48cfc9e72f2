"""What goes over the wire: a line of the log, counts or a phase as a frame (a small dict), and frames as bytes.

Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from barcamp.log.queries import Line
from barcamp.schedule.queries import BLOCK_KINDS, MOVES

Frame = dict[str, Any]

#: What a line may be about for everybody to read it whole. What is not named here goes out masked.
PUBLIC_SUBJECTS = frozenset(
    ("conference", "import", "note", "comment", "pitch", "round", "room", "rooms", "slot", "slots", "sponsor",
     "sponsors", "venue", "version", "news")
)  # fmt: skip
#: Kinds that the team alone reads whatever they are about: who comes, who may what, who reported or invited whom.
TEAM_KINDS = (
    "registered", "registration-", "role-", "presenter-", "report-", "note-reported", "note-held", "invitation-",
    "merge-offer",
)  # fmt: skip
#: The draft is nobody's business before it is published.
DRAFT_MOVES = frozenset((*MOVES, *BLOCK_KINDS, "waived", "unwaived"))

ROLE_KINDS = frozenset(("role-given", "role-taken"))

PING = b":\n\n"


def is_public(line: Line) -> bool:
    """Whether everybody may read this line, not only the team."""
    return (
        line.subject.partition(":")[0] in PUBLIC_SUBJECTS
        and line.kind not in DRAFT_MOVES
        and not line.kind.startswith(TEAM_KINDS)
    )


def of_line(line: Line, *, team: bool) -> Frame:
    """A line of the log; masked, where the reader may not read it: that something happened is no secret."""
    shown = team or is_public(line)
    return _frame(line.revision, line.kind if shown else "other", line.subject if shown else "", line.at)


def of_counts(revision: int, counts: Mapping[int, int], now: datetime) -> Frame:
    return _frame(revision, "stars", "notes", now) | {"counts": dict(counts)}


def of_phase(revision: int, conference_id: int, now: datetime) -> Frame:
    """The wall, the stars or the registration has just opened or closed by the clock (or by an organizer)."""
    return _frame(revision, "phase-changed", f"conference:{conference_id}", now)


def of_reset(revision: int, conference_id: int, now: datetime) -> Frame:
    """What was heard before is no longer how it was (a restored database): read everything again."""
    return _frame(revision, "reset", f"conference:{conference_id}", now)


def _frame(revision: int, kind: str, subject: str, at: datetime) -> Frame:
    return {"revision": revision, "kind": kind, "subject": subject, "ts": round(at.timestamp(), 3)}


def event(frame: Frame, spread: int, *, numbered: bool) -> bytes:
    """One server-sent event. Only lines of the log are `numbered`: they alone can be asked for again.

    `spread` is in milliseconds: over how long the listeners should spread what they ask for because of this frame.
    """
    number = f"id: {frame['revision']}\n" if numbered else ""
    data = json.dumps(frame | {"spread": spread}, ensure_ascii=False, separators=(",", ":"))
    return f"{number}data: {data}\n\n".encode()


def events_of(lines: Iterable[Line], spread: int, *, team: bool) -> bytes:
    return b"".join(event(of_line(line, team=team), spread, numbered=True) for line in lines)


def hello() -> bytes:
    """The first bytes. Everybody waits another while before coming again, so that a restart is no stampede."""
    return f"retry: {random.randint(2000, 6000)}\n: listening\n\n".encode()  # noqa: S311 - nothing to guess
