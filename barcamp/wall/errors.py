"""What the wall refuses, in words for people."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class WallIsClosed(Refused):
    """The wall takes no notes now; the words say when it opens, or since when it is closed."""


class StarsAreClosed(Refused):
    """No stars are given or taken back now; the words say when, or since when."""


class TooManyNotes(Refused):
    """One person has posted all the notes one person can."""

    def __init__(self, most: int) -> None:
        super().__init__(
            N_("You have posted {most} notes, and more would crowd the wall. You can still edit yours."), most=most
        )


class OwnNote(Refused):
    """Nobody stars their own note."""

    def __init__(self) -> None:
        super().__init__(N_("This note is yours: stars are for the notes of others."))


class NoteIsOff(Refused):
    """The note is withdrawn or hidden."""

    def __init__(self) -> None:
        super().__init__(N_("This note is no longer on the wall."))


class NoteChanged(Refused):
    """Somebody else changed the note after this form was opened."""

    def __init__(self) -> None:
        super().__init__(
            N_("Somebody changed this note while you were writing. Please compare, and save again to keep yours.")
        )


class ConferenceIsOver(Refused):
    """What was on the wall stays as it was."""

    def __init__(self) -> None:
        super().__init__(N_("This conference is over, so its notes stay as they are."))
