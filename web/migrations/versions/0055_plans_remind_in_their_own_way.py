"""Plans have reminder policies of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reminder_policy",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("plan_code", sa.String(40), nullable=False),
        sa.Column("process_key", sa.String(100), nullable=False),
        sa.Column("element_id", sa.String(200), nullable=False),
        sa.Column("reminders", sa.String(200), nullable=False),
        sa.Column("escalations", sa.String(1000), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("set_by", sa.String(60), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_policy")),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name=op.f("fk_reminder_policy_plan_code_plan")),
        sa.UniqueConstraint(
            "plan_code", "process_key", "element_id", name=op.f("uq_reminder_policy_plan_code_process_key_element_id")
        ),
    )
