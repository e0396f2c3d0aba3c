"""People ask and answer about tasks, rows and cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "comment",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("instance_id", Identifier, nullable=False),
        sa.Column("task_id", Identifier, nullable=True),
        sa.Column("thread_id", Identifier, nullable=True),
        sa.Column("entity", sa.String(20), nullable=False),
        sa.Column("row", sa.String(200), nullable=False),
        sa.Column("author", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentioned", sa.JSON(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_comment_instance_id_instance")),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_comment_task_id_user_task")),
        sa.ForeignKeyConstraint(["thread_id"], ["comment.id"], name=op.f("fk_comment_thread_id_comment")),
        sa.ForeignKeyConstraint(["author"], ["person.username"], name=op.f("fk_comment_author_person")),
    )
    op.create_index("ix_comment_instance", "comment", ["instance_id", "id"])
    op.create_index(op.f("ix_comment_task_id"), "comment", ["task_id"])
    op.create_index(op.f("ix_comment_thread_id"), "comment", ["thread_id"])
