"""What people/ refuses."""

from __future__ import annotations

from barcamp.errors import N_, Refused, TooMany


class TooManyCodes(TooMany):
    """Five codes within an hour are enough for one address."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            N_(
                "We have sent several letters to this address. Please open the link in the newest one, or try again in"
                " {minutes} minutes."
            ),
            retry_after,
            minutes=retry_after // 60 + 1,
        )


class LinkGone(Refused):
    """A sign-in link that is unknown, used, replaced or too old."""

    status = 410

    def __init__(self) -> None:
        super().__init__(N_("This link has been used, is too old, or a newer one has taken its place."))


class AddressTaken(Refused):
    """The address is proven to be theirs, and it has an account already."""

    def __init__(self) -> None:
        super().__init__(N_("That address belongs to another account: sign in with it."))


class LastOrganizer(Refused):
    """Erasing this person would leave a coming conference without anybody who runs it."""

    def __init__(self, conference: str) -> None:
        super().__init__(
            N_("You are the only organizer of {conference}. Please make somebody else an organizer first."),
            conference=conference,
        )
