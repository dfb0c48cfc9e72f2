"""Every SELECT for feeds, a file for each question: has it changed, what is in it, what can be followed, whose link."""

from __future__ import annotations

from barcamp.feeds.queries.choices import rooms_of, speakers_of, tags_of
from barcamp.feeds.queries.fragments import (
    agenda_fragments,
    listed_conferences,
    room_fragments,
    schedule_fragments,
    speaker_fragments,
    tag_fragments,
)
from barcamp.feeds.queries.links import count_all_tokens, count_tokens, find_own_token, tokens
from barcamp.feeds.queries.looks import (
    AgendaLook,
    Look,
    RoomLook,
    SiteLook,
    SpeakerLook,
    agenda_ids,
    find_agenda_look,
    find_look,
    find_room_look,
    find_site_look,
    find_speaker_look,
)

__all__ = [
    "AgendaLook", "Look", "RoomLook", "SiteLook", "SpeakerLook", "agenda_fragments", "agenda_ids", "count_all_tokens",
    "count_tokens", "find_agenda_look", "find_look", "find_own_token", "find_room_look",
    "find_site_look", "find_speaker_look", "listed_conferences", "room_fragments", "rooms_of", "schedule_fragments",
    "speaker_fragments", "speakers_of", "tag_fragments", "tags_of", "tokens",
]  # fmt: skip
