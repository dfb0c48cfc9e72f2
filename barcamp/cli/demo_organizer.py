"""Who organizes the demo camp: looked for at each start, without loading all that the camp is made of."""

from __future__ import annotations

from sqlalchemy.orm import Session

from barcamp.conferences.models import Role
from barcamp.conferences.queries import find_conference
from barcamp.people.models import Person
from barcamp.people.queries import find_person

CAMP = "beaver"
ORGANIZER = "organizer@example.org"


def find_organizer(reading: Session) -> Person | None:
    """The demo camp's organizer, where there is a demo camp that they still organize."""
    person = find_person(reading, ORGANIZER)
    camp = find_conference(reading, CAMP)
    if person is None or camp is None:
        return None
    role = reading.get(Role, (camp.id, person.id))
    return person if role is not None and role.kind == "organizer" else None
