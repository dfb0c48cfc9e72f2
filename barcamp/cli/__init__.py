"""Commands of `flask --app app`: each is a thin door to the same services the pages use."""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

#: Each command, in which module here it is, and its name there.
PLACES = {
    "arrange": ("schedule", "arrange"),
    "backup": ("backup", "backup"),
    "copy-to": ("backup", "copy_to"),
    "demo": ("demo", "command"),
    "jobs": ("jobs", "command"),
    "migrate": ("database", "migrate"),
    "publish": ("schedule", "publish"),
    "restore": ("backup", "restore"),
    "sign-in-link": ("people", "command"),
    "sign-out": ("people", "sign_out"),
    "verify": ("database", "verify"),
}


class Commands(AppGroup):
    """Each is loaded when somebody gives it: a process that serves pages needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *PLACES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PLACES:
            return super().get_command(ctx, cmd_name)
        module, name = PLACES[cmd_name]
        command: click.Command = getattr(import_module(f"barcamp.cli.{module}"), name)
        return command


def install(app: Flask) -> None:
    """Give the app every command."""
    app.cli = Commands(app.cli.name)
