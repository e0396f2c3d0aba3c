"""A mail's Message-ID carries a part that only who received it has seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; mails written before it keep the name they left with."""
    op.add_column("outbox_message", sa.Column("id_secret", sa.String(32), nullable=False, server_default=""))
