"""Alembic's environment: the address and the connection come from whoever runs it (barcamp/migrate.py)."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from barcamp.tables import Base

HUEY = "huey_"


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """The queue's own tables are none of our business."""
    return not (kind == "table" and (name or "").startswith(HUEY))


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
