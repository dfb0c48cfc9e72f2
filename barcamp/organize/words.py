"""The lines of the log in words: "Bo Finch posted “How to whittle”"."""

from __future__ import annotations

from babel.numbers import format_percent

from barcamp.errors import N_
from barcamp.organize.queries import Figures, News
from barcamp.web.words import _, locale, ngettext

SOMEONE = N_("Someone")

_WORDS = {
    "conference-created": N_("{who} started the conference"),
    "conference-changed": N_("{who} changed the settings"),
    "address-changed": N_("{who} gave the conference another address"),
    "venue-copied": N_("{who} copied rooms and slots"),
    "room-added": N_("{who} added the room {about}"),
    "room-changed": N_("{who} changed the room {about}"),
    "room-moved": N_("{who} put the room {about} in another place of the list"),
    "room-removed": N_("{who} removed the room {about}"),
    "room-closed": N_("{who} closed the room {about} for a while"),
    "room-opened": N_("{who} opened the room {about} again"),
    "slots-made": N_("{who} made a day’s grid"),
    "slots-rezoned": N_("{who} moved all slots to another time zone"),
    "slot-added": N_("{who} added a slot"),
    "slot-changed": N_("{who} changed a slot"),
    "slot-removed": N_("{who} removed a slot"),
    "sponsor-added": N_("{who} added the sponsor {about}"),
    "sponsor-changed": N_("{who} changed the sponsor {about}"),
    "sponsor-removed": N_("{who} removed the sponsor {about}"),
    "role-given": N_("{who} gave {about} a role in the team"),
    "role-taken": N_("{who} took {about} out of the team"),
    "presenter-renamed": N_("{who} has a new name"),
    "person-merged": N_("{about} signed in; what they did by name alone is theirs now"),
    "presenter-erased": N_("Somebody who had posted notes has left; the notes stay"),
    "registered": N_("{who} registered"),
    "registration-changed": N_("{who} changed a registration"),
    "registration-cancelled": N_("{about} is no longer registered"),
    "registration-promoted": N_("{about} moved up from the waiting list"),
    "note-posted": N_("{who} posted “{about}”"),
    "note-edited": N_("{who} edited “{about}”"),
    "heads-counted": N_("{who} counted heads in “{about}”"),
    "note-withdrawn": N_("{who} withdrew “{about}”"),
    "note-restored": N_("{who} brought “{about}” back"),
    "note-linked": N_("{who} put slides or a recording on “{about}”"),
    "note-hidden": N_("{who} hid “{about}”"),
    "note-shown": N_("{who} showed “{about}” again"),
    "note-held": N_("{who} posted a first note, which waits for you: “{about}”"),
    "note-released": N_("{who} let “{about}” up"),
    "note-seeks-host": N_("{who} lets somebody else give “{about}”"),
    "note-taken-up": N_("{who} will give “{about}”"),
    "note-handed-over": N_("{who} left “{about}” to a co-host"),
    "note-merged": N_("{who} made “{about}” part of another note"),
    "note-unmerged": N_("{who} made “{about}” a note of its own again"),
    "cohost-joined": N_("{who} presents “{about}”, too"),
    "cohost-left": N_("{who} presents “{about}” no longer"),
    "cohost-removed": N_("{who} took a co-host off “{about}”"),
    "comment-posted": N_("{who} wrote under “{about}”"),
    "comment-hidden": N_("{who} hid a comment under “{about}”"),
    "comment-shown": N_("{who} showed a comment under “{about}” again"),
    "report-made": N_("“{about}” was reported"),
    "report-settled": N_("{who} let “{about}” stay as it is"),
    "pitch-queued": N_("{who} put notes into the queue of the pitch round"),
    "pitch-opened": N_("{who} started the pitch round with “{about}”"),
    "pitch-closed": N_("{who} ended the pitch round"),
    "arranged": N_("{who} had the notes arranged"),
    "import-taken": N_("{who} took a schedule from elsewhere"),
    "imported": N_("{who} placed sessions as an import has them"),
    "placed": N_("{who} placed “{about}”"),
    "taken-off": N_("{who} took “{about}” off the board"),
    "pinned": N_("{who} pinned “{about}”"),
    "unpinned": N_("{who} unpinned “{about}”"),
    "waived": N_("{who} set a warning about “{about}” aside"),
    "unwaived": N_("{who} let a warning about “{about}” count again"),
    "repaired": N_("{who} had the schedule repaired"),
    "restored": N_("{who} brought an earlier version back into the draft"),
    "redone": N_("{who} brought a step back on the board"),
    "undone": N_("{who} took a step back on the board"),
    "displaced": N_("Sessions went back to the tray, after a change by {who}"),
    "block-made": N_("{who} made the block “{about}”"),
    "block-changed": N_("{who} changed the block “{about}”"),
    "block-filled": N_("{who} put lightning talks into “{about}”"),
    "block-ended": N_("{who} ended the block “{about}”"),
    "talk-in": N_("{who} put “{about}” into a block"),
    "talk-out": N_("{who} took “{about}” out of its block"),
    "turnout-set": N_("{who} said how many are expected to come"),
    "live-on": N_("{who} lets each move go public by itself"),
    "live-off": N_("{who} publishes by hand again"),
    "live-held": N_("{who} held the moves back that were about to go public"),
    "live-stuck": N_("Moves could not go public by themselves; the publish page says why"),
    "published": N_("{who} published the schedule"),
    "news-told": N_("People were told what has changed in their day"),
    "announced": N_("{who} had something to say to people"),
}


#: What the overview tells of. The rest is told where it happens: the queue of the pitch round, offers, invitations.
TOLD = tuple(_WORDS)


def walk_in_shares(figures: Figures) -> list[str]:
    """How much of the wall is from people who gave a name alone, as sentences; none where nothing is."""
    stars, notes = figures.walk_in_stars, figures.walk_in_notes
    said = []
    if stars:
        words = ngettext(
            "{part} of {all} stars ({share}) come from {n} walk-in.",
            "{part} of {all} stars ({share}) come from {n} walk-ins.",
            figures.walk_in_givers,
        )
        said.append(_filled(words, stars, figures.stars, figures.walk_in_givers))
    if notes:
        words = ngettext(
            "{part} of {all} notes ({share}) come from {n} walk-in.",
            "{part} of {all} notes ({share}) come from {n} walk-ins.",
            figures.walk_in_authors,
        )
        said.append(_filled(words, notes, figures.notes, figures.walk_in_authors))
    return said


def _filled(words: str, part: int, all_: int, people: int) -> str:
    return words.format(part=part, all=all_, share=format_percent(part / all_, locale=locale()), n=people)


def line(news: News) -> str:
    """One line of the log for people."""
    return _(_WORDS[news.change.kind]).format(who=news.actor or _(SOMEONE), about=news.about or _(SOMEONE))
