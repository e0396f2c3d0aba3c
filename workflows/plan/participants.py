"""The entities that take part in a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.plan.models import PlanEntity
from workflows.sectors.models import Entity


def entities(session: Session, plan_code: str) -> list[str]:
    """The active entities of a plan, in their order."""
    query = (
        sa.select(Entity.code)
        .join(PlanEntity, PlanEntity.entity_code == Entity.code)
        .where(PlanEntity.plan_code == plan_code, Entity.active)
        .order_by(Entity.position, Entity.code)
    )
    return list(session.scalars(query))


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
    session.execute(sa.delete(PlanEntity).where(PlanEntity.plan_code == plan_code))
    session.add_all(
        PlanEntity(plan_code=plan_code, entity_code=code, position=place) for place, code in enumerate(codes)
    )
    session.flush()
