"""What makes versions of decisions unique is called as every other such constraint: 0033 left a word out."""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it again under its name."""
    with op.batch_alter_table("decision_version") as batch:
        batch.drop_constraint(op.f("uq_decision_version_decision_key"), type_="unique")
        batch.create_unique_constraint(op.f("uq_decision_version_decision_key_version"), ["decision_key", "version"])
