"""What speakers' pages refuse, in words."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class NameTaken(Refused):
    """The wanted address is somebody else's, or was."""

    def __init__(self) -> None:
        super().__init__(N_("Somebody else has this address, or had it once. Please choose another one."))


class NoMoreNames(Refused):
    """A page has changed its address very often, and each stays reserved for it."""

    def __init__(self, most: int) -> None:
        super().__init__(
            N_("Your page has had {most} addresses, and all of them go on working. Please keep this one."), most=most
        )


class VisitsAreClosed(Refused):
    """The speaker does not ask who will be there, or it is over."""

    def __init__(self) -> None:
        super().__init__(N_("This is over, or the speaker does not ask who will be there."))


class OwnVisit(Refused):
    """Speakers are where they speak."""

    def __init__(self) -> None:
        super().__init__(N_("It is your own talk: everybody expects you there."))


class TooManyTalks(Refused):
    """So many talks elsewhere one page takes."""

    def __init__(self, most: int) -> None:
        super().__init__(N_("A page takes {most} talks from elsewhere, and these would be more."), most=most)


class HaveItAlready(Refused):
    """The same title at the same conference on the same day."""

    def __init__(self, title: str) -> None:
        super().__init__(
            N_("You have “{title}” at this conference on these days already. Change that one instead."), title=title
        )


class TalkChanged(Refused):
    """The talk was changed after this form was opened: by its calendar, or in another tab."""

    def __init__(self) -> None:
        super().__init__(
            N_("This talk was changed while you were writing. Please look again, and save once more to keep yours.")
        )


class TooManySources(Refused):
    """So many calendars are read for one person."""

    def __init__(self, most: int) -> None:
        super().__init__(N_("We read {most} calendars for you at the most. Please remove one first."), most=most)
