"""The schedule's pages, one file per resource: the schedule, publishing it, live publishing, its versions."""

from __future__ import annotations

from barcamp.schedule.routes import heads, live, publishing, schedule, versions
from barcamp.schedule.routes.door import blueprint

__all__ = ["blueprint", "heads", "live", "publishing", "schedule", "versions"]
