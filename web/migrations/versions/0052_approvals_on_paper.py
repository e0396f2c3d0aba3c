"""A role may approve on paper: whoever looks after it registers the signed memorandum."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Off for every role."""
    with op.batch_alter_table("role") as batch:
        batch.add_column(sa.Column("approves_on_paper", sa.Boolean(), nullable=False, server_default=sa.false()))
