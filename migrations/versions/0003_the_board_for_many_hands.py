"""The board for many hands: arrangements as jobs, lightning blocks, waived warnings, publishing by itself.

A conference goes on publishing by hand until its organizers say otherwise. Going back down, lightning talks leave their
blocks and the blocks go.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with _altered("conference") as table:
        table.add_column(sa.Column("publishes_live", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("publish_due_at", INSTANT))
        table.add_column(sa.Column("freeze_minutes", NUMBER, server_default=sa.text("15"), nullable=False))
        table.add_column(sa.Column("turnout_percent", NUMBER, server_default=sa.text("100"), nullable=False))
        table.create_check_constraint("freeze_minutes", "freeze_minutes >= 0 AND freeze_minutes <= 240")
        table.create_check_constraint("turnout_percent", "turnout_percent >= 1 AND turnout_percent <= 300")
    with _altered("note") as table:
        table.add_column(sa.Column("talk_minutes", NUMBER))
        table.add_column(sa.Column("block_id", NUMBER))
        table.create_foreign_key("fk_note_block_id", "note", ["block_id"], ["id"], ondelete="SET NULL")
        table.create_index("ix_note_block_id", ["block_id"])
    with _altered("entry") as table:
        table.add_column(sa.Column("block_id", NUMBER))
        table.create_foreign_key("fk_entry_block_id", "note", ["block_id"], ["id"], ondelete="SET NULL")
        table.create_index("ix_entry_block_id", ["block_id"])
    op.create_table(
        "arrangement",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, _to("arrangement", "conference_id", "conference"), nullable=False),
        sa.Column("asked_by_id", NUMBER, _to("arrangement", "asked_by_id", "person", "SET NULL"), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seen", NUMBER, nullable=False),
        sa.Column("seed", NUMBER, nullable=False),
        sa.Column("moves", NUMBER, nullable=False),
        sa.Column("done", NUMBER, nullable=False),
        sa.Column("stop_asked", sa.Boolean(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("beat_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.CheckConstraint("kind IN ('fresh', 'repair')", name="kind"),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'adopted', 'discarded')", name="state"),
        sa.PrimaryKeyConstraint("id", name="pk_arrangement"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_arrangement_conference_id", "arrangement", ["conference_id"])
    op.create_index("ix_arrangement_asked_by_id", "arrangement", ["asked_by_id"])
    op.create_table(
        "waiver",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conference_id", NUMBER, _to("waiver", "conference_id", "conference"), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("waived_by_id", NUMBER, _to("waiver", "waived_by_id", "person", "SET NULL"), nullable=True),
        sa.Column("waived_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_waiver"),
        sa.UniqueConstraint("conference_id", "warning", name="uq_waiver_conference_id_warning"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_waiver_waived_by_id", "waiver", ["waived_by_id"])


def downgrade() -> None:
    op.drop_table("waiver")
    op.drop_table("arrangement")
    op.execute(sa.text("DELETE FROM note WHERE talk_minutes IS NOT NULL"))
    for name, columns in (("entry", ("block_id",)), ("note", ("block_id", "talk_minutes"))):
        with _altered(name) as table:
            table.drop_index(f"ix_{name}_block_id")
            table.drop_constraint(f"fk_{name}_block_id", type_="foreignkey")
            for column in columns:
                table.drop_column(column)
    with _altered("conference") as table:
        table.drop_constraint("freeze_minutes", type_="check")
        table.drop_constraint("turnout_percent", type_="check")
        for column in ("publishes_live", "publish_due_at", "freeze_minutes", "turnout_percent"):
            table.drop_column(column)


@contextmanager
def _altered(name: str) -> Iterator[Any]:
    """A table to alter. SQLite makes it anew: it must go on counting its ids where it was."""
    with op.batch_alter_table(name, table_kwargs={"sqlite_autoincrement": name in ("conference", "note")}) as table:
        counted = _last_id(name)
        yield table
    if counted is not None:
        op.execute(
            sa.text("UPDATE sqlite_sequence SET seq = :seq WHERE name = :name").bindparams(seq=counted, name=name)
        )


def _last_id(name: str) -> int | None:
    if op.get_bind().dialect.name != "sqlite":
        return None
    return op.get_bind().execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}).scalar()


def _to(table: str, column: str, parent: str, then: str = "CASCADE") -> sa.ForeignKey:
    return sa.ForeignKey(f"{parent}.id", name=f"fk_{table}_{column}", ondelete=then)
