"""What stood in a draft before each change is kept until it is published; who has it open is seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what was changed before can't be taken back."""
    op.create_table(
        "definition_draft_step",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("tenant", sa.String(40), server_default="", nullable=False),
        sa.Column("revision", Identifier, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_definition_draft_step"),
    )
    op.create_index("ix_definition_draft_step_of", "definition_draft_step", ["key", "tenant", "id"])
    op.create_table(
        "definition_editing",
        sa.Column("name", sa.String(150), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "username", name="pk_definition_editing"),
    )
