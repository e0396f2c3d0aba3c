"""What a person validates or endorses is kept as they saw it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; of what was signed off before, no record was kept."""
    op.create_table(
        "sign_off",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("task_id", Identifier, nullable=False),
        sa.Column("period_id", Identifier, nullable=False),
        sa.Column("entity_code", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_off"),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name="fk_sign_off_task_id_user_task"),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name="fk_sign_off_period_id_period"),
        sa.ForeignKeyConstraint(["entity_code"], ["entity.code"], name="fk_sign_off_entity_code_entity"),
        sa.UniqueConstraint("task_id", name="uq_sign_off_task_id"),
    )
    op.create_index("ix_sign_off_period_id", "sign_off", ["period_id"])
