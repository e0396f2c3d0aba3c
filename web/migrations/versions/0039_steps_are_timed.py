"""The tasks of a process by when they were done: how long its steps take is read without the rest."""

from __future__ import annotations

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index in place."""
    op.create_index("ix_user_task_process", "user_task", ["process_key", "id"])
