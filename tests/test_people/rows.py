"""Whatever the database has of somebody."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.people.models import Person
from barcamp.tables import Base


def points_to(db: Session, person: Person) -> dict[str, int]:
    """How many rows of each table name a person, whatever the column is called."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if any(key.column.table.name == "person" for key in column.foreign_keys):
                rows = db.execute(select(func.count()).select_from(table).where(column == person.id)).scalar_one()
                if rows:
                    found[f"{table.name}.{column.name}"] = rows
    return found
