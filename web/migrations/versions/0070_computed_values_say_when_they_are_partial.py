"""The value of a computed indicator says whether a goal was not in it: then it makes no bottleneck, nor ends one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was told before nobody knows; it stays as it was judged."""
    for table in ("measurement", "former_datum"):
        op.add_column(table, sa.Column("partial", sa.Boolean(), server_default=sa.false(), nullable=False))
