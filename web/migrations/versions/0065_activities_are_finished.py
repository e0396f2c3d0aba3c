"""An activity of the work schedule says when it was finished."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of those before nobody said it."""
    with op.batch_alter_table("schedule_activity") as batch:
        batch.add_column(sa.Column("done_on", sa.Date(), nullable=True))
