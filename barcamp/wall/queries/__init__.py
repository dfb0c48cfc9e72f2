"""Every SELECT about notes and stars, one file per question."""

from __future__ import annotations

from barcamp.wall.queries.comments import (
    comments,
    count_comments,
    find_comment,
    find_same_comment,
    was_hidden_by_an_organizer,
)
from barcamp.wall.queries.hosting import (
    count_letters_about,
    count_letters_by,
    find_invitation,
    find_invitation_by_token,
    heir,
    hold_row,
    open_invitations,
)
from barcamp.wall.queries.looks import (
    Said,
    count_looks,
    has_maybes,
    last_look,
    late_factors,
    said,
    unseen,
)
from barcamp.wall.queries.merging import (
    Merged,
    count_together,
    find_offer,
    merged_notes,
    mergers,
    notes_by_id,
    offers_to,
    origin_of,
    part_ids,
    parts,
    presenter_ids,
    standing_offer,
    survivor,
    topics,
)
from barcamp.wall.queries.notes import (
    count_notes,
    find_note,
    find_whole_note,
    mine,
    notes_titled,
    slots_by_id,
)
from barcamp.wall.queries.order import (
    Reported,
    Waiting,
    edits,
    has_note_up,
    has_reported,
    held_notes,
    hidden_notes,
    reported,
    waiting,
    was_edited_by_an_organizer,
)
from barcamp.wall.queries.pitching import (
    Pitched,
    PitchQueue,
    find_pitch_round,
    find_pitched_id,
    notes_on_the_wall,
    pitch_queue,
)
from barcamp.wall.queries.stars import (
    NoteStanding,
    Standing,
    find_standing,
    find_standing_in,
    presented_note_ids,
    starred_note_ids,
)
from barcamp.wall.queries.wall import (
    LONGEST_SEARCH,
    MOST_IDS,
    PAGE,
    Figures,
    OwnFigures,
    Sort,
    WallNote,
    Wanted,
    as_seen_by,
    figures,
    hanging,
    mixed,
    own_figures,
    star_counts,
    wall_notes,
    wanted_ids,
)
from barcamp.wall.queries.written import START_OF_TEXT, WrittenNote, top_tags, written_notes

__all__ = [
    "LONGEST_SEARCH", "MOST_IDS", "PAGE", "START_OF_TEXT", "Figures", "Merged", "NoteStanding", "OwnFigures",
    "PitchQueue", "Pitched", "Reported", "Said", "Sort", "Standing", "Waiting", "WallNote", "Wanted",
    "WrittenNote", "as_seen_by", "comments", "count_comments", "count_letters_about", "count_letters_by",
    "count_looks", "count_notes", "count_together", "edits", "figures", "find_comment", "find_invitation",
    "find_invitation_by_token", "find_note", "find_offer", "find_pitch_round", "find_pitched_id",
    "find_same_comment", "find_standing", "find_standing_in", "find_whole_note", "hanging", "has_maybes",
    "has_note_up", "has_reported", "heir", "held_notes", "hidden_notes", "hold_row", "last_look",
    "late_factors", "merged_notes", "mergers", "mine", "mixed", "notes_by_id", "notes_on_the_wall",
    "notes_titled", "offers_to", "open_invitations", "origin_of", "own_figures", "part_ids", "parts",
    "pitch_queue", "presented_note_ids", "presenter_ids", "reported", "said", "slots_by_id", "standing_offer",
    "star_counts", "starred_note_ids", "survivor", "top_tags", "topics", "unseen", "waiting", "wall_notes",
    "wanted_ids", "was_edited_by_an_organizer", "was_hidden_by_an_organizer", "written_notes",
]  # fmt: skip
