"""What a note says, as one value: for the form, the service and the log."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from barcamp.core.slugs import fold
from barcamp.wall.models import Format, Note


@dataclass(frozen=True, slots=True)
class NoteContent:
    """What a presenter says on a note, cleaned: tags in order of the alphabet, needs in the order of EQUIPMENT.

    `length` is in slots, 1 to 4. The wish and `away` (ascending) are ids of rooms and talk slots of the conference.
    """

    title: str
    description: str = ""
    format: Format = "talk"
    length: int = 1
    tags: tuple[str, ...] = ()
    copresenters: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    step_free: bool = False
    wanted_room_id: int | None = None
    wanted_slot_id: int | None = None
    away: tuple[int, ...] = ()

    @classmethod
    def of(cls, note: Note) -> NoteContent:
        """What a whole note (`queries.find_whole_note`) says now."""
        return cls(
            title=note.title,
            description=note.description,
            format=note.format,
            length=note.length,
            tags=tuple(sorted(tag.tag for tag in note.tags)),
            copresenters=tuple(person.name for person in note.copresenters),
            needs=tuple(note.needs),
            step_free=note.step_free,
            wanted_room_id=note.wanted_room_id,
            wanted_slot_id=note.wanted_slot_id,
            away=tuple(sorted(slot.id for slot in note.away)),
        )

    @property
    def search(self) -> str:
        """The folded text a search looks into. Not the author's name: that is theirs to change, and to have erased."""
        return fold(" ".join((self.title, *self.tags, *self.copresenters, self.description)))


def differences(old: NoteContent, new: NoteContent) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what changed, before and after, as JSON takes it: lists, not tuples."""
    before, after = asdict(old), asdict(new)
    changed = [name for name in before if before[name] != after[name]]
    return {name: _plain(before[name]) for name in changed}, {name: _plain(after[name]) for name in changed}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
