"""A day that is not worked says of which sector it is, and of which entity, where it is of one alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew; a day of a plan becomes its sector's."""
    op.create_table(
        "local_holiday_of",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("entity_code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("day", "sector_code", "entity_code", name=op.f("pk_local_holiday_of")),
    )
    op.execute(
        "INSERT INTO local_holiday_of (day, sector_code, entity_code, name) "
        "SELECT h.day, COALESCE(p.sector_code, substr(h.scope, 1, 20)), '', min(h.name) "
        'FROM local_holiday h LEFT JOIN "plan" p ON p.code = h.scope GROUP BY 1, 2'
    )
    op.drop_table("local_holiday")
    op.rename_table("local_holiday_of", "local_holiday")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE local_holiday RENAME CONSTRAINT pk_local_holiday_of TO pk_local_holiday")
    with op.batch_alter_table("reckoned_holiday") as batch:
        batch.alter_column("scope", existing_type=sa.String(40), type_=sa.String(61), existing_nullable=False)
