"""What stands behind the plan's document: the sheet of every indicator, and what was gathered to write it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.documents import prose
from workflows.documents.models import DocumentSection, StoredFile
from workflows.documents.states import Reserve
from workflows.formulation import battery, tables
from workflows.formulation.models import ArticulationPoint, Product, ScheduleActivity
from workflows.formulation.structure import Heading
from workflows.formulation.tables import Table
from workflows.goals.models import Objective
from workflows.indicators.models import Indicator, YearTarget
from workflows.indicators.states import IndicatorKind
from workflows.people import directory
from workflows.plan.models import Plan, Project, ProjectGoal
from workflows.prioritization.models import FieldValidation
from workflows.spanish import long_day, number
from workflows.surveys import conducting

Section = dict[str, Any]
LETTERS = "ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
WHOLE = Heading("", "")
"""Of no section of its own: the whole sector."""


def sections(session: Session, plan_code: str, written: Iterable[DocumentSection]) -> list[Section]:
    """The annexes that have something to say, lettered in order; without any, a sentence says so."""
    told = [(title, found) for title, found in _all(session, plan_code, list(written)) if found]
    top: Section = {"code": "anexos", "title": "Anexos", "text": "", "tables": []}
    if not told:
        return [{**top, "text": "El documento no tiene anexos."}]
    under = [
        # A dot in the code makes it a heading of the second level.
        {"code": f"anexo.{letter}", "title": f"Anexo {letter}. {title}", "text": "", "tables": found}
        for letter, (title, found) in zip(LETTERS, told, strict=False)
    ]
    return [top, *under]


def _all(session: Session, plan_code: str, written: list[DocumentSection]) -> Iterator[tuple[str, list[Table]]]:
    def kept(*names: str) -> list[Table]:
        return tables.build(session, plan_code, WHOLE, names)

    yield "Fichas técnicas de los indicadores", list(_sheets(session, plan_code))
    goals = [*_filled(_project_goals(session, plan_code)), *_filled(_magnitudes(session, plan_code))]
    yield "Metas de los proyectos de inversión", goals
    yield "Matriz DOFA del sector", list(_quadrants(session, plan_code))
    yield "Matriz de priorización de temas", kept("temas")
    yield "Encuesta a la ciudadanía", [*kept("encuesta"), *_filled(_outreach(session, plan_code))]
    yield "Validación en campo", _filled(_field(session, plan_code))
    yield "Puntos de articulación", _filled(_articulation(session, plan_code))
    yield "Productos de los objetivos", _filled(_products(session, plan_code))
    yield "Actores y partes interesadas", kept("actores")
    yield "Cronograma de la formulación", _filled(_schedule(session, plan_code))
    yield "Archivos de las secciones", _filled(_files(session, written))


def _filled(table: Table) -> list[Table]:
    return [table] if table["rows"] else []


def _sheets(session: Session, plan_code: str) -> Iterator[Table]:
    """The technical sheet of each indicator."""
    found = battery.indicators(session, plan_code)
    targets: dict[int, list[str]] = {}
    query = sa.select(YearTarget).where(YearTarget.indicator_id.in_([one.id for one in found]))
    decimals = {one.id: one.decimals for one in found}
    for target in session.scalars(query.order_by(YearTarget.year)):
        told = number(target.target, decimals[target.indicator_id])
        targets.setdefault(target.indicator_id, []).append(f"{target.year}: {told}")
    objectives = {
        one.id: f"{one.code} {one.name}"
        for one in session.scalars(sa.select(Objective).where(Objective.plan_code == plan_code))
    }
    people = directory.display_names(session, {name for one in found for name in (one.reports, one.reviews) if name})
    for one in found:
        rows = _sheet(one, "; ".join(targets.get(one.id, [])), objectives.get(one.objective_id or 0, ""), people)
        yield tables.table(f"Ficha técnica {one.code}. {one.name}", ("Campo", "Contenido"), rows)


def _sheet(one: Indicator, targets: str, objective: str, people: dict[str, str]) -> list[tuple[str, str]]:
    baseline = number(one.baseline, one.decimals) if one.baseline is not None else ""
    rows = [
        ("Objetivo", objective),
        ("Clase", one.kind.capitalize()),
        ("Entidad", one.entity_code),
        ("Definición", one.definition),
        ("Fórmula", one.formula),
        ("Variables", one.variables),
        ("Unidad", one.unit),
        ("Anualización", one.annualization),
        ("Dirección", one.direction),
        ("Línea base", f"{baseline} ({one.baseline_year})" if baseline and one.baseline_year else baseline),
        ("Fuente de la línea base", one.baseline_source),
        ("Metas por año", targets),
        ("Meta final", number(one.final_target, one.decimals) if one.final_target is not None else ""),
        ("Periodicidad", f"{one.periodicity}, con rezago de {one.lag_days} días" if one.lag_days else one.periodicity),
        ("Fuente", one.source),
        ("Peso en el objetivo", f"{number(one.weight)} %"),
        ("Reporta", people.get(one.reports or "", "")),
        ("Revisa", people.get(one.reviews or "", "")),
    ]
    return [(term, text) for term, text in rows if text]


def _project_goals(session: Session, plan_code: str) -> Table:
    query = (
        sa.select(Project.code, ProjectGoal.statement, Indicator.code, ProjectGoal.contribution)
        .join(Project, Project.id == ProjectGoal.project_id)
        .outerjoin(Indicator, Indicator.id == ProjectGoal.indicator_id)
        .where(ProjectGoal.plan_code == plan_code)
        .order_by(Project.code, ProjectGoal.position, ProjectGoal.id)
    )
    head = ("Proyecto", "Meta del proyecto", "Indicador que alimenta", "Contribución (%)")
    return tables.table("Metas de proyecto", head, (tuple(row) for row in session.execute(query)))


def _magnitudes(session: Session, plan_code: str) -> Table:
    """What each goal that is measured promises of each year."""
    plan = session.get_one(Plan, plan_code)
    years = range(plan.first_year, plan.first_year + plan.years)
    query = sa.select(Indicator).where(Indicator.plan_code == plan_code, Indicator.kind == IndicatorKind.PROJECT_GOAL)
    sheets = session.scalars(query.where(Indicator.active).order_by(Indicator.position, Indicator.code)).all()
    found: dict[tuple[int, int], Decimal | None] = {
        (one.indicator_id, one.year): one.target
        for one in session.scalars(sa.select(YearTarget).where(YearTarget.indicator_id.in_([one.id for one in sheets])))
    }
    rows = [
        (one.code, one.unit, one.annualization.value, one.baseline, *(found.get((one.id, y)) for y in years))
        for one in sheets
    ]
    head = ("Meta", "Unidad", "Tipo", "Línea base", *map(str, years))
    return tables.table("Magnitudes de las metas de proyecto", head, rows)


def _quadrants(session: Session, plan_code: str) -> Iterator[Table]:
    """A table for each quadrant: who said it, and what the entities scored together."""
    from_swot = tables.swot_by_quadrant(session, plan_code)
    for name, rows in from_swot.items():
        yield tables.table(name, ("Entidad", "Entrada", "Grupo", "Puntaje"), rows)


def _told_day(kept: object) -> str:
    return long_day(dt.date.fromisoformat(str(kept)[:10])) if kept else ""


def _outreach(session: Session, plan_code: str) -> Table:
    rows = [
        (one.title, str(row.get("canal", "")), _told_day(row.get("fecha")), str(row.get("alcance", "")))
        for one in conducting.of_plan(session, plan_code)
        for row in one.outreach
    ]
    return tables.table("Difusión de la encuesta", ("Encuesta", "Canal", "Fecha", "Alcance"), rows)


def _field(session: Session, plan_code: str) -> Table:
    query = sa.select(FieldValidation).where(FieldValidation.plan_code == plan_code).order_by(FieldValidation.held_on)
    rows = [
        (long_day(one.held_on), one.place, what, "Sí" if row.get("validada") else "No", str(row.get("nota") or ""))
        for one in session.scalars(query)
        for what, row in [
            *((str(row.get("problematica", "")), row) for row in one.problems),
            *((str(row.get("linea", "")), row) for row in one.lines),
        ]
    ]
    return tables.table("Lo que se validó en campo", ("Día", "Lugar", "Qué", "Validado", "Nota"), rows)


def _articulation(session: Session, plan_code: str) -> Table:
    query = sa.select(ArticulationPoint).where(ArticulationPoint.plan_code == plan_code)
    found = session.scalars(query.order_by(ArticulationPoint.position)).all()
    names = directory.display_names(session, {one.responsible for one in found})
    rows = [
        (one.point, one.entities, one.commitment, names.get(one.responsible, one.responsible), long_day(one.due_on))
        for one in found
    ]
    return tables.table("Puntos de articulación", ("Punto", "Entidades", "Compromiso", "Responsable", "Fecha"), rows)


def _products(session: Session, plan_code: str) -> Table:
    query = sa.select(Objective.code, Product.name, Product.entity_code)
    query = query.join(Objective, Objective.id == Product.objective_id).where(Product.plan_code == plan_code)
    found = session.execute(query.order_by(Product.position))
    return tables.table("Productos", ("Objetivo", "Producto", "Entidad"), (tuple(row) for row in found))


def _schedule(session: Session, plan_code: str) -> Table:
    query = sa.select(ScheduleActivity).where(ScheduleActivity.plan_code == plan_code)
    found = session.scalars(query.order_by(ScheduleActivity.position)).all()
    names = directory.display_names(session, {one.responsible for one in found})
    rows = [
        (one.name, names.get(one.responsible, one.responsible), long_day(one.starts_on), long_day(one.ends_on))
        for one in found
    ]
    return tables.table("Cronograma", ("Actividad", "Responsable", "Empieza", "Termina"), rows)


def _files(session: Session, written: Iterable[DocumentSection]) -> Table:
    """The files of the sections; those that are not public are named only by their section."""
    rows = [
        (one.code, file.name if file.reserve == Reserve.PUBLIC else "Anexo reservado", file.sha256)
        for one in written
        for file in session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(one.annexes or [])))
        if file.name not in {picture["name"] for picture in prose.pictures(one.text)}
    ]
    return tables.table("Archivos", ("Sección", "Archivo", "SHA-256"), rows)
