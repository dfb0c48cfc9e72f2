"""A conference as an event of its own, of whole days, in the calendar of all conferences."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from barcamp.conferences.models import Conference
from barcamp.core import ical


def fragment(conference: Conference, base: str) -> bytes:
    page = f"{base}/{conference.slug}/"
    located = conference.latitude is not None and conference.longitude is not None
    return _made(
        ical.Occurrence(
            uid=conference.uid,
            sequence=conference.sequence,
            stamped_at=conference.stamped_at,
            created_at=conference.created_at,
            starts_at=conference.starts_on,
            ends_at=conference.ends_on + timedelta(days=1),
            title=conference.name,
            place=", ".join(part for part in (conference.venue, conference.address) if part),
            description="\n\n".join(line for line in (conference.tagline, page) if line),
            url=page,
            geo=(conference.latitude, conference.longitude) if located else None,  # type: ignore[arg-type]
        )
    )


@lru_cache(maxsize=4096)
def _made(occurrence: ical.Occurrence) -> bytes:
    """Made once: of all conferences of a site, one at most has changed since the last time."""
    return ical.fragment(occurrence, busy=False)
