"""Why somebody cannot listen."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class TooManyListeners(Refused):
    """This process holds as many streams as it can; whoever asks can look at `/changes` now and then instead."""

    status = 503
    retry_after = 30

    def __init__(self) -> None:
        super().__init__(N_("Too many pages are listening at the moment. This page looks for news by itself."))
