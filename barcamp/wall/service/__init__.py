"""Every change of the wall, one file per kind of change."""

from __future__ import annotations

from barcamp.wall.service.comments import (
    MOST_EACH,
    MOST_OF_ALL,
    delete_comment,
    hide_comment,
    post_comment,
    show_comment,
)
from barcamp.wall.service.content import NoteContent
from barcamp.wall.service.hosting import (
    MOST_HOSTS,
    invite,
    invite_by_mail,
    join,
    leave,
    look_at_invitation,
    remove_cohost,
    revoke,
    take_up,
)
from barcamp.wall.service.looks import look_at
from barcamp.wall.service.merge_offers import accept_offer, decline_offer, offer, take_offer_back
from barcamp.wall.service.merging import merge, refuse_merging, unmerge
from barcamp.wall.service.notes import MOST_NOTES, SAME_FORM, edit_note, post_note, restore, withdraw
from barcamp.wall.service.order import hide, keep, must_be_held, release, report, show_again
from barcamp.wall.service.phases import refuse_when_closed, refuse_when_over
from barcamp.wall.service.pitching import (
    SECONDS,
    Step,
    close_round,
    move_note,
    open_round,
    queue_all,
    queue_note,
    shuffle,
    turn,
    unqueue_note,
)
from barcamp.wall.service.stars import star, unstar

__all__ = [
    "MOST_EACH", "MOST_HOSTS", "MOST_NOTES", "MOST_OF_ALL", "SAME_FORM", "SECONDS", "NoteContent", "Step",
    "accept_offer", "close_round", "decline_offer", "delete_comment", "edit_note", "hide", "hide_comment", "invite",
    "invite_by_mail", "join", "keep", "leave", "look_at", "look_at_invitation", "merge", "move_note", "must_be_held",
    "offer", "open_round", "post_comment", "post_note", "queue_all", "queue_note", "refuse_merging",
    "refuse_when_closed", "refuse_when_over", "release", "remove_cohost", "report", "restore", "revoke", "show_again",
    "show_comment", "shuffle", "star", "take_offer_back", "take_up", "turn", "unmerge", "unqueue_note", "unstar",
    "withdraw",
]  # fmt: skip
