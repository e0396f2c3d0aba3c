"""Programs have tokens, and may be somebody of their own; what they were answered is kept for a while."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables and, in place, what tells a service from a person: nobody who is there is one."""
    op.add_column("person", sa.Column("is_service", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "api_token",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_api_token_username_person"),
        sa.UniqueConstraint("token_sha256", name="uq_api_token_token_sha256"),
    )
    op.create_index("ix_api_token_username", "api_token", ["username"])
    op.create_table(
        "kept_answer",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("asked_sha256", sa.String(64), nullable=False),
        sa.Column("status", Identifier, nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("username", "key", name="pk_kept_answer"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_kept_answer_username_person"),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"])
