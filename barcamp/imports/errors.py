"""What importing refuses, in words for people."""

from __future__ import annotations

from barcamp.errors import N_, Refused


class NotReady(Refused):
    """There is nothing to take or to discard: it is being read, it failed, or somebody has decided already."""

    def __init__(self) -> None:
        super().__init__(N_("There is nothing to decide about this import any more, so nothing was changed."))


class PlanChanged(Refused):
    """What taking it would do is not what was shown."""

    def __init__(self) -> None:
        super().__init__(
            N_("Something has changed here since you looked, so nothing was taken. Here is what would happen now.")
        )


class TooManyWaiting(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(N_("{most} imports are still being read. Please wait for them first."), most=most)


class NotASchedule(Refused):
    """Nothing of it could be understood."""

    status = 422
