"""What an installation held so far is one sector's: its plans, its entities, the roles that people hold."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LOCALITIES = (
    "Usaquén", "Chapinero", "Santa Fe", "San Cristóbal", "Usme", "Tunjuelito", "Bosa", "Kennedy", "Fontibón",
    "Engativá", "Suba", "Barrios Unidos", "Teusaquillo", "Los Mártires", "Antonio Nariño", "Puente Aranda",
    "La Candelaria", "Rafael Uribe Uribe", "Ciudad Bolívar", "Sumapaz",
)  # fmt: skip


def upgrade() -> None:
    """Make the tables, and the one sector where there is anything to be a sector's."""
    _create_tables()
    sector = _make_sector()
    _link_entities(sector)
    _move_holdings(sector)
    _move_plans(sector)
    with op.batch_alter_table("person") as batch:
        batch.alter_column("entity_code", existing_type=sa.String(20), nullable=True)
    with op.batch_alter_table("entity") as batch:
        batch.drop_column("sector_role")
        batch.drop_column("position")


def _create_tables() -> None:
    op.create_table(
        "sector",
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("head_entity", sa.String(20), nullable=True),
        sa.Column("first_level_name", sa.String(40), nullable=False),
        sa.Column("logo_file_id", Identifier, nullable=True),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sector")),
        sa.ForeignKeyConstraint(["head_entity"], ["entity.code"], name=op.f("fk_sector_head_entity")),
    )
    op.create_table(
        "sector_entity",
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("entity_code", sa.String(20), nullable=False),
        sa.Column("sector_role", sa.String(40), nullable=False),
        sa.Column("position", Identifier, nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("sector_code", "entity_code", name=op.f("pk_sector_entity")),
        sa.ForeignKeyConstraint(["sector_code"], ["sector.code"], name=op.f("fk_sector_entity_sector_code")),
        sa.ForeignKeyConstraint(["entity_code"], ["entity.code"], name=op.f("fk_sector_entity_entity_code")),
    )
    op.create_index(op.f("ix_sector_entity_entity_code"), "sector_entity", ["entity_code"])
    op.create_table(
        "sector_place",
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("position", Identifier, nullable=False),
        sa.PrimaryKeyConstraint("sector_code", "code", name=op.f("pk_sector_place")),
        sa.ForeignKeyConstraint(["sector_code"], ["sector.code"], name=op.f("fk_sector_place_sector_code")),
    )


def _make_sector() -> str:
    """The code of the one sector; empty where there is neither a plan nor an entity."""
    connection = op.get_bind()
    plan = connection.execute(
        sa.text("SELECT code, sector, first_level_name FROM plan ORDER BY state = 'vigente' DESC, code LIMIT 1")
    ).first()
    heads = (
        "SELECT code FROM entity WHERE sector_role = 'cabeza_de_sector' ORDER BY active DESC, position, code LIMIT 1"
    )
    head = connection.execute(sa.text(heads)).first()
    if plan is None and connection.execute(sa.text("SELECT 1 FROM entity")).first() is None:
        return ""
    named = re.match(r"(?:PES-)?([A-Z0-9]+)", plan.code) if plan is not None else None
    code = named[1][:20] if named else "SECTOR"
    sector = sa.table(
        "sector", *map(sa.column, ("code", "name", "head_entity", "first_level_name", "colour", "active"))
    )
    op.bulk_insert(
        sector,
        [
            {
                "code": code,
                "name": plan.sector if plan is not None else "Sector",
                "head_entity": head.code if head is not None else None,
                "first_level_name": plan.first_level_name if plan is not None else "línea",
                "colour": "#1f4e79",
                "active": True,
            }
        ],
    )
    places = sa.table("sector_place", *map(sa.column, ("sector_code", "code", "name", "kind", "position")))
    rows = [
        {"sector_code": code, "code": f"{place:02}", "name": name, "kind": "localidad", "position": place}
        for place, name in enumerate(LOCALITIES, start=1)
    ]
    op.bulk_insert(places, rows)
    return code


def _link_entities(sector: str) -> None:
    copy = sa.text(
        "INSERT INTO sector_entity (sector_code, entity_code, sector_role, position) "
        "SELECT CAST(:sector AS VARCHAR(20)), code, sector_role, position FROM entity"
    )
    op.execute(copy.bindparams(sector=sector))


def _move_holdings(sector: str) -> None:
    """A role holds in the sector, and a role of an entity in that where its holder works."""
    connection = op.get_bind()
    held = connection.execute(
        sa.text(
            "SELECT person_role.username, person_role.role_id, role.scope, person.entity_code FROM person_role "
            "JOIN role ON role.id = person_role.role_id JOIN person ON person.username = person_role.username"
        )
    ).all()
    op.drop_table("person_role")
    table = op.create_table(
        "person_role",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("role_id", sa.String(60), nullable=False),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("entity_code", sa.String(20), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("username", "role_id", "sector_code", "entity_code", name=op.f("pk_person_role")),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_person_role_username")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_person_role_role_id")),
    )
    rows = [
        {
            "username": one.username,
            "role_id": one.role_id,
            "sector_code": sector,
            "entity_code": one.entity_code if one.scope == "entidad" else "",
        }
        for one in held
    ]
    op.bulk_insert(table, rows)


def _move_plans(sector: str) -> None:
    with op.batch_alter_table("plan") as batch:
        batch.add_column(sa.Column("sector_code", sa.String(20), nullable=True))
    op.execute(sa.text("UPDATE plan SET sector_code = :sector").bindparams(sector=sector))
    with op.batch_alter_table("plan") as batch:
        batch.alter_column("sector_code", existing_type=sa.String(20), nullable=False)
        batch.drop_column("sector")
        batch.create_foreign_key(op.f("fk_plan_sector_code"), "sector", ["sector_code"], ["code"])
        batch.create_index(op.f("ix_plan_sector_code"), ["sector_code"])
    # A plan that named nobody was everybody's.
    op.execute(
        """
        INSERT INTO plan_entity (plan_code, entity_code, position)
        SELECT plan.code, entity.code, entity.position FROM plan CROSS JOIN entity
        WHERE entity.active AND NOT EXISTS (SELECT 1 FROM plan_entity AS known WHERE known.plan_code = plan.code)
        """
    )
