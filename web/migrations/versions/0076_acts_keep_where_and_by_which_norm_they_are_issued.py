"""An act keeps where it is given and by which norms, as the card of its sector said when it was drafted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Acts that there are keep what their sector says today, which is what they would be printed with."""
    for column, of_sector, kind in (("place", "act_place", sa.String(100)), ("powers", "act_powers", sa.Text())):
        op.add_column("administrative_act", sa.Column(column, kind, nullable=False, server_default=""))
        op.execute(
            f"UPDATE administrative_act SET {column} = (SELECT sector.{of_sector} FROM plan JOIN sector "  # noqa: S608
            "ON sector.code = plan.sector_code WHERE plan.code = administrative_act.plan_code)"
        )
