"""The archived file of a plan, kept as public before, is closed as what it holds is: its bitácora, reserved supports."""

from __future__ import annotations

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

CLOSED = """
UPDATE stored_file SET reserve = CASE WHEN EXISTS (
    SELECT 1 FROM stored_file other WHERE other.sector_code = stored_file.sector_code AND other.reserve = 'reservada'
) THEN 'reservada' ELSE 'clasificada' END
WHERE reserve = 'publica' AND id IN (SELECT file_id FROM plan_archive WHERE file_id IS NOT NULL)
"""


def upgrade() -> None:
    """Mark those that are there; of new ones the archiving says it."""
    op.execute(CLOSED)
