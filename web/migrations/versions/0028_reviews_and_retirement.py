"""Drafts are looked at by a second person or wait for their day; processes are retired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns in place and the two tables; of drafts of before only who saved them last is known."""
    op.add_column("process_definition", sa.Column("reviewed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("process_definition", sa.Column("retired_at", UtcDateTime(), nullable=True))
    op.add_column("process_definition", sa.Column("retired_by", sa.String(100), nullable=False, server_default=""))
    op.add_column("process_definition", sa.Column("retired_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("definition_draft", sa.Column("authors", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "definition_release",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("process_key", sa.String(100), nullable=False),
        sa.Column("revision", Identifier, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(100), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", Identifier, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_definition_release"),
    )
    op.create_index("ix_definition_release_process_key", "definition_release", ["process_key"])
    op.create_index("ix_definition_release_state", "definition_release", ["state"])
    op.create_table(
        "definition_release_comment",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("release_id", Identifier, nullable=False),
        sa.Column("element", sa.String(100), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["definition_release.id"], name="fk_definition_release_comment_release_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_definition_release_comment"),
    )
    op.create_index("ix_definition_release_comment_release_id", "definition_release_comment", ["release_id"])
