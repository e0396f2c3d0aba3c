"""Open tasks are offered to groups of their sector, and roles have names that any sector can use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMES = {
    "coordinador_pes": "Coordinación del PES",
    "profesional_sectorial": "Grupo de planeación sectorial",
    "juridica": "Dirección jurídica",
}
OF_NO_SECTOR = "ciudadania"


def upgrade() -> None:
    """`coordinador_pes` becomes `coordinador_pes@GOB`, `enlace_planeacion@SDG` becomes `enlace_planeacion@GOB/SDG`."""
    connection = op.get_bind()
    _rename_role(connection)
    sector = connection.scalar(sa.text("SELECT code FROM sector"))
    groups = connection.scalars(sa.text("SELECT DISTINCT group_id FROM task_candidate")).all()
    update = sa.text("UPDATE task_candidate SET group_id = :now WHERE group_id = :before")
    for before in groups if sector else ():
        role, _, entity = before.partition("@")
        role = "juridica" if role == "juridica_sdg" else role
        now = f"{role}@{sector}/{entity}" if entity else f"{role}@{sector}"
        if role != OF_NO_SECTOR:
            connection.execute(update, {"now": now, "before": before})


def _rename_role(connection: sa.Connection) -> None:
    copy = "INSERT INTO role (id, name, scope, position) SELECT 'juridica', name, scope, position FROM role "
    connection.execute(sa.text(copy + "WHERE id = 'juridica_sdg'"))
    connection.execute(sa.text("UPDATE person_role SET role_id = 'juridica' WHERE role_id = 'juridica_sdg'"))
    connection.execute(sa.text("DELETE FROM role WHERE id = 'juridica_sdg'"))
    for role, name in NAMES.items():
        connection.execute(sa.text("UPDATE role SET name = :name WHERE id = :role"), {"name": name, "role": role})
