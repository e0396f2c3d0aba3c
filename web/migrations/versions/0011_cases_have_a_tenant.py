"""A case says whose it is: of the one sector there was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tenant in place: the table is too large to be written anew."""
    op.add_column("instance", sa.Column("tenant", sa.String(40), nullable=False, server_default=""))
    op.execute("UPDATE instance SET tenant = (SELECT code FROM sector) WHERE EXISTS (SELECT 1 FROM sector)")
    op.create_index("ix_instance_tenant", "instance", ["tenant", "state", "id"])
