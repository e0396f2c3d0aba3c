"""Work is handed over for good, and its record is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "handover",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("giver", sa.String(60), nullable=False),
        sa.Column("receiver", sa.String(60), nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.ForeignKeyConstraint(["giver"], ["person.username"], name=op.f("fk_handover_giver_person")),
        sa.ForeignKeyConstraint(["receiver"], ["person.username"], name=op.f("fk_handover_receiver_person")),
    )
    op.create_index(op.f("ix_handover_giver"), "handover", ["giver"])
    op.create_index(op.f("ix_handover_receiver"), "handover", ["receiver"])
