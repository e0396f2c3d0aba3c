"""The choices that come from a plan's own records: its lines, goals, indicators, projects and sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa

from workflows.documents.models import DocumentSection, PlanDocument
from workflows.forms.handlers import Catalogue, FormContext, Option
from workflows.goals.models import Goal, Line, Objective
from workflows.indicators.models import Indicator
from workflows.plan.models import Project, ProjectGoal

PLAN_DOCUMENT = "pes"


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


def sections(context: FormContext) -> Sequence[Option]:
    """The sections of the plan's document: code, «1.2 Antecedentes»."""
    query = (
        sa.select(DocumentSection.code, DocumentSection.title)
        .join(PlanDocument, PlanDocument.id == DocumentSection.document_id)
        .where(PlanDocument.plan_code == context.plan_code, PlanDocument.kind == PLAN_DOCUMENT)
    )
    return _told(context, query.order_by(DocumentSection.position))


def elements(context: FormContext) -> Sequence[Option]:
    """What a modification may touch: `linea:L1`, `objetivo:O1.1`, `meta:MR-1.1`, `indicador:IR-1.1`."""
    kinds: list[tuple[str, str, Catalogue]] = [("linea", "Línea", lines), ("objetivo", "Objetivo", objectives)]
    kinds += [("meta", "Meta", goals), ("indicador", "Indicador", indicators)]
    return [(f"{kind}:{code}", f"{word} {label}") for kind, word, listed in kinds for code, label in listed(context)]


def _told(context: FormContext, query: sa.Select[tuple[str, str]]) -> Sequence[Option]:
    return [(code, f"{code} {name}") for code, name in context.session.execute(query)]


PLAN_CATALOGUES: Mapping[str, Catalogue] = MappingProxyType(
    {
        "lineas": lines,
        "objetivos": objectives,
        "metas": goals,
        "indicadores": indicators,
        "proyectos": projects,
        "metas_de_proyecto": project_goals,
        "secciones": sections,
        "elementos_del_plan": elements,
    }
)
"""The catalogues by the names that forms write."""

PLAN_CATALOGUE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "lineas": "Líneas del plan",
        "objetivos": "Objetivos del plan",
        "metas": "Metas del plan",
        "indicadores": "Indicadores del plan",
        "proyectos": "Proyectos de inversión",
        "metas_de_proyecto": "Metas de los proyectos",
        "secciones": "Secciones del documento PES",
        "elementos_del_plan": "Elementos del plan que se pueden modificar",
    }
)
"""What the form editor calls them."""
