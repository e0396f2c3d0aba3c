"""What was left at a change of government is kept; documents are found by their file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and the index that reading a file asks for."""
    op.create_table(
        "changeover",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("plan_code", sa.String(40), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changeover"),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name="fk_changeover_plan_code_plan"),
    )
    op.create_index("ix_changeover_plan_code", "changeover", ["plan_code"])
    op.create_index("ix_document_file_id", "document", ["file_id"])
