"""Buckets: how much of an allowance somebody has used, counted by all processes and machines together.

Users' data stays as it is; the new table begins empty, as if nobody had done anything for a while.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bucket",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("full_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_bucket"),
    )


def downgrade() -> None:
    op.drop_table("bucket")
