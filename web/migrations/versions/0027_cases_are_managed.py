"""Cases can be suspended; what is done or proposed with each is kept, with what undoes it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns in place and the table."""
    op.add_column("instance", sa.Column("suspended_at", UtcDateTime(), nullable=True))
    op.add_column("instance", sa.Column("suspended_by", sa.String(100), nullable=True))
    op.add_column("instance", sa.Column("suspended_why", sa.Text(), nullable=True))
    op.create_table(
        "case_change",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("instance_id", Identifier, nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(100), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(100), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("left_version", sa.Integer(), nullable=True),
        sa.Column("bound", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_case_change_instance_id_instance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_change")),
    )
    op.create_index("ix_case_change_instance", "case_change", ["instance_id", "id"])
    op.create_index("ix_case_change_batch", "case_change", ["batch"])
    op.create_index("ix_case_change_state", "case_change", ["state", "act", "decided_at"])
