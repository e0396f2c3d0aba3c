"""Whoever has a task asks others to fill in some of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "help",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("task_id", Identifier, nullable=False),
        sa.Column("helper", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_help_task_id_user_task")),
        sa.ForeignKeyConstraint(["helper"], ["person.username"], name=op.f("fk_help_helper_person")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.username"], name=op.f("fk_help_asked_by_person")),
    )
    op.create_index(op.f("ix_help_task_id"), "help", ["task_id"])
    op.create_index(op.f("ix_help_helper"), "help", ["helper"])
