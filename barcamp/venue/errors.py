"""What the venue refuses, in words for people."""

from __future__ import annotations

from barcamp.core.times import zone_name
from barcamp.errors import N_, Refused


class RoomNameTaken(Refused):
    """Two rooms of one conference may not have the same name: nobody would find the right door."""

    def __init__(self, name: str) -> None:
        super().__init__(N_("There is already a room called “{name}”."), name=name)


class TooManyRooms(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(N_("A conference can have {most} rooms at the most."), most=most)


class TooManySlots(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(N_("A conference can have {most} slots at the most."), most=most)


class SlotsOverlap(Refused):
    """`when` is the other slot's time as people read it, "11:00 – 11:50"."""

    def __init__(self, when: str) -> None:
        super().__init__(N_("This overlaps with {when}."), when=when)


class SlotsDoNotFit(Refused):
    """In another zone the same wall times would no longer be one after the other."""

    def __init__(self, when: str, zone: str) -> None:
        super().__init__(
            N_("The clocks change differently in {zone}: the slot {when} would not fit there any more."),
            when=when,
            zone=zone_name(zone),
        )
