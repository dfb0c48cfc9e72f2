"""What a calendar says, and what becomes of the talks that follow it; and what is left to propose.

Identity is (source, UID, RECURRENCE-ID); newer is the higher SEQUENCE, then the later LAST-MODIFIED. Start at `follow`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from barcamp.core.addresses import is_web_address
from barcamp.core.incoming import Incoming, Item
from barcamp.core.pasted import LONGEST_NAME, LONGEST_TITLE
from barcamp.core.slugs import clean_line, fold
from barcamp.core.spans import FIRST_YEAR, LAST_YEAR
from barcamp.core.times import is_zone, just_day
from barcamp.errors import N_
from barcamp.speakers import service, talk_queries, talks
from barcamp.speakers.models import Talk, TalkSource
from barcamp.speakers.talks import TalkContent

MOST_PROPOSED = 500
MOST_PROBLEMS = 20
#: Readings that must not list a talk before it is gone.
MISSES = 2

Report = dict[str, Any]


def follow(db: Session, source: TalkSource, incoming: Incoming | None, report: Report, *, now: datetime) -> None:
    """Bring the talks of a source up to date. Without a calendar (304) it lists what it listed before."""
    followed: dict[str, dict[str, Any]] = report.get("followed") or {}
    mine = {talk.source_uid: talk for talk in talk_queries.talks_of_source(db, source.id) if talk.source_uid}
    changed = 0
    if incoming is not None:
        listed = _by_identity([item for item in incoming.items if _is_near(item)])
        _recognise(mine, listed, followed)
        page = talks.speaker_address(db, source.person_id)
        for uid, talk in mine.items():
            if uid in listed:
                changed += _update(db, talk, listed[uid], followed.setdefault(uid, {}), page=page, now=now)
        ours = talk_queries.uids_given_here(db, {_plain(uid) for uid in listed} | set(listed))
        _report_on(report, incoming, listed, mine, ours)
        report["listed"] = [uid for uid in mine if uid in listed]
    gone = _mark_gone(mine, set(report.get("listed") or ()), followed, now=now)
    report |= {"followed": {uid: followed.get(uid, {}) for uid in mine}, "changed": changed, "gone": gone[1]}
    if changed or gone[0]:
        service.touch(db, source.person_id, now=now)


def identity(item: Item) -> str:
    """What an event is known by within its source."""
    return f"{item.uid} {item.recurrence_id}" if item.recurrence_id else item.uid


def _is_near(item: Item) -> bool:
    """Whether its days can be written everywhere."""
    return item.starts.year > FIRST_YEAR and item.ends.year < LAST_YEAR


def _plain(uid: str) -> str:
    """The UID without the instance of a series, and without a host."""
    return uid.partition(" ")[0].partition("@")[0]


def _by_identity(items: Sequence[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        there = found.get(identity(item))
        if there is None or _is_older(there, {"sequence": item.sequence, "modified": iso(item.modified_at)}):
            found[identity(item)] = item
    return found


def _recognise(mine: dict[str, Talk], listed: Mapping[str, Item], followed: dict[str, dict[str, Any]]) -> None:
    """Some calendars give every event a new UID each time: what has the same start, title and place is the same."""
    missing = {_likeness_of(talk): uid for uid, talk in mine.items() if uid not in listed and not talk.edited}
    for uid, item in listed.items():
        old = missing.pop(_likeness(item), None) if uid not in mine else None
        if old is not None:
            talk = mine.pop(old)
            talk.source_uid = uid
            mine[uid] = talk
            followed[uid] = followed.pop(old, {}) | {"sequence": item.sequence, "modified": iso(item.modified_at)}


def _likeness(item: Item) -> tuple[object, ...]:
    return item.starts, fold(_shortened(item.title, LONGEST_TITLE)), fold(_shortened(item.place, LONGEST_NAME))


def _likeness_of(talk: Talk) -> tuple[object, ...]:
    return talk.starts_at or talk.starts_on, fold(talk.title), fold(talk.place)


def _update(db: Session, talk: Talk, item: Item, known: dict[str, Any], *, page: str, now: datetime) -> bool:
    """Write what is newer onto the talk, but for what its speaker has changed by hand; whether anything shows."""
    known["missed"] = 0
    back = talk.gone_at is not None
    talk.gone_at = None
    if _is_older(item, known):
        return back
    known |= {"sequence": item.sequence, "modified": iso(item.modified_at)}
    before = TalkContent.of(talk)
    after = content_of(item, before.conference)
    kept = {name: getattr(before, name) for field in talk.edited for name in talks.FIELDS.get(field, ())}
    fixed = {"conference", "conference_url", "cospeakers", "slides_url", "recording_url"}  # no calendar says these
    after = replace(after, **kept | {name: getattr(before, name) for name in fixed})
    if after == before:
        return back
    talks.write(db, talk, after, page=page, now=now)
    return True


def _is_older(item: Item, known: Mapping[str, Any]) -> bool:
    """Whether something newer is known already."""
    sequence, modified = known.get("sequence", 0), known.get("modified")
    if item.sequence != sequence:
        return bool(item.sequence < sequence)
    if item.modified_at is None or modified is None:
        return False
    return item.modified_at < datetime.fromisoformat(modified)


def _mark_gone(
    mine: Mapping[str, Talk], listed: set[str], followed: dict[str, dict[str, Any]], *, now: datetime
) -> tuple[int, int]:
    """Count the readings that miss a talk, and mark it gone with the second; (how many now, how many in all)."""
    fresh = total = 0
    for uid, talk in mine.items():
        if uid in listed:
            continue
        known = followed.setdefault(uid, {})
        known["missed"] = min(known.get("missed", 0) + 1, MISSES)
        if known["missed"] >= MISSES:
            total += 1
            if talk.gone_at is None:
                talk.gone_at = now
                fresh += 1
    return fresh, total


def _report_on(
    report: Report, incoming: Incoming, listed: Mapping[str, Item], mine: Mapping[str, Talk], ours: set[str]
) -> None:
    """What stands in the report of a calendar that was read."""
    here = {uid for uid in listed if uid in ours or _plain(uid) in ours}
    left_out = [uid for uid in report.get("left_out") or () if uid in listed]
    new = [item for uid, item in listed.items() if uid not in mine and uid not in here and uid not in left_out]
    new.sort(key=lambda item: (just_day(item.starts), item.title), reverse=True)
    problems = [[problem.words, dict(problem.facts)] for problem in incoming.problems]
    far = sum(not _is_near(item) for item in incoming.items)
    if far:
        problems.append([N_("Events that are too far away in time: {n}."), {"n": far}])
    report |= {
        "name": _shortened(incoming.name, LONGEST_NAME),
        "refresh": incoming.refresh,
        "ours": len(here - set(mine)),
        "left_out": left_out,
        "proposed": [_written(item) for item in new[:MOST_PROPOSED]],
        "more_proposed": max(0, len(new) - MOST_PROPOSED),
        "problems": problems[:MOST_PROBLEMS],
        "more_problems": max(0, len(problems) - MOST_PROBLEMS),
    }


def content_of(item: Item, conference: str) -> TalkContent:
    """An event as a talk at a conference, its texts as long as they may be."""
    zone = item.zone if is_zone(item.zone) else "UTC"
    common: dict[str, Any] = {
        "title": _shortened(item.title, LONGEST_TITLE) or clean_line(conference),
        "conference": conference,
        "place": _shortened(item.place, LONGEST_NAME),
        "url": item.url if is_web_address(item.url) else "",
        "cancelled": item.cancelled,
    }
    if isinstance(item.starts, datetime) and isinstance(item.ends, datetime):
        ends = max(item.ends, item.starts + timedelta(minutes=1))
        first, last = talks.days_of(item.starts, ends, zone)
        return TalkContent(
            starts_on=first, ends_on=last, starts_at=item.starts, ends_at=ends, zone=zone, **common
        )  # fmt: skip
    first = just_day(item.starts)
    return TalkContent(starts_on=first, ends_on=max(first, just_day(item.ends) - timedelta(days=1)), **common)


def _shortened(text: str, longest: int) -> str:
    line = clean_line(text)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _written(item: Item) -> dict[str, Any]:
    """An event as JSON, for the report."""
    return {
        "uid": identity(item), "sequence": item.sequence, "modified": iso(item.modified_at),
        "starts": item.starts.isoformat(), "ends": item.ends.isoformat(),
        "whole_days": not isinstance(item.starts, datetime), "zone": item.zone,
        "title": _shortened(item.title, LONGEST_TITLE), "place": _shortened(item.place, LONGEST_NAME),
        "url": item.url if is_web_address(item.url) else "", "cancelled": item.cancelled,
    }  # fmt: skip


def proposed_item(written: Mapping[str, Any]) -> Item:
    """The other way around: the event that a line of `proposed` was written from."""
    read: Callable[[str], date] = date.fromisoformat if written["whole_days"] else datetime.fromisoformat
    modified = written["modified"]
    return Item(
        uid=written["uid"], recurrence_id="", sequence=written["sequence"],
        modified_at=None if modified is None else datetime.fromisoformat(modified),
        starts=read(written["starts"]), ends=read(written["ends"]), title=written["title"], zone=written["zone"],
        place=written["place"], url=written["url"], status="CANCELLED" if written["cancelled"] else "CONFIRMED",
    )  # fmt: skip
