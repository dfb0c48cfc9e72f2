"""The live wall: walk-ins, co-hosts, merged and held notes, the quick look, comments, reports, the pitch round.

Notes, stars and co-presenters stay as they are: on the wall, with a host, not part of another note. A conference takes
walk-ins until its organizers say otherwise; going back down, people who gave no address and what came by a merge stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with _altered("conference") as table:
        table.add_column(sa.Column("walk_ins", sa.Boolean(), server_default=sa.true(), nullable=False))
        table.add_column(sa.Column("hold_first_notes", sa.Boolean(), server_default=sa.false(), nullable=False))
    with _altered("note") as table:
        table.add_column(sa.Column("held_at", INSTANT))
        table.add_column(sa.Column("asked_by_id", NUMBER))
        table.add_column(sa.Column("seeks_host", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("merged_into_id", NUMBER))
        table.add_column(sa.Column("merged_at", INSTANT))
        table.add_column(sa.Column("look_count", NUMBER, server_default=sa.text("0"), nullable=False))
    for name, column, parent in POINTING:
        with _altered(name) as table:
            if name != "note":
                table.add_column(sa.Column(column, NUMBER))
            table.create_foreign_key(f"fk_{name}_{column}", parent, [column], ["id"], ondelete="SET NULL")
            table.create_index(f"ix_{name}_{column}", [column])

    op.create_table(
        "cohost",
        sa.Column("note_id", NUMBER, _to("cohost", "note_id", "note"), nullable=False),
        sa.Column("person_id", NUMBER, _to("cohost", "person_id", "person"), nullable=False),
        sa.Column("from_note_id", NUMBER, _to("cohost", "from_note_id", "note", "SET NULL"), nullable=True),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("note_id", "person_id", name="pk_cohost"),
    )
    op.create_table(
        "look",
        sa.Column("note_id", NUMBER, _to("look", "note_id", "note"), nullable=False),
        sa.Column("person_id", NUMBER, _to("look", "person_id", "person"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('want', 'maybe', 'skip')", name="kind"),
        sa.PrimaryKeyConstraint("note_id", "person_id", name="pk_look"),
    )
    op.create_table(
        "comment",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("note_id", NUMBER, _to("comment", "note_id", "note"), nullable=False),
        sa.Column("author_id", NUMBER, _to("comment", "author_id", "person", "SET NULL"), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("posted_at", INSTANT, nullable=False),
        sa.Column("hidden_at", INSTANT, nullable=True),
        sa.Column("hidden_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comment_note", "comment", ["note_id", "posted_at"])
    op.create_table(
        "report",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("note_id", NUMBER, _to("report", "note_id", "note"), nullable=False),
        sa.Column("comment_id", NUMBER, _to("report", "comment_id", "comment"), nullable=True),
        sa.Column("reporter_id", NUMBER, _to("report", "reporter_id", "person"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "invitation",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("note_id", NUMBER, _to("invitation", "note_id", "note"), nullable=False),
        sa.Column("made_by_id", NUMBER, _to("invitation", "made_by_id", "person"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "merge_offer",
        sa.Column("note_id", NUMBER, _to("merge_offer", "note_id", "note"), nullable=False),
        sa.Column("into_id", NUMBER, _to("merge_offer", "into_id", "note"), nullable=False),
        sa.Column("offered_by_id", NUMBER, _to("merge_offer", "offered_by_id", "person"), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("note_id", name="pk_merge_offer"),
    )
    op.create_table(
        "pitch",
        sa.Column("note_id", NUMBER, _to("pitch", "note_id", "note"), nullable=False),
        sa.Column("conference_id", NUMBER, _to("pitch", "conference_id", "conference"), nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("note_id", name="pk_pitch"),
        sa.UniqueConstraint("conference_id", "position", name="uq_pitch_conference_id_position"),
    )
    op.create_table(
        "pitch_round",
        sa.Column("conference_id", NUMBER, _to("pitch_round", "conference_id", "conference"), nullable=False),
        sa.Column("note_id", NUMBER, _to("pitch_round", "note_id", "note", "SET NULL"), nullable=True),
        sa.Column("seconds", NUMBER, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("turn_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("conference_id", name="pk_pitch_round"),
    )
    for table, column in INDEXED:
        op.create_index(f"ix_{table}_{column}", table, [column])


INDEXED = (
    ("cohost", "person_id"), ("cohost", "from_note_id"), ("look", "person_id"), ("comment", "author_id"),
    ("report", "note_id"), ("report", "comment_id"), ("report", "reporter_id"), ("invitation", "note_id"),
    ("invitation", "made_by_id"), ("merge_offer", "into_id"), ("merge_offer", "offered_by_id"),
    ("pitch_round", "note_id"),
)  # fmt: skip


#: Columns of tables that were there before, and the table each points to.
POINTING = (
    ("note", "asked_by_id", "person"), ("note", "merged_into_id", "note"), ("star", "from_note_id", "note"),
    ("copresenter", "from_note_id", "note"),
)  # fmt: skip


def downgrade() -> None:
    for name in ("pitch_round", "pitch", "merge_offer", "invitation", "report", "comment", "look", "cohost"):
        op.drop_table(name)
    for name, column, _parent in POINTING:
        with _altered(name) as table:
            table.drop_index(f"ix_{name}_{column}")
            table.drop_constraint(f"fk_{name}_{column}", type_="foreignkey")
            table.drop_column(column)
    with _altered("note") as table:
        for column in ("held_at", "seeks_host", "merged_at", "look_count"):
            table.drop_column(column)
    with _altered("conference") as table:
        table.drop_column("walk_ins")
        table.drop_column("hold_first_notes")


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
