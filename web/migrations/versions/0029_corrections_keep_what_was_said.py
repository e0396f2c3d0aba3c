"""A datum of a closed month may be corrected: what it said before is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import ExactDecimal, Identifier, UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; nothing was corrected before."""
    op.create_table(
        "former_datum",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("measurement_id", Identifier, nullable=False),
        sa.Column("value", ExactDecimal(), nullable=True),
        sa.Column("counts_from", sa.String(7), nullable=True),
        sa.Column("timely", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=False),
        sa.Column("replaced_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_former_datum"),
        sa.ForeignKeyConstraint(
            ["measurement_id"], ["measurement.id"], name="fk_former_datum_measurement_id_measurement"
        ),
    )
    op.create_index("ix_former_datum_measurement_id", "former_datum", ["measurement_id"])
