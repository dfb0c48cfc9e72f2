"""Publishing: the draft becomes Version n, or some of its changes do, and everybody sees it.

`refresh` keeps the published words true when a note, a room or the conference is renamed; places and times in
public change only by `publish`. What would change is found in differences.py, the lines are written in entries.py,
who waits for the quiet time of live publishing is in quiet.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from barcamp.conferences.each import at_each
from barcamp.conferences.models import Conference
from barcamp.core.times import time_label
from barcamp.db import Store
from barcamp.errors import N_
from barcamp.log import queries as log_queries
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import queries, quiet, service
from barcamp.schedule.differences import Collision, Comparison, compare
from barcamp.schedule.draft import read
from barcamp.schedule.entries import Spot, write_entries
from barcamp.schedule.errors import CannotPublish, HasBegun, NeedsOthers, NothingToPublish
from barcamp.schedule.models import Publication, Version
from barcamp.schedule.problems import Breach, breaches

A_SECOND = timedelta(seconds=1)

# what is said of a change that cannot go alone, by the rule it would break
ALONE = {
    "room": N_("{title} cannot go public alone: until its own change does, {other} is in {room} at {time}."),
    "person": N_(
        "{title} cannot go public alone: it has a presenter of {other}, who is in {room} at {time} until that changes."
    ),
}


def publish(
    db: Session,
    conference: Conference,
    actor: Person | None,
    *,
    only: Collection[int] | None = None,
    seen: int | None = None,
    unless_begun: bool = False,
    now: datetime,
) -> Version:
    """Make the draft the next Version; with `only` (ids of notes) just their changes, and all else stays as it was.

    `seen` is the draft's revision whose preview the actor has looked at. Refused when the draft has changed since then,
    when a hard rule would be broken in public, when nothing would change there, and, with `unless_begun`, when it would
    for a session that has begun.
    """
    if seen is None:
        log.hold(db, conference)
    else:
        service.hold_unchanged(db, conference, seen)
    comparison = compare(db, conference, read(db, conference, stars=False))
    publication = queries.find_publication(db, conference)
    chosen = _chosen(comparison, only)
    if not comparison.differences and publication is not None:
        _refuse(in_the_way(comparison, chosen))
        raise NothingToPublish(N_("Nothing has changed since version {number}."), number=publication.number)
    if only is not None and not chosen:
        raise CannotPublish(N_("Choose at least one change to publish."))
    _refuse_a_broken_mix(comparison, chosen, conference.zone)
    if unless_begun:
        _refuse_begun(comparison, chosen, conference.zone, now)

    number = 1 if publication is None else publication.number + 1
    mix = comparison.mix(chosen)
    sessions = sum(spot.block_id is None for spot in mix.values())
    change = log.write(
        db, conference, actor, "published", f"version:{number}",
        after={"number": number, "changes": len(chosen), "sessions": sessions}, now=now,
    )  # fmt: skip
    version = Version(
        conference_id=conference.id, number=number, revision=change.revision, published_at=now,
        publisher_id=None if actor is None else actor.id, places=_places(comparison, mix),
    )  # fmt: skip
    db.add(version)
    ids = comparison.to_write(chosen)
    spots = {note_id: spot for note_id, spot in comparison.wanted.items() if note_id in ids}
    write_entries(db, conference, spots, only=ids, now=now)
    if publication is None:
        db.add(
            Publication(conference_id=conference.id, number=number, revision=change.revision, changed_at=now)
        )  # fmt: skip
    else:
        publication.changed_at = _noticeable(publication, change.revision, now)
        publication.number, publication.revision = number, change.revision
    # by the row: `conference` may be from before it was held, and a move have been made since
    done = {"publish_due_at": None, "published_at": func.coalesce(Conference.published_at, now)}
    db.execute(update(Conference).where(Conference.id == conference.id).values(done))
    db.flush()
    return version


def in_the_way(comparison: Comparison, chosen: Collection[int]) -> list[Breach]:
    """The broken rules for which these changes cannot go public: those of which one of them is a part.

    Whoever publishes all of the draft hears of every broken rule in it.
    """
    draft = comparison.draft
    broken = breaches(draft, draft.problem_without_pins, draft.plan)
    if len(chosen) == len(comparison.differences):
        return broken
    waiting = comparison.waiting(chosen)
    return [one for one in broken if waiting.isdisjoint(one.note_ids) and not set(chosen).isdisjoint(one.note_ids)]


def publish_due(store: Store, *, now: datetime) -> int:
    """Publish every conference whose quiet time is over, each in a transaction of its own. Returns how many it was.

    One whose draft is as the public knows it already is no longer due, nor is one that breaks a rule: its pages say so.
    """
    with store.reading() as reading:
        due = quiet.find_due(reading, now)
    return at_each(store, due, lambda db, conference: _publish_due(db, conference, now), "published live")


def _publish_due(db: Session, conference: Conference, now: datetime) -> bool:
    if not quiet.is_due(conference, now):
        return False
    try:
        publish(db, conference, quiet.find_last_mover(db, conference), now=now)
    except NothingToPublish:
        conference.publish_due_at = None
        return False
    except CannotPublish as refusal:
        quiet.give_up(db, conference, str(refusal), now=now)
        return False
    return True


def refresh(db: Session, conference: Conference, *, notes: Collection[int] | None = None, now: datetime) -> None:
    """Make the published words true again after a note, a room or the conference has changed. Times stay.

    Only the given notes (ids) are looked at, or all.

    A withdrawn note shows as cancelled at once. A hidden one leaves the schedule and the feeds; its entry stays,
    unseen, so that its sequence goes on rising should it come back.
    """
    publication = queries.find_publication(db, conference)
    if publication is None:
        return
    if write_entries(db, conference, None, only=notes, now=now):
        _mark_as_changed(db, conference, publication, now)


def mark_as_changed(db: Session, conference: Conference, *, now: datetime) -> None:
    """Say that what the public reads has changed, where no entry has: the conference's own name, for a feed's head."""
    publication = queries.find_publication(db, conference)
    if publication is not None:
        _mark_as_changed(db, conference, publication, now)


def _mark_as_changed(db: Session, conference: Conference, publication: Publication, now: datetime) -> None:
    revision = log_queries.revision(db, conference.id)
    publication.revision, publication.changed_at = revision, _noticeable(publication, revision, now)
    db.flush()


def _noticeable(publication: Publication, revision: int, now: datetime) -> datetime:
    """When a change is said to have been made: in another second than the one before. Who asks by If-Modified-Since
    (RFC 9110, 8.8.2.2) would otherwise never hear of the second one.
    """
    before = publication.changed_at
    return max(now, before if revision == publication.revision else before.replace(microsecond=0) + A_SECOND)


def follow(
    db: Session,
    conference: Conference,
    actor: Person | None,
    *,
    notes: Collection[int] | None = None,
    now: datetime,
) -> None:
    """What must follow a change of notes, rooms, slots or the conference, before it is committed: what lost its place
    goes to the tray, and the published words become true again. `notes` (ids) says that only these have changed.
    """
    service.settle(db, conference, actor, now=now)
    refresh(db, conference, notes=notes, now=now)


def _chosen(comparison: Comparison, only: Collection[int] | None) -> frozenset[int]:
    """The notes whose changes are to be published, out of those that have one."""
    all_of_them = frozenset(comparison.by_note)
    return all_of_them if only is None else all_of_them & set(only)


def _refuse_a_broken_mix(comparison: Comparison, chosen: frozenset[int], zone: str) -> None:
    missing = comparison.together(chosen)
    if missing:
        raise NeedsOthers(
            ALONE[missing[0].rule], tuple(one.other_id for one in missing), **_facts(comparison, missing[0], zone)
        )  # fmt: skip
    _refuse(in_the_way(comparison, chosen))


def _refuse(broken: list[Breach]) -> None:
    if broken:
        raise CannotPublish(broken[0].words, **broken[0].facts)


def _refuse_begun(comparison: Comparison, chosen: frozenset[int], zone: str, now: datetime) -> None:
    for one in comparison.differences:
        if one.note_id in chosen and one.has_begun(now) and one.before is not None:
            raise HasBegun(f"“{one.title}”", time_label(one.before.starts_at, zone))


def _facts(comparison: Comparison, collision: Collision, zone: str) -> dict[str, str]:
    return {
        "title": f"“{comparison.title(collision.note_id)}”",
        "other": f"“{comparison.title(collision.other_id)}”",
        "room": collision.spot.room,
        "time": time_label(collision.spot.starts_at, zone),
    }


def _places(comparison: Comparison, mix: Mapping[int, Spot]) -> dict[str, Any]:
    return {
        str(note_id): {
            "slot_id": spot.slot_id,
            "room_id": spot.room_id,
            "starts_at": spot.starts_at.isoformat(),
            "ends_at": spot.ends_at.isoformat(),
            "room": spot.room,
            "title": comparison.title(note_id),
        }
        | ({} if spot.block_id is None else {"block_id": spot.block_id})
        for note_id, spot in mix.items()
    }
