"""What running a conference refuses, in words for people."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class SlugTaken(Refused):
    def __init__(self, slug: str) -> None:
        super().__init__(N_("The address /{slug}/ is already taken. Please choose another."), slug=slug)


class TooManySlugs(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(
            N_("This conference has had {most} other addresses, and all still lead here. Please choose one of them."),
            most=most,
        )


class ChangedMeanwhile(Refused):
    """What a form was made from has changed since."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this while you were writing, so nothing was saved yet. "
                "What you typed is still here: compare, then save again."
            )
        )


class LastOrganizer(Refused):
    def __init__(self) -> None:
        super().__init__(N_("A conference needs an organizer. Please make somebody else one first."))


class AlreadyInTeam(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(N_("{name} has this role already."), name=name)


class SponsorTaken(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(N_("{name} is on the list already."), name=name)


class TooManySponsors(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(N_("A conference can list {most} sponsors at the most."), most=most)
