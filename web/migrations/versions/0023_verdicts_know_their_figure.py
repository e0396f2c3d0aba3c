"""Verdicts know the figure they were said over, and whether they say the contrary."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import ExactDecimal

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns in place; of verdicts of before the figure is not known."""
    op.add_column("verdict", sa.Column("figure", ExactDecimal(), nullable=True))
    op.add_column("verdict", sa.Column("color", sa.String(20), nullable=True))
    op.add_column("verdict", sa.Column("coverage", ExactDecimal(), nullable=True))
    op.add_column("verdict", sa.Column("against_figure", sa.Boolean(), nullable=False, server_default=sa.false()))
