"""What may stand in an address: a slug, an id. Anything else is a 404 before any code runs."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from barcamp.core.slugs import RESERVED


class SlugConverter(BaseConverter):
    """A conference's slug: lower-case letters, digits and hyphens, and none of the site's own words."""

    regex = "[a-z0-9][a-z0-9-]{0,58}[a-z0-9]"

    def to_python(self, value: str) -> str:
        if value in RESERVED:
            raise ValidationError
        return value


class IdConverter(BaseConverter):
    """A row's id: what fits a 64-bit column, written without leading zeros."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


def install(app: Flask) -> None:
    app.url_map.converters["slug"] = SlugConverter
    app.url_map.converters["id"] = IdConverter
