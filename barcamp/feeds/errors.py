"""What feeds refuse, in words."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class TooManyLinks(Refused):
    """A person has as many links to a conference as one can use."""


class LinkIsRevoked(Refused):
    """A revoked link is not brought back by a new secret."""

    def __init__(self) -> None:
        super().__init__(N_("This link was revoked. Please make a new one."))
