"""When the owner of a task brought what a helper typed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody did yet."""
    with op.batch_alter_table("help") as batch:
        batch.add_column(sa.Column("brought_at", UtcDateTime(), nullable=True))
