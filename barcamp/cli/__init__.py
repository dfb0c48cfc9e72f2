"""Commands of `flask --app app`: each is a thin door to the same services the pages use."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Add every command to the app."""
