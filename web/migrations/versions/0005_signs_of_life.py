"""The worker and the delivery leave signs of life, for whoever watches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
