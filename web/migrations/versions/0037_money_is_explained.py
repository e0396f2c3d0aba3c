"""Why the money of a month is less than before, or not the usual, is kept with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column in place; nobody was asked before."""
    op.add_column("budget_report", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
