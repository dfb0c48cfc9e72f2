"""What organizers can say about a conference, as one value: for the form, the service and the log."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from barcamp.conferences.models import Conference, CountsShown
from barcamp.core.times import to_utc, to_wall


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Every column of a conference that organizers set, by its own name. Instants are UTC; the slug is not here."""

    name: str
    starts_on: date
    ends_on: date
    zone: str
    tagline: str = ""
    about: str = ""
    conduct: str = ""
    venue: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    listed: bool = True
    stars_shown: CountsShown = "always"
    walk_ins: bool = True
    hold_first_notes: bool = False
    capacity: int | None = None
    shirt_sizes: list[str] = field(default_factory=list)
    shirts_until: datetime | None = None
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    wall_opens_at: datetime | None = None
    wall_closes_at: datetime | None = None
    stars_open_at: datetime | None = None
    stars_close_at: datetime | None = None
    schedule_expected_at: datetime | None = None

    def facts(self) -> dict[str, Any]:
        """As JSON takes it: dates and instants in ISO 8601."""
        return {name: _plain(getattr(self, name)) for name in NAMES}


NAMES = tuple(one.name for one in fields(Details))
INSTANTS = tuple(name for name in NAMES if name.endswith(("_at", "_until")))


def details_of(conference: Conference) -> Details:
    return Details(**{name: getattr(conference, name) for name in NAMES})


def days_later(details: Details, days: int) -> dict[str, Any]:
    """The dates and instants of a copy held `days` later: the same wall times in the same zone.

    Raises NoSuchTime where the clocks skip one of them.
    """
    later = timedelta(days=days)
    moved: dict[str, Any] = {"starts_on": details.starts_on + later, "ends_on": details.ends_on + later}
    for name in INSTANTS:
        instant = getattr(details, name)
        if instant is not None:
            moved[name] = to_utc(to_wall(instant, details.zone) + later, details.zone)
    return moved


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
