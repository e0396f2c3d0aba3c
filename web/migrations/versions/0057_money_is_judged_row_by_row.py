"""Money and activities of a month are validated, returned and endorsed row by row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

ENTITY_OF_ACTIVITY = """
UPDATE activity_report SET entity_code = (
    SELECT action_plan.entity_code FROM planned_activity
    JOIN action_plan ON action_plan.id = planned_activity.action_plan_id
    WHERE planned_activity.id = activity_report.activity_id
)
"""


def upgrade() -> None:
    """Add the columns; what was reported so far counted, so it is taken as endorsed."""
    for table in ("budget_report", "activity_report"):
        op.add_column(table, sa.Column("state", sa.String(20), nullable=False, server_default="avalado"))
        op.add_column(table, sa.Column("return_reason", sa.Text(), nullable=False, server_default=""))
        for act in ("validated", "endorsed"):
            op.add_column(table, sa.Column(f"{act}_by", sa.String(100), nullable=True))
            op.add_column(table, sa.Column(f"{act}_at", UtcDateTime(), nullable=True))
    op.add_column("activity_report", sa.Column("entity_code", sa.String(20), nullable=True))
    op.execute(ENTITY_OF_ACTIVITY)
    with op.batch_alter_table("activity_report") as batch:
        batch.alter_column("entity_code", existing_type=sa.String(20), nullable=False)
        batch.create_foreign_key(op.f("fk_activity_report_entity_code_entity"), "entity", ["entity_code"], ["code"])
