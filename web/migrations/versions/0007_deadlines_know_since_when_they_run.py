"""Open deadlines know since when they run, so that they can follow the calendar when its days change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moment to tasks and timers, and the days with which they were reckoned.

    What is open now keeps its deadline: which of them people agreed on, nobody can tell.
    """
    op.add_column("user_task", sa.Column("due_since", UtcDateTime(), nullable=True))
    op.add_column("timer", sa.Column("since", UtcDateTime(), nullable=True))
    op.create_table(
        "reckoned_holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("day", "scope", name=op.f("pk_reckoned_holiday")),
    )
    op.execute("INSERT INTO reckoned_holiday (day, scope) SELECT day, scope FROM local_holiday")
