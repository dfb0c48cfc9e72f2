"""Importing a schedule: give a file or an address, look at what is in it, take it or not."""

from __future__ import annotations

from barcamp.imports.routes import pages
from barcamp.imports.routes.door import blueprint

__all__ = ["blueprint", "pages"]
