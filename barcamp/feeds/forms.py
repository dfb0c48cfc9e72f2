"""What the subscribe page sends."""

from __future__ import annotations

from barcamp.web.forms import Line, Typed
from barcamp.web.words import lazy


class LinkForm(Typed):
    """A name for a new link, so that its owner knows it again."""

    label = Line(lazy("Where will you use it?"), 40, description=lazy("For example: my phone"))
