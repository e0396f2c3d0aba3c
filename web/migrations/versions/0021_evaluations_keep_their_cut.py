"""Evaluations keep the figures they stand on: their own cut of a month, as it was taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; evaluations of before keep the months they certified."""
    op.create_table(
        "evaluation_cut",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("plan_code", sa.String(40), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("number", Identifier, nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("formula_version", sa.String(20), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name="fk_evaluation_cut_plan_code"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_cut"),
        sa.UniqueConstraint("plan_code", "month", "number", name="uq_evaluation_cut_plan_code_month_number"),
    )
