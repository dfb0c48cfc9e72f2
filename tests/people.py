"""The cast, the same in every test: ada organizes, bo speaks, cy visits, dee is a stranger to the conference."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from barcamp.people.models import Person
from tests import make


@dataclass(frozen=True)
class Cast:
    ada: Person
    bo: Person
    cy: Person
    dee: Person


def cast(db: Session) -> Cast:
    return Cast(*(make.person(db, name) for name in ("Ada Oak", "Bo Finch", "Cy Reed", "Dee Moss")))
