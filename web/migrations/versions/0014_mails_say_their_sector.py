"""A mail says which sector it tells of: the one there was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the sector in place: the table may be large."""
    op.add_column("outbox_message", sa.Column("sector_code", sa.String(20), nullable=False, server_default=""))
    op.execute("UPDATE outbox_message SET sector_code = (SELECT code FROM sector) WHERE EXISTS (SELECT 1 FROM sector)")
