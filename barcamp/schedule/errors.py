"""What the schedule refuses, in words."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class Stale(Refused):
    """The board has changed since this page was made."""


class RuleBroken(Refused):
    """A place that a hard rule forbids."""


class Conflict(Stale):
    """Somebody has been quicker: what this change would touch is no longer as it was on the page.

    `what` is a key of CONFLICTS; `who` is "" where nobody is known.
    """

    def __init__(self, what: str, who: str, **facts: object) -> None:
        by_somebody, by_nobody = CONFLICTS[what]
        if who:
            super().__init__(by_somebody, who=who, **facts)
        else:
            super().__init__(by_nobody, **facts)


class Frozen(Refused):
    """What has begun or is about to is not moved without a second thought, where each move goes public by itself.

    `what` is the note or the time it is about; `minutes` is how soon, None once it has begun. The field `offers` of
    the form says that it is meant.
    """

    offers = "anyway"

    def __init__(self, what: str, minutes: int | None) -> None:
        if minutes is None:
            super().__init__(N_("{what} has begun, and everybody would see the change at once."), what=what)
        else:
            words = N_("{what} starts in {minutes} min, and everybody would see the change at once.")
            super().__init__(words, what=what, minutes=minutes)


class NothingToUndo(Refused):
    """There is no move to take back."""


class CannotGoBack(Refused):
    """Not all that a change has moved can be moved back. The field `offers` asks for as much as can be."""

    offers = "rest"


class CannotPublish(Refused):
    """What is asked for cannot go public; the subclasses say why, or else the draft breaks a hard rule."""


class NothingToPublish(CannotPublish):
    """The draft is as the public knows it already."""


class NeedsOthers(CannotPublish):
    """Some changes alone would break a rule in public; with those of the notes `missing` (ids) they would not."""

    def __init__(self, words: str, missing: tuple[int, ...], **facts: object) -> None:
        super().__init__(words, **facts)
        self.missing = missing


class HasBegun(CannotPublish):
    """A session that has begun would change in public."""

    def __init__(self, title: str, time: str) -> None:
        super().__init__(
            N_("{title} has begun at {time}. Say that its change shall go public all the same, or leave it out."),
            title=title, time=time,
        )  # fmt: skip


class WarningIsGone(Refused):
    """What somebody wanted to live with is no longer so."""

    def __init__(self) -> None:
        super().__init__(N_("This warning is no longer there: the board has changed since."))


class AlreadyWaived(Refused):
    """Somebody else has set the same warning aside."""

    def __init__(self, who: str) -> None:
        if who:
            super().__init__(N_("{who} has just set this warning aside."), who=who)
        else:
            super().__init__(N_("This warning has just been set aside."))


class BlockRefused(Refused):
    """A block of lightning talks cannot be made or filled as asked."""


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

# what the board warns of; these can be set aside
WARNINGS = {
    "small": N_("{title}: about {expected} people are expected, and {room} seats {seats}."),
    "unplaced": N_("{title} has no place."),
    "in-a-row": N_("{title} and {other} follow each other without a break, in two rooms, with the same presenter."),
    "slot-wish": N_("{title} asked for {wanted}."),
    "room-wish": N_("{title} asked for {wanted}."),
}

# what somebody was quicker with: by somebody known, and by nobody known
CONFLICTS = {
    "put": (
        N_("{who} has just put {title} here. Nothing was changed."),
        N_("{title} has just been put here. Nothing was changed."),
    ),
    "moved": (
        N_("{who} has just moved {title} to {place}. Nothing was changed."),
        N_("{title} has just been moved to {place}. Nothing was changed."),
    ),
    "taken-off": (
        N_("{who} has just taken {title} off the board. Nothing was changed."),
        N_("{title} has just been taken off the board. Nothing was changed."),
    ),
    "pinned": (
        N_("{who} has just pinned {title}. Nothing was changed."),
        N_("{title} has just been pinned. Nothing was changed."),
    ),
    "unpinned": (
        N_("{who} has just taken the pin out of {title}. Nothing was changed."),
        N_("The pin of {title} has just been taken out. Nothing was changed."),
    ),
    "edited": (
        N_("{who} has just edited {title}. Have a look before you move it."),
        N_("{title} has just been edited. Have a look before you move it."),
    ),
    "off-the-wall": (
        N_("{who} has just taken this note off the wall, so it cannot be placed."),
        N_("This note has just been taken off the wall, so it cannot be placed."),
    ),
    "grid": (
        N_("{who} has just changed {thing}. Nothing was moved."),
        N_("{thing} has just been changed. Nothing was moved."),
    ),
    "grid-gone": (
        N_("{who} has just removed this room or this time. Here is the board as it is now."),
        N_("This room or this time is no longer there. Here is the board as it is now."),
    ),
}

# why a change cannot be taken back, or brought back, as a whole: what was done since to what it moved
SINCE = {
    "moved": (
        N_("{who} has since moved {title} to {place}."),
        N_("{title} has since been moved to {place}."),
    ),
    "taken-off": (
        N_("{who} has since taken {title} off the board."),
        N_("{title} has since been taken off the board."),
    ),
    "pinned": (
        N_("{who} has since pinned {title}."),
        N_("{title} has since been pinned."),
    ),
    "unpinned": (
        N_("{who} has since taken the pin out of {title}."),
        N_("The pin of {title} has since been taken out."),
    ),
}
