"""What registration refuses, in words for people."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class RegistrationIsClosed(Refused):
    """Nobody registers or changes a registration now; the words say when, or since when."""


class ConferenceIsOver(Refused):
    """Who came, came."""

    def __init__(self) -> None:
        super().__init__(N_("This conference is over, so its registrations stay as they are."))


class NotRegistered(Refused):
    """The registration that was to be changed is not there, or was cancelled."""

    def __init__(self) -> None:
        super().__init__(N_("You are not registered here any more, so nothing was changed."))


class ShirtsAreOrdered(Refused):
    """The cut-off for T-shirts has passed."""

    def __init__(self) -> None:
        super().__init__(N_("The T-shirts have been ordered, so sizes stay as they are. Nothing was saved yet."))


class NoSuchShirt(Refused):
    """The organizers have taken this size off the list."""

    def __init__(self, size: str) -> None:
        super().__init__(N_("There is no T-shirt in size {size} any more. Please choose another."), size=size)
