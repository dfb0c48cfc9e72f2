"""Workers: when each jobs worker was seen last, so that organizers hear when none works. And an index by which the
letters to one address are found without reading all.

Users' data stays as it is; the new table begins empty, and every worker writes itself down within half a minute.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_worker"),
    )
    op.create_index("ix_letter_to_address", "letter", ["to_address"])


def downgrade() -> None:
    op.drop_index("ix_letter_to_address", table_name="letter")
    op.drop_table("worker")
