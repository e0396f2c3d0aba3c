"""The months of one indicator are found without reading those of the plan."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the snapshots of a month by indicator."""
    op.create_index("ix_period_row_history", "period_row", ["indicator_id", "period_id"])
