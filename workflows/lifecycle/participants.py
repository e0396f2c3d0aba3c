"""The entities that take part in a plan."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.indicators.models import Indicator
from workflows.lifecycle.models import PlanEntity
from workflows.people.models import Entity
from workflows.plan.models import Project


def entities(session: Session, plan_code: str) -> list[str]:
    """The active entities of a plan, in their order: those linked to it when it was created.

    A plan that was loaded from a workbook links none: then those with an indicator or a project.
    """
    linked = set(session.scalars(sa.select(PlanEntity.entity_code).where(PlanEntity.plan_code == plan_code)))
    chosen = linked or _with_something_to_report(session, plan_code)
    ordered = session.scalars(sa.select(Entity.code).where(Entity.active).order_by(Entity.position, Entity.code))
    return [code for code in ordered if code in chosen]


def link(session: Session, plan_code: str, codes: Sequence[str]) -> None:
    """Link exactly these entities to a plan."""
    session.execute(sa.delete(PlanEntity).where(PlanEntity.plan_code == plan_code))
    session.add_all(
        PlanEntity(plan_code=plan_code, entity_code=code, position=place) for place, code in enumerate(codes)
    )
    session.flush()


def _with_something_to_report(session: Session, plan_code: str) -> set[str]:
    indicators = session.scalars(
        sa.select(Indicator.entity_code).where(Indicator.plan_code == plan_code, Indicator.active).distinct()
    )
    projects = session.scalars(sa.select(Project.entity_code).where(Project.plan_code == plan_code).distinct())
    return set(indicators) | set(projects)
