"""Figures say how much they know: coverage, opportunity, where a carried value comes from; sheets how they are held.

Months that are closed keep their figures: of what they were computed with nothing is changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import ExactDecimal

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns in place; what was endorsed before came in time unless it was marked late."""
    op.add_column("figure", sa.Column("coverage", ExactDecimal(), nullable=True))
    op.add_column("figure", sa.Column("opportunity", ExactDecimal(), nullable=True))
    op.add_column("figure", sa.Column("data_month", sa.String(7), nullable=True))
    op.add_column("indicator", sa.Column("tolerance", ExactDecimal(), nullable=False, server_default="0"))
    op.add_column("indicator", sa.Column("minimum", ExactDecimal(), nullable=True))
    op.add_column("indicator", sa.Column("maximum", ExactDecimal(), nullable=True))
    op.add_column("measurement", sa.Column("timely", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(sa.text("UPDATE measurement SET timely = :late WHERE late").bindparams(late=False))
