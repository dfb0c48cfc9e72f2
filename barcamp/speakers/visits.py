""" "I'll be there": what a visitor tells a speaker, about a conference here or a talk elsewhere.

The public sees nothing of it. The speaker sees the names of those who said so, and of the others how many they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from barcamp.people.models import Person
from barcamp.speakers import queries
from barcamp.speakers.errors import OwnVisit, VisitsAreClosed
from barcamp.speakers.models import Speaker, Visit
from barcamp.speakers.page import Stop


@dataclass(frozen=True, slots=True)
class Expected:
    """Who will be at one conference: the names of those who gave theirs, and how many others."""

    names: tuple[str, ...] = ()
    others: int = 0

    def __bool__(self) -> bool:
        return bool(self.names or self.others)


def announce(db: Session, speaker: Speaker, stop: Stop, visitor: Person, *, named: bool, now: datetime) -> None:
    """Say, or say once more, that this visitor will be there, with their name or without it.

    Raises:
        VisitsAreClosed, OwnVisit
    """
    if visitor.id == speaker.person_id:
        raise OwnVisit
    if not speaker.visits_open or stop.first.is_over(now) or not stop.is_on:
        raise VisitsAreClosed
    said = [one for one in queries.own_visits(db, speaker.person_id, visitor.id) if place_of(one) in stop.places]
    for one in said:
        one.named = named
    if not said:
        _add(db, speaker, stop, visitor, named=named, now=now)
    db.flush()


def _add(db: Session, speaker: Speaker, stop: Stop, visitor: Person, *, named: bool, now: datetime) -> None:
    kind, _, number = stop.at.partition("-")
    made = Visit(
        speaker_id=speaker.person_id, visitor_id=visitor.id, named=named, at=now,
        conference_id=int(number) if kind == "conference" else None, talk_id=int(number) if kind == "talk" else None,
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(made)
    except IntegrityError:  # the other half of a double click was faster, and has said so
        for one in queries.own_visits(db, speaker.person_id, visitor.id):
            if place_of(one) in stop.places:
                one.named = named


def take_back(db: Session, speaker: Speaker, stop: Stop, visitor: Person) -> None:
    """Forget that they said so. Doing it twice does it once."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for place in stop.places:
        kind, _, number = place.partition("-")
        numbers[kind].append(int(number))
    db.execute(
        delete(Visit).where(
            Visit.speaker_id == speaker.person_id,
            Visit.visitor_id == visitor.id,
            or_(Visit.conference_id.in_(numbers["conference"]), Visit.talk_id.in_(numbers["talk"])),
        )
    )


def place_of(visit: Visit) -> str:
    """What a visit is about, as `Line.at` says it."""
    return f"talk-{visit.talk_id}" if visit.conference_id is None else f"conference-{visit.conference_id}"


def said_at(visits: Iterable[Visit], stops: Iterable[Stop]) -> dict[str, Visit]:
    """Of one visitor's visits, the one at each of these stops (by `Stop.at`)."""
    by_place = {place_of(one): one for one in visits}
    return {stop.at: by_place[place] for stop in stops for place in stop.places if place in by_place}


def expected(visits: Iterable[Visit], stops: Iterable[Stop]) -> Mapping[str, Expected]:
    """For each stop (by `Stop.at`) who said that they will be there; each person once, names in their order."""
    by_place: defaultdict[str, list[Visit]] = defaultdict(list)
    for one in visits:
        by_place[place_of(one)].append(one)
    return {stop.at: _told([one for place in stop.places for one in by_place[place]]) for stop in stops}


def _told(visits: Iterable[Visit]) -> Expected:
    named: dict[int, str] = {}
    everybody = set()
    for one in visits:
        everybody.add(one.visitor_id)
        if one.named and one.visitor.name:
            named[one.visitor_id] = one.visitor.name
    return Expected(tuple(sorted(named.values(), key=str.casefold)), len(everybody) - len(named))
