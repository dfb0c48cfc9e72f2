"""What people type about a conference, plain and valid."""

from __future__ import annotations

BASICS = {
    "name": "Heron Camp", "slug": "heron", "tagline": "Two days on the water", "starts_on": "2027-06-05",
    "ends_on": "2027-06-06", "zone": "Europe/Berlin", "venue": "Boat House", "address": "Quay 2",
    "coordinates": "52.5, 13.4", "capacity": "120",
}  # fmt: skip

SETTINGS = {
    **{name: value for name, value in BASICS.items() if name != "slug"},
    "about": "Bring a **boat**.", "conduct": "", "listed": "y", "stars_shown": "always", "sizes": "S, M, L",
    "shirts_until": "", "registration_opens_at": "", "registration_closes_at": "", "wall_opens_at": "2027-06-05T10:00",
    "wall_closes_at": "2027-06-05T10:45", "stars_open_at": "", "stars_close_at": "", "schedule_expected_at": "",
}  # fmt: skip
