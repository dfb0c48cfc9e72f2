"""What a kept answer may be a little behind of."""

from __future__ import annotations

from contextlib import AbstractContextManager

from barcamp import touched


def aging() -> AbstractContextManager[None]:
    """What is read inside may be up to a minute old on a kept page: estimates that every star would change, never what
    somebody has decided. Every kept page is made anew when the minute ends.
    """
    return touched.unnoticed()
