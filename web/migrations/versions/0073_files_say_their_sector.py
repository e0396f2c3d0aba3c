"""A file says its sector: of its task, of what it was kept for, else of the only one that who stored it works in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

WHOSE = """
UPDATE stored_file SET sector_code = COALESCE(
    (SELECT i.tenant FROM user_task t JOIN instance i ON i.id = t.instance_id WHERE t.id = stored_file.task_id),
    (SELECT min(p.sector_code) FROM document d JOIN plan p ON p.code = d.plan_code WHERE d.file_id = stored_file.id),
    (SELECT min(i.tenant) FROM start_file s JOIN instance i ON i.id = s.instance_id WHERE s.file_id = stored_file.id),
    (SELECT min(i.tenant) FROM letter l JOIN instance i ON i.id = l.instance_id WHERE l.file_id = stored_file.id),
    (SELECT min(a.sector_code) FROM act_template a WHERE a.file_id = stored_file.id),
    (SELECT CASE count(DISTINCT r.sector_code) WHEN 1 THEN min(r.sector_code) END FROM person_role r
     WHERE r.username = stored_file.stored_by AND r.sector_code <> ''),
    ''
)
"""


def upgrade() -> None:
    """Add the sector in place: the table may be large."""
    op.add_column("stored_file", sa.Column("sector_code", sa.String(20), nullable=False, server_default=""))
    op.execute(WHOSE)
