"""Recovery plans are judged at a cut-off of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns in place; those formulated before are judged by what is closed, as their diagram says."""
    op.add_column("recovery_plan", sa.Column("verify_cutoff", sa.String(7), nullable=False, server_default=""))
    op.add_column("recovery_plan", sa.Column("verify_moved", sa.Boolean(), nullable=False, server_default=sa.false()))
