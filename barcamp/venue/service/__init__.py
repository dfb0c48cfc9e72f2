"""Every change of rooms, closures and slots. Whoever looks before deciding holds the conference first."""

from barcamp.venue.service.log_lines import room_facts, slot_facts, subject_of
from barcamp.venue.service.rooms import add_room, change_room, close_room, move_room, open_room, remove_room
from barcamp.venue.service.slots import add_slot, change_slot, make_slots, plan_day, remove_slot
from barcamp.venue.service.whole import change_zone, copy_venue

__all__ = [
    "add_room", "add_slot", "change_room", "change_slot", "change_zone", "close_room", "copy_venue", "make_slots",
    "move_room", "open_room", "plan_day", "remove_room", "remove_slot", "room_facts", "slot_facts", "subject_of",
]  # fmt: skip
