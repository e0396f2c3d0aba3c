"""The choices that come from a plan's own records: its lines, goals, indicators and projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa

from workflows.forms.handlers import Catalogue, FormContext, Option
from workflows.goals.models import Goal, Line, Objective
from workflows.indicators.models import Indicator
from workflows.indicators.states import OF_PLAN
from workflows.plan.models import Project, ProjectGoal


def lines(context: FormContext) -> Sequence[Option]:
    """The plan's lines: code, «L1 Nombre»."""
    query = sa.select(Line.code, Line.name).where(Line.plan_code == context.plan_code, Line.weight > 0)
    return _told(context, query.order_by(Line.position, Line.code))


def objectives(context: FormContext) -> Sequence[Option]:
    """The plan's objectives: code, «O1.1 Nombre»."""
    query = sa.select(Objective.code, Objective.name)
    query = query.where(Objective.plan_code == context.plan_code, Objective.weight > 0)
    return _told(context, query.order_by(Objective.position, Objective.code))


def goals(context: FormContext) -> Sequence[Option]:
    """The plan's goals, those of the task's entity where it has one: code, «MR-1.1 Enunciado»."""
    query = sa.select(Goal.code, Goal.statement).where(Goal.plan_code == context.plan_code)
    if entity := context.variables.get("entidad"):
        query = query.where(Goal.entity_code == entity)
    return _told(context, query.order_by(Goal.position, Goal.code))


def indicators(context: FormContext) -> Sequence[Option]:
    """The plan's indicators in force: code, «IR-1.1 Nombre»."""
    query = sa.select(Indicator.code, Indicator.name)
    query = query.where(Indicator.plan_code == context.plan_code, Indicator.active)
    query = query.where(Indicator.kind.in_(OF_PLAN))
    return _told(context, query.order_by(Indicator.position, Indicator.code))


def projects(context: FormContext) -> Sequence[Option]:
    """The investment projects, those of the task's entity where it has one: code, «1094 Nombre»."""
    query = sa.select(Project.code, Project.name).where(Project.plan_code == context.plan_code)
    if entity := context.variables.get("entidad"):
        query = query.where(Project.entity_code == entity)
    return _told(context, query.order_by(Project.code))


def project_goals(context: FormContext) -> Sequence[Option]:
    """The goals of the projects: id, «1094 · Enunciado»."""
    query = sa.select(ProjectGoal.id, Project.code, ProjectGoal.statement).join(
        Project, Project.id == ProjectGoal.project_id
    )
    query = query.where(ProjectGoal.plan_code == context.plan_code)
    if entity := context.variables.get("entidad"):
        query = query.where(Project.entity_code == entity)
    rows = context.session.execute(query.order_by(Project.code, ProjectGoal.position, ProjectGoal.id))
    return [(str(id_), f"{project} · {statement}") for id_, project, statement in rows]


def _told(context: FormContext, query: sa.Select[str, str]) -> Sequence[Option]:
    return [(code, f"{code} {name}") for code, name in context.session.execute(query)]


PLAN_CATALOGUES: Mapping[str, Catalogue] = MappingProxyType(
    {
        "lineas": lines,
        "objetivos": objectives,
        "metas": goals,
        "indicadores": indicators,
        "proyectos": projects,
        "metas_de_proyecto": project_goals,
    }
)
"""The catalogues by the names that forms write."""
