"""An id means one row for life: a form that is older than a deletion never reaches a newer row."""

from __future__ import annotations

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from tests import make


def test_the_id_of_a_deleted_row_is_not_given_again(db: Session, camp: Conference) -> None:
    first = make.room(db, camp, "First")
    db.delete(first)
    db.flush()
    assert make.room(db, camp, "Second").id > first.id
