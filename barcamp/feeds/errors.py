"""What feeds refuse, in words."""

from __future__ import annotations

from barcamp.errors import Refused


class TooManyLinks(Refused):
    """A person has as many living links to a conference as one can use."""
