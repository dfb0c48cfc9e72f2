"""What the schedule refuses, in words."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class Stale(Refused):
    """The board has changed since this page was made."""


class RuleBroken(Refused):
    """A place that a hard rule forbids."""


class NothingToUndo(Refused):
    """There is no move to take back."""


class CannotPublish(Refused):
    """The draft breaks a hard rule, or nothing has changed."""


class NotOnTheWall(Refused):
    """The note was withdrawn or hidden."""

    def __init__(self) -> None:
        super().__init__(N_("This note is no longer on the wall, so it cannot be placed."))


# what is said of each broken rule; {title} is the note's, {other} the one it collides with
RULES = {
    "room": N_("{other} is already in {room} at {time}."),
    "person": N_("{title} and {other} have the same presenter, and both would be at {time}."),
    "break": N_("{title} is too long to start at {time}: it would run into a break."),
    "availability": N_("The presenter of {title} cannot at {time}."),
    "equipment": N_("{title} needs {needs}, which {room} does not have."),
    "closed": N_("{room} is closed at {time}."),
}
