"""Blocks: an index by which the few blocks of lightning talks are found without reading every note.

Users' data stays as it is.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_note_blocks", "note", ["conference_id", "talk_minutes"])


def downgrade() -> None:
    op.drop_index("ix_note_blocks", table_name="note")
