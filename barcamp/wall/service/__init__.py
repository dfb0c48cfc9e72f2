"""Every change of the wall, one file per kind of change."""

from __future__ import annotations

from barcamp.wall.service.content import NoteContent
from barcamp.wall.service.notes import MOST_NOTES, SAME_FORM, edit_note, post_note, restore, withdraw
from barcamp.wall.service.order import hide, show_again
from barcamp.wall.service.phases import refuse_when_closed, refuse_when_over
from barcamp.wall.service.stars import star, unstar

__all__ = [
    "MOST_NOTES", "SAME_FORM", "NoteContent", "edit_note", "hide", "post_note", "refuse_when_closed",
    "refuse_when_over", "restore", "show_again", "star", "unstar", "withdraw",
]  # fmt: skip
