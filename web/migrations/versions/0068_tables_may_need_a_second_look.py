"""A decision table may be published only by somebody who has not written it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; until somebody demands a second look, none is needed."""
    op.create_table(
        "decision_definition",
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("reviewed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_decision_definition")),
    )
