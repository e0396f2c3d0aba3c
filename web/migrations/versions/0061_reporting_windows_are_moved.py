"""Who coordinates may move the window in which a month is reported, for everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "moved_window",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("plan_code", sa.String(40), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("later", Identifier, nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_by", sa.String(60), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_window")),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name=op.f("fk_moved_window_plan_code_plan")),
    )
    op.create_index("ix_moved_window_month", "moved_window", ["plan_code", "period"])
