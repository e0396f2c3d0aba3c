"""The entities that take part in a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from workflows.plan.models import Plan, PlanEntity
from workflows.sectors.models import Entity, SectorEntity


def entities(session: Session, plan_code: str) -> list[str]:
    """The active entities of a plan, in their order."""
    return list(session.scalars(taking_part(plan_code, Entity.code)))


def taking_part(plan_code: str, *columns: Any) -> sa.Select[Any]:
    """Ask for the active entities that take part in a plan, in the order of its sector."""
    query = in_order(plan_code, *columns).join(
        PlanEntity, sa.and_(PlanEntity.plan_code == Plan.code, PlanEntity.entity_code == Entity.code)
    )
    return query.where(Entity.active)


def in_order(plan_code: str, *columns: Any) -> sa.Select[Any]:
    """Ask for the entities of the sector of a plan in their order, also those that are gone: they have a past in it."""
    return (
        sa.select(*columns)
        .select_from(Plan)
        .join(SectorEntity, SectorEntity.sector_code == Plan.sector_code)
        .join(Entity, Entity.code == SectorEntity.entity_code)
        .where(Plan.code == plan_code)
        .order_by(SectorEntity.position, Entity.code)
    )


def include(session: Session, plan_code: str, codes: Iterable[str]) -> None:
    """Link these entities too; who already takes part stays."""
    known = set(session.scalars(sa.select(PlanEntity.entity_code).where(PlanEntity.plan_code == plan_code)))
    new = [code for code in dict.fromkeys(codes) if code not in known]
    session.add_all(
        PlanEntity(plan_code=plan_code, entity_code=code, position=place)
        for place, code in enumerate(new, start=len(known))
    )
    session.flush()


def link(session: Session, plan_code: str, codes: Sequence[str]) -> None:
    """Link exactly these entities to a plan."""
    replace_rows(
        session,
        PlanEntity,
        {"plan_code": plan_code},
        ({"entity_code": code, "position": place} for place, code in enumerate(codes)),
    )
