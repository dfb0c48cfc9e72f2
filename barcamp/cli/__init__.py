"""Commands of `flask --app app`: each is a thin door to the same services the pages use."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Add every command to the app."""
    from barcamp.cli import backup, database, demo, jobs, people, schedule

    for command in (
        database.migrate, demo.command, people.command, people.sign_out, schedule.arrange, schedule.publish,
        jobs.command, backup.backup, backup.restore, backup.copy_to, database.verify,
    ):  # fmt: skip
        app.cli.add_command(command)
