"""What is sent without signing in is counted in one table, whatever it is sent to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what the former one counted was of an hour."""
    op.create_table(
        "unsigned_attempt",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("origin_hash", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsigned_attempt")),
    )
    op.create_index("ix_unsigned_attempt_origin", "unsigned_attempt", ["origin_hash", "at"])
    op.drop_table("answer_attempt")
