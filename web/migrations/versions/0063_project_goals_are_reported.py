"""Goals of investment projects have a data sheet, and are reported each month."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import ExactDecimal, Identifier

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a sheet be that of a project's goal, and a row of a month tell its money and its places."""
    with op.batch_alter_table("indicator") as batch:
        batch.alter_column("objective_id", existing_type=Identifier, nullable=True)
        batch.add_column(sa.Column("rule", sa.String(20), nullable=False, server_default=""))
    with op.batch_alter_table("project_goal") as batch:
        batch.add_column(sa.Column("sheet_id", Identifier, nullable=True))
        batch.add_column(sa.Column("funded", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("equivalence", sa.String(200), nullable=False, server_default=""))
        batch.create_foreign_key(op.f("fk_project_goal_sheet_id_indicator"), "indicator", ["sheet_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_project_goal_sheet_id"), ["sheet_id"])
    op.add_column("project", sa.Column("development_plan", sa.String(300), nullable=False, server_default=""))
    for column in ("appropriation", "commitments", "payments"):
        op.add_column("measurement", sa.Column(column, ExactDecimal(), nullable=True))
    op.add_column("measurement", sa.Column("places", sa.JSON(), nullable=False, server_default="{}"))
