"""A session says in which browser and network it was opened, so that its owner recognises it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; what was open before says nothing."""
    for name in ("browser", "network"):
        op.add_column("web_session", sa.Column(name, sa.String(60), nullable=False, server_default=""))
