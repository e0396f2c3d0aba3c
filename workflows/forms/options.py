"""The choices behind a select, by the name that a form gives its catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa

from workflows.calendar import bogota_day
from workflows.forms.handlers import Catalogue, FormContext, Option
from workflows.people.holdings import of_sectors
from workflows.people.models import Person, Role
from workflows.people.states import RoleScope
from workflows.sectors.models import Entity, SectorEntity


def people(context: FormContext) -> Sequence[Option]:
    """Everybody active of the sector: username, «Nombre · ENTIDAD»; those of the task's entity first."""
    entity = str(context.variables.get("entidad") or "")
    query = sa.select(Person.username, Person.name, Person.entity_code).where(
        Person.active, of_sectors([context.sector], bogota_day(context.now()))
    )
    rows = context.session.execute(query.order_by(Person.name)).all()
    ordered = sorted(rows, key=lambda row: row.entity_code != entity) if entity else rows
    return [(row.username, f"{row.name} · {row.entity_code or '—'}") for row in ordered]


def entities(context: FormContext) -> Sequence[Option]:
    """The entities of the sector in their order."""
    rows = context.session.execute(
        sa.select(Entity.code, Entity.name)
        .join(SectorEntity, SectorEntity.entity_code == Entity.code)
        .where(Entity.active, SectorEntity.sector_code == context.sector, SectorEntity.until.is_(None))
        .order_by(SectorEntity.position, Entity.code)
    )
    return [(code, name) for code, name in rows]


def roles(context: FormContext) -> Sequence[Option]:
    """The roles in their order."""
    rows = context.session.execute(
        sa.select(Role.id, Role.name).where(Role.scope != RoleScope.INSTALLATION).order_by(Role.position, Role.id)
    )
    return [(role, name) for role, name in rows]


CATALOGUES: Mapping[str, Catalogue] = MappingProxyType({"personas": people, "entidades": entities, "roles": roles})
"""The catalogues of every form; names as the forms write them."""
