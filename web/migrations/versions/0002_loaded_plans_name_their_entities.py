"""Plans that were loaded from a file name the entities that take part, like those that were formulated here."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Link the entities with an active indicator or a project to every plan that links none."""
    op.execute(
        """
        INSERT INTO plan_entity (plan_code, entity_code, position)
        SELECT found.plan_code, found.entity_code, entity.position
        FROM (
            SELECT plan_code, entity_code FROM indicator WHERE active
            UNION
            SELECT plan_code, entity_code FROM project
        ) AS found
        JOIN entity ON entity.code = found.entity_code
        WHERE NOT EXISTS (SELECT 1 FROM plan_entity AS known WHERE known.plan_code = found.plan_code)
        """
    )
