"""Several processes are released together, or none of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give a release the word that those bear which go together; what was released before went alone."""
    op.add_column("definition_release", sa.Column("together", sa.String(32), nullable=True))
    op.create_index(op.f("ix_definition_release_together"), "definition_release", ["together"])
