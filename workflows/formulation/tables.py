"""The plan's own tables that sections of its document show: built from the records, never typed twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.documents.states import Reserve
from workflows.formulation import battery, funding, sources, structure, team, tool
from workflows.formulation.models import ChapterTitle, Source
from workflows.formulation.structure import Heading
from workflows.goals.models import Goal, Line, Objective
from workflows.indicators.models import Indicator, YearTarget
from workflows.indicators.states import IndicatorKind
from workflows.plan import participants
from workflows.plan.models import Plan, Project, ProjectBudget
from workflows.prioritization import framework, swot, themes
from workflows.records.stored import latest_bands
from workflows.sectors.models import Entity, SectorEntity
from workflows.spanish import number
from workflows.surveys import conducting
from workflows.surveys.states import SurveyState

MILLION = Decimal(1_000_000)

Table = dict[str, Any]
"""`{"caption", "head", "rows"}`, as a version keeps it: texts only."""


@dataclass(frozen=True, slots=True)
class Question:
    """For which section of which plan a table is built."""

    session: Session
    plan_code: str
    heading: Heading


Builder = Callable[[Question], Table]


def build(session: Session, plan_code: str, heading: Heading, names: Iterable[str]) -> list[Table]:
    """The tables that a section shows; those that have no rows yet are left out."""
    asked = Question(session, plan_code, heading)
    built = [TABLES[name](asked) for name in names if name in TABLES]
    return [table for table in built if table["rows"]]


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> Table:
    """A table of finished texts."""
    return {"caption": caption, "head": list(head), "rows": [[_told(cell) for cell in row] for row in rows]}


def _told(cell: Any) -> str:
    if cell is None or cell == "":
        return "—"
    return cell if isinstance(cell, str) else number(cell)


def _entities(asked: Question) -> Table:
    query = participants.taking_part(asked.plan_code, Entity.code, Entity.name, SectorEntity.sector_role)
    rows = [(code, name, role.replace("_", " ")) for code, name, role in asked.session.execute(query)]
    return table("Entidades del sector", ("Sigla", "Entidad", "Papel en el sector"), rows)


def _sources_of(topic: str, caption: str) -> Builder:
    def build_table(asked: Question) -> Table:
        query = sa.select(Source).where(
            Source.plan_code == asked.plan_code, Source.topic == topic, Source.reserve == Reserve.PUBLIC
        )
        found = asked.session.scalars(query.order_by(Source.year, Source.title))
        rows = [(str(source.year), source.title, source.entity_code, source.link) for source in found]
        return table(caption, ("Año", "Documento", "Entidad que lo aportó", "Enlace"), rows)

    return build_table


def _stakeholders(asked: Question) -> Table:
    words = {"entidad": "Entidad", "organizacion": "Organización", "ciudadania": "Ciudadanía", "academia": "Academia"}
    rows = [(s.name, words.get(s.kind, s.kind), s.interest) for s in team.stakeholders(asked.session, asked.plan_code)]
    return table("Actores y partes interesadas", ("Actor", "Tipo", "Interés"), rows)


def _themes(asked: Question) -> Table:
    rows = [
        (t.name, t.directors, t.technical_teams, t.community, t.swot, t.sources, t.total, t.decision, t.reason)
        for t in themes.of_plan(asked.session, asked.plan_code)
    ]
    head = ("Tema", "Directivos", "Equipos", "Comunidad", "DOFA", "Fuentes", "Total", "Decisión", "Razón")
    return table("Priorización de temas", head, rows)


def _diagnoses(asked: Question) -> Table:
    rows = [
        (d.entity_code, str(d.year), d.average, d.synthesis) for d in sources.diagnoses(asked.session, asked.plan_code)
    ]
    return table("Autodiagnóstico", ("Entidad", "Año", "Promedio (1 a 5)", "Síntesis"), rows)


def _swot(asked: Question) -> Table:
    rows = [
        (swot.QUADRANTS[entry.quadrant], entry.text, entry.cluster, entry.joint_score or entry.score)
        for entry in swot.entries(asked.session, asked.plan_code)
        if asked.heading.entity in ("", entry.entity_code)
    ]
    return table("Matriz DOFA", ("Cuadrante", "Entrada", "Grupo", "Puntaje"), rows)


def swot_by_quadrant(session: Session, plan_code: str) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in each quadrant of the sector's matrix, the highest score first."""
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in swot.QUADRANTS.values()}
    for entry in sorted(swot.entries(session, plan_code), key=lambda one: -(one.joint_score or one.score)):
        told = (entry.entity_code, entry.text, entry.cluster, entry.joint_score or entry.score)
        found[swot.QUADRANTS[entry.quadrant]].append(told)
    return {name: rows for name, rows in found.items() if rows}


def _problems(asked: Question) -> Table:
    rows = [(p.problem, p.entities, p.cause) for p in swot.problems(asked.session, asked.plan_code)]
    return table("Problemas de articulación", ("Problema", "Entidades", "Causa"), rows)


def _survey(asked: Question) -> Table:
    rows = [
        (survey.question, option.text, option.votes)
        for survey in conducting.of_plan(asked.session, asked.plan_code)
        if survey.state in (SurveyState.CLOSED, SurveyState.PUBLISHED)
        for option in survey.options
    ]
    return table("Encuesta a la ciudadanía", ("Pregunta", "Opción", "Respuestas"), rows)


def _framework(asked: Question) -> Table:
    rows = [
        (objective.code, objective.name, government, theirs)
        for objective, government, theirs in framework.roots(asked.session, asked.plan_code)
    ]
    head = ("Código", "Objetivo estratégico", "Tema del gobierno", "Tema de la ciudadanía")
    return table("Objetivos estratégicos y de dónde salen", head, rows)


def _objectives(asked: Question) -> Table:
    query = sa.select(Objective).where(Objective.plan_code == asked.plan_code, Objective.weight > 0)
    if asked.heading.code.startswith(f"{structure.BETS}."):
        query = query.where(_told_under(asked))
    found = asked.session.scalars(query.order_by(Objective.position))
    rows = [(o.code, o.name, o.lead_entity, o.weight, o.expected_result) for o in found]
    head = ("Código", "Objetivo", "Entidad líder", "Peso en la línea (%)", "Resultado esperado")
    return table("Objetivos", head, rows)


def _told_under(asked: Question) -> sa.ColumnElement[bool]:
    """The objectives of a section: those told under its title, or those of its line where the lines are the titles."""
    own = sa.select(ChapterTitle.id).where(ChapterTitle.plan_code == asked.plan_code)
    if asked.session.scalar(own.limit(1)) is not None:
        return Objective.theme == asked.heading.code
    lines = sa.select(Line.id).where(Line.plan_code == asked.plan_code, Line.weight > 0).order_by(Line.position)
    place = int(asked.heading.code.rpartition(".")[2])
    return Objective.line_id.in_(list(asked.session.scalars(lines.offset(place - 1).limit(1))))


def _funding(asked: Question) -> Table:
    """Of an entity its projects, else the sector: by source and year, in millions of pesos."""
    if asked.heading.entity:
        head, rows = funding.of_entity(asked.session, asked.plan_code, asked.heading.entity)
        caption = f"Recursos estimados de {asked.heading.entity} por proyecto, fuente y año (millones de pesos)"
    else:
        head, rows = funding.matrix(asked.session, asked.plan_code)
        caption = "Recursos estimados por entidad, fuente y año (millones de pesos)"
    return table(caption, head, ([*row[:2], *(number(amount / MILLION, 1) for amount in row[2:])] for row in rows))


def _tool(asked: Question) -> Table:
    words = {"mensual": "Cada mes", "bimestral": "Cada dos meses", "trimestral": "Cada trimestre"}
    designed = tool.find(asked.session, asked.plan_code)
    rows = [("Descripción", designed.description), ("Periodicidad", words[designed.cadence])] if designed else []
    rows += [("Por qué no es mensual", designed.reason)] if designed and designed.reason else []
    return table("La herramienta de seguimiento", ("Elemento", "Diseño"), rows)


def _budget(asked: Question) -> Table:
    query = (
        sa.select(Project.code, Project.name, ProjectBudget.year, ProjectBudget.appropriation)
        .join(ProjectBudget, ProjectBudget.project_id == Project.id)
        .where(Project.plan_code == asked.plan_code, ProjectBudget.appropriation.is_not(None))
        .order_by(Project.code, ProjectBudget.year)
    )
    if asked.heading.entity:
        query = query.where(Project.entity_code == asked.heading.entity)
    rows = [(code, name, str(year), money) for code, name, year, money in asked.session.execute(query)]
    head = ("Proyecto", "Nombre", "Año", "Apropiación (millones de COP)")
    return table("Recursos por proyecto y año", head, rows)


def _goals_of(kind: str, caption: str) -> Builder:
    def build_table(asked: Question) -> Table:
        query = (
            sa.select(Objective.code, Goal)
            .join(Objective, Objective.id == Goal.objective_id)
            .where(Goal.plan_code == asked.plan_code, Goal.kind == kind)
            .order_by(Goal.position, Goal.code)
        )
        found = asked.session.execute(query)
        rows = [(goal.code, objective, goal.statement, goal.entity_code) for objective, goal in found]
        return table(caption, ("Código", "Objetivo", "Meta", "Entidad"), rows)

    return build_table


def _alignment(asked: Question) -> Table:
    rows = [(goal.code, goal.statement, goal.alignment) for goal in battery.goals(asked.session, asked.plan_code)]
    return table("Alineación con el plan de desarrollo", ("Meta", "Enunciado", "Se alinea con"), rows)


def _indicators(asked: Question) -> Table:
    plan = asked.session.get_one(Plan, asked.plan_code)
    years = range(plan.first_year, plan.first_year + plan.years)
    indicators = battery.indicators(asked.session, asked.plan_code)
    targets = _targets(asked.session, indicators)
    rows = [
        (i.code, i.name, i.entity_code, i.unit, i.annualization, i.baseline, *(targets.get((i.id, y)) for y in years))
        for i in indicators
    ]
    head = ("Código", "Indicador", "Entidad", "Unidad", "Anualización", "Línea base", *(str(year) for year in years))
    return table("Batería de indicadores", head, rows)


def _targets(session: Session, indicators: Iterable[Indicator]) -> dict[tuple[int, int], Any]:
    query = sa.select(YearTarget).where(YearTarget.indicator_id.in_([indicator.id for indicator in indicators]))
    return {(row.indicator_id, row.year): row.target for row in session.scalars(query)}


def _traffic_light(asked: Question) -> Table:
    rows = [
        (band.color, f"hasta {number(band.up_to)} %" if band.up_to is not None else "lo que pase de ahí")
        for band in latest_bands(asked.session, asked.plan_code)
    ]
    return table("Semáforo", ("Color", "Cumplimiento a la fecha"), rows)


TABLES: Mapping[str, Builder] = MappingProxyType(
    {
        "entidades": _entities,
        "normograma": _sources_of("normatividad", "Normograma"),
        "politicas": _sources_of("politicas_publicas", "Políticas públicas"),
        "mipg": _sources_of("mipg", "Documentos del MIPG"),
        "alineacion": _alignment,
        "actores": _stakeholders,
        "temas": _themes,
        "autodiagnostico": _diagnoses,
        "dofa": _swot,
        "problemas": _problems,
        "encuesta": _survey,
        "marco_estrategico": _framework,
        "objetivos_por_tema": _objectives,
        "financiamiento": _funding,
        "presupuesto": _budget,
        "metas_de_resultado": _goals_of(IndicatorKind.RESULT, "Metas de resultado"),
        "metas_de_producto": _goals_of(IndicatorKind.PRODUCT, "Metas de producto"),
        "indicadores": _indicators,
        "herramienta": _tool,
        "semaforo": _traffic_light,
    }
)
"""The tables by the name that a section keeps."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "entidades": "Entidades del sector",
        "normograma": "Normograma",
        "politicas": "Políticas públicas",
        "mipg": "Documentos del MIPG",
        "alineacion": "Alineación con el plan de desarrollo",
        "actores": "Actores y partes interesadas",
        "temas": "Priorización de temas",
        "autodiagnostico": "Autodiagnóstico",
        "dofa": "Matriz DOFA",
        "problemas": "Problemas de articulación",
        "encuesta": "Resultados de la encuesta",
        "marco_estrategico": "Marco estratégico sectorial",
        "objetivos_por_tema": "Objetivos",
        "financiamiento": "Financiamiento por fuente y año",
        "presupuesto": "Recursos por proyecto y año",
        "metas_de_resultado": "Metas de resultado",
        "metas_de_producto": "Metas de producto",
        "indicadores": "Batería de indicadores",
        "herramienta": "Herramienta de seguimiento",
        "semaforo": "Semáforo",
    }
)
"""What people call them."""
