"""A role says which sector added it, and which shipped role it resembles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; every role that is there is everybody's own."""
    op.add_column("role", sa.Column("sector_code", sa.String(20), nullable=False, server_default=""))
    op.add_column("role", sa.Column("resembles", sa.String(60), nullable=False, server_default=""))
