"""A year of the plan opens: who plans it, and with which projects."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from workflows.errors import NotFound
from workflows.implementation.models import ActionPlan
from workflows.indicators.models import Indicator
from workflows.indicators.states import OF_PLAN
from workflows.plan import participants
from workflows.plan.models import Plan, Project, ProjectGoal
from workflows.sectors.models import Entity


@dataclass(frozen=True, slots=True)
class LinkedGoal:
    """A goal of a project, the project, and what it is measured by: its own sheet, else the indicator it feeds."""

    goal: ProjectGoal
    project: Project
    indicator: Indicator
    feeds: Indicator | None

    @property
    def is_measured(self) -> bool:
        """Whether it has a sheet of its own: it is reported each month."""
        return self.goal.sheet_id is not None


def open_year(session: Session, plan_code: str, year: int, instance_id: int) -> list[str]:
    """Begin the action plan of every entity with a project linked to the plan; gives their codes, in order.

    Doing it twice changes nothing.
    """
    _ensure_goals(session, plan_code)
    linked = {goal.project.entity_code for goal in linked_goals(session, plan_code)}
    entities = [code for code in participants.entities(session, plan_code) if code in linked]
    known = {plan.entity_code for plan in of_year(session, plan_code, year)}
    for code in entities:
        if code not in known:
            session.add(ActionPlan(plan_code=plan_code, entity_code=code, year=year, instance_id=instance_id))
    session.flush()
    return entities


def linked_goals(session: Session, plan_code: str, entity: str | None = None) -> list[LinkedGoal]:
    """The project goals that are measured or feed an active indicator of the plan, in the order of the plan."""
    fed = aliased(Indicator)
    query = (
        sa.select(ProjectGoal, Project, Indicator, fed)
        .join(Project, Project.id == ProjectGoal.project_id)
        .join(Indicator, Indicator.id == sa.func.coalesce(ProjectGoal.sheet_id, ProjectGoal.indicator_id))
        .outerjoin(fed, fed.id == ProjectGoal.indicator_id)
        .where(ProjectGoal.plan_code == plan_code, Indicator.active)
        .order_by(Project.code, Indicator.position, ProjectGoal.id)
    )
    if entity is not None:
        query = query.where(Project.entity_code == entity)
    return [LinkedGoal(*row) for row in session.execute(query)]


def find(session: Session, plan_code: str, entity: str, year: int) -> ActionPlan:
    """The action plan of an entity in a year. Raises `NotFound`."""
    plan = session.scalar(
        sa.select(ActionPlan).where(
            ActionPlan.plan_code == plan_code, ActionPlan.entity_code == entity, ActionPlan.year == year
        )
    )
    if plan is None:
        raise NotFound(f"{entity} no tiene plan de acción de {year}. Abra primero la vigencia.")
    return plan


def of_year(session: Session, plan_code: str, year: int) -> list[ActionPlan]:
    """The action plans of a year, in the order of the entities."""
    query = participants.in_order(plan_code, ActionPlan).join(
        ActionPlan, sa.and_(ActionPlan.plan_code == Plan.code, ActionPlan.entity_code == Entity.code)
    )
    query = query.where(ActionPlan.year == year).options(selectinload(ActionPlan.activities))
    return list(session.scalars(query))


def projects_of(plan: ActionPlan) -> list[Project]:
    """The projects that an action plan carries out, by code."""
    projects = {activity.project.id: activity.project for activity in plan.activities}
    return sorted(projects.values(), key=lambda project: project.code)


def _ensure_goals(session: Session, plan_code: str) -> None:
    """Give every indicator that names a project, and has no project goal, the one that is the indicator itself.

    Where the formulation told a project only by its code, what the project promises is what the indicator measures.
    """
    has_goal = sa.select(ProjectGoal.id).where(ProjectGoal.indicator_id == Indicator.id)
    query = (
        sa.select(Indicator, Project)
        .join(Project, sa.and_(Project.plan_code == Indicator.plan_code, Project.code == Indicator.project_code))
        .where(Indicator.plan_code == plan_code, Indicator.active, Indicator.kind.in_(OF_PLAN), ~has_goal.exists())
        .order_by(Indicator.position, Indicator.code)
    )
    for place, row in enumerate(session.execute(query).all()):
        session.add(
            ProjectGoal(
                plan_code=plan_code,
                project_id=row.Project.id,
                indicator_id=row.Indicator.id,
                statement=row.Indicator.name,
                contribution=Decimal(100),
                position=place,
            )
        )
    session.flush()
