"""Every SELECT about notes and stars, one file per question."""

from __future__ import annotations

from barcamp.wall.queries.notes import (
    count_notes,
    find_note,
    find_whole_note,
    mine,
    notes_titled,
    slots_by_id,
    was_edited_by_an_organizer,
)
from barcamp.wall.queries.stars import has_starred, starred_note_ids
from barcamp.wall.queries.wall import (
    LONGEST_SEARCH,
    PAGE,
    START_OF_TEXT,
    Figures,
    Sort,
    WallNote,
    Wanted,
    count_wanted,
    figures,
    top_tags,
    wall_notes,
)

__all__ = [
    "LONGEST_SEARCH", "PAGE", "START_OF_TEXT", "Figures", "Sort", "WallNote", "Wanted", "count_notes", "count_wanted",
    "figures", "find_note", "find_whole_note", "has_starred", "mine", "notes_titled", "slots_by_id",
    "starred_note_ids", "top_tags", "wall_notes", "was_edited_by_an_organizer",
]  # fmt: skip
