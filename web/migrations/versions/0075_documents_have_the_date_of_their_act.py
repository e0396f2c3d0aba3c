"""A document has the moment of its act: of the month's publication, of the minutes' approval, of the act's day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

WHEN = """
UPDATE document SET dated_at = COALESCE(
    (SELECT p.published_at FROM period p WHERE document.kind = 'informe_mensual'
     AND p.plan_code = document.plan_code AND p.code = document.key),
    (SELECT m.approved_at FROM meeting m WHERE document.kind = 'acta' AND CAST(m.id AS VARCHAR(60)) = document.key),
    made_at
)
"""
OF_ACTS = """
SELECT a.plan_code, a.id, a.dated_on, v.number FROM administrative_act a
LEFT JOIN plan_version p ON p.act_id = a.id LEFT JOIN document_version v ON v.id = p.document_version_id
WHERE a.dated_on IS NOT NULL
"""
DOCUMENT = sa.table(
    "document", sa.column("plan_code"), sa.column("kind"), sa.column("key"), sa.column("dated_at", UtcDateTime())
)
BOGOTA = ZoneInfo("America/Bogota")


def upgrade() -> None:
    """What no record dates has the moment its files were made."""
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("dated_at", UtcDateTime(), nullable=True))
    op.execute(WHEN)
    _date_acts()
    with op.batch_alter_table("document") as batch:
        batch.alter_column("dated_at", existing_type=UtcDateTime(), nullable=False)


def _date_acts() -> None:
    """An act is of its day's end, as is the version of the plan that it put in force."""
    days = sa.text(OF_ACTS).columns(
        sa.column("plan_code"), sa.column("id"), sa.column("dated_on", sa.Date), sa.column("number")
    )
    for plan_code, act_id, day, number in op.get_bind().execute(days).all():
        moment = dt.datetime.combine(day, dt.time(23, 59, 59), BOGOTA)
        for kind, key in (("acto", str(act_id)), ("pes", number)):
            of_it = (DOCUMENT.c.plan_code == plan_code, DOCUMENT.c.kind == kind, DOCUMENT.c.key == key)
            op.execute(sa.update(DOCUMENT).where(*of_it).values(dated_at=moment))
