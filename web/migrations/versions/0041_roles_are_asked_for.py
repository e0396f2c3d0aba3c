"""Whoever draws processes asks that people hold a role; an administrator gives it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "asked_role",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("role_id", sa.String(60), nullable=False),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("entity_code", sa.String(20), nullable=False),
        sa.Column("asked_by", sa.String(60), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("username", "role_id", "sector_code", "entity_code", name="pk_asked_role"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_asked_role_username_person"),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name="fk_asked_role_role_id_role"),
    )
