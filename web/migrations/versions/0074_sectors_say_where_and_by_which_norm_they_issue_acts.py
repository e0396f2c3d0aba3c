"""A sector says where its acts are given, and which norms give the power."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is said of those there are: their acts stay as they were."""
    op.add_column("sector", sa.Column("act_place", sa.String(100), nullable=False, server_default=""))
    op.add_column("sector", sa.Column("act_powers", sa.Text, nullable=False, server_default=""))
