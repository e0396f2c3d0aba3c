"""A role may approve at a link by mail, with a code that goes to the same address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Off for every role."""
    with op.batch_alter_table("role") as batch:
        batch.add_column(sa.Column("approves_by_mail", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "approval_link",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("task_id", Identifier, nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("code_sent_at", UtcDateTime(), nullable=True),
        sa.Column("codes", Identifier, nullable=False),
        sa.Column("tries", Identifier, nullable=False),
        sa.Column("spent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_link")),
        sa.UniqueConstraint("task_id", "username", name=op.f("uq_approval_link_task_id_username")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_approval_link_token_sha256")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_approval_link_task_id_user_task")),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_approval_link_username_person")),
    )
    op.create_index(op.f("ix_approval_link_username"), "approval_link", ["username"])
