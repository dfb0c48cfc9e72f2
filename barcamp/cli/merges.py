"""What must always hold of merged notes; checks.py asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session, aliased

from barcamp.wall.models import CoHost, CoPresenter, Note, Star


def faults(db: Session) -> Iterator[str]:
    """Merged notes live on in notes of their own conference, no chain of them goes in a ring, and what came by a merge
    is there only while it lasts.
    """
    into = aliased(Note)
    merged = db.execute(
        select(Note.id, Note.merged_into_id, Note.merged_at, Note.conference_id, into.conference_id.label("other"))
        .outerjoin(into, into.id == Note.merged_into_id)
        .where(Note.merged_at.is_not(None) | Note.merged_into_id.is_not(None))
        .order_by(Note.id)
    ).all()
    leads = {row.id: row.merged_into_id for row in merged}
    for row in merged:
        if row.merged_into_id is None or row.merged_at is None:
            yield f"Note {row.id} is half merged."
        elif row.other != row.conference_id:
            yield f"Note {row.id} is merged into one of another conference."
        elif _goes_in_a_ring(leads, row.id):
            yield f"Note {row.id} is merged into itself, by way of others."
    for table, word in ((Star, "star"), (CoHost, "co-host"), (CoPresenter, "co-presenter")):
        there, origin = aliased(Note), aliased(Note)
        brought = origin.merged_into_id == table.note_id
        waits = there.merged_into_id == table.from_note_id if table is Star else false()
        strays = db.scalars(
            select(table.note_id)
            .join(there, there.id == table.note_id)
            .join(origin, origin.id == table.from_note_id)
            .where(~func.coalesce(brought, false()), ~func.coalesce(waits, false()))
            .distinct()
            .order_by(table.note_id)
        )
        for note in strays:
            yield f"Note {note} has a {word} from a note that is not merged into it."


def _goes_in_a_ring(leads: Mapping[int, int | None], note: int) -> bool:
    met, here = set(), leads.get(note)
    while here is not None and here not in met:
        met.add(here)
        here = leads.get(here)
    return note in met
