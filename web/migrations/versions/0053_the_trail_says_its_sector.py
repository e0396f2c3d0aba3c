"""An entry of the trail says of which sector the thing is that it tells of; those before say none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("audit_entry", sa.Column("sector_code", sa.String(20), nullable=False, server_default=""))
