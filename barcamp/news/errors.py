"""Why something cannot be said to people."""

from __future__ import annotations

from barcamp.errors import N_, Refused, TooMany


class NoSuchAudience(Refused):
    """The room or session is none of this conference's."""

    status = 404

    def __init__(self) -> None:
        super().__init__(N_("This room or session is not there any more. Nobody was told."))


class NothingSaid(Refused):
    """Neither a title nor a text that anybody could read."""

    def __init__(self) -> None:
        super().__init__(N_("Please write what you would like to say."))


class TooManyAnnouncements(TooMany):
    """Who gets many letters stops reading them."""

    def __init__(self, most: int, retry_after: int) -> None:
        super().__init__(
            N_("That was {most} announcements within an hour, which is as many as anybody reads. Please wait a while."),
            retry_after, most=most,
        )  # fmt: skip
