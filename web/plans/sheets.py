"""The tables of a plan's pages as columns of a file."""

from __future__ import annotations

from web.plans.levels import INDICATORS, Part
from web.plans.tree import IndicatorRow, LevelRow
from web.plans.wording import MODIFICATION_WORDS
from workflows.approvals.models import Modification, ModificationChange
from workflows.calendar import bogota_day
from workflows.documents.tables import Column
from workflows.implementation.budget import ProjectYear
from workflows.implementation.external_reports import SYSTEM_WORDS
from workflows.implementation.goal_courses import GoalCourse, ProjectCourse
from workflows.implementation.models import ExternalReport
from workflows.monitoring.year_course import CoursePoint
from workflows.recovery.models import RecoveryPlan
from workflows.recovery.plans import STATE_WORDS
from workflows.reports.contents import light, light_of_level

Row = tuple[LevelRow, LevelRow, IndicatorRow]
"""An indicator, with its line and objective."""


def columns(years: list[int]) -> list[Column[Row]]:
    """What the tree shows of an indicator, year by year at the end."""
    return [
        Column("Línea", lambda row: f"{row[0].item.code} {row[0].item.name}"),
        Column("Objetivo", lambda row: f"{row[1].item.code} {row[1].item.name}"),
        Column("Código", lambda row: row[2].shown.code),
        Column("Indicador", lambda row: row[2].shown.name),
        Column("Unidad", lambda row: row[2].shown.unit),
        Column("Peso", lambda row: row[2].shown.weight),
        Column("Ejecutado", lambda row: row[2].cell.executed if row[2].cell else None),
        Column("Programado a la fecha", lambda row: row[2].cell.programmed_to_date if row[2].cell else None),
        Column("Cumplimiento %", lambda row: row[2].cell.compliance if row[2].cell else None),
        Column("Semáforo", lambda row: row[2].word),
        Column("Puntos desde el otro corte", lambda row: row[2].then.by if row[2].then else None),
        Column("Semáforo del otro corte", lambda row: row[2].then.word if row[2].then else ""),
        Column("Entidad", lambda row: row[2].shown.entity_code),
        Column("Responde", lambda row: row[2].shown.person or ""),
        *(column for place, year in enumerate(years) for column in _of_year(place, year)),
    ]


def _of_year(place: int, year: int) -> list[Column[Row]]:
    return [
        Column(f"Ejecutado {year}", lambda row: row[2].years[place].executed),
        Column(f"Meta {year}", lambda row: row[2].years[place].target),
    ]


MONEY: list[Column[ProjectYear]] = [
    Column("Proyecto", lambda one: one.project.code),
    Column("Nombre", lambda one: one.project.name),
    Column("Entidad", lambda one: one.project.entity_code),
    Column("Apropiación", lambda one: one.appropriation),
    Column("Compromisos", lambda one: one.commitments),
    Column("Giros", lambda one: one.payments),
    Column("Según el reporte de", lambda one: one.reported or ""),
    Column("Cómo va ese reporte", lambda one: one.standing),
    Column("Modificaciones", lambda one: len(one.modifications)),
]
GOALS: list[Column[tuple[ProjectCourse, GoalCourse]]] = [
    Column("Proyecto", lambda row: row[0].money.project.code),
    Column("Nombre del proyecto", lambda row: row[0].money.project.name),
    Column("Entidad", lambda row: row[0].money.project.entity_code),
    Column("Meta", lambda row: row[1].goal.goal.statement),
    Column("Alimenta", lambda row: row[1].goal.feeds.code if row[1].goal.feeds else ""),
    Column("Unidad", lambda row: row[1].goal.indicator.unit),
    Column("Programado a la fecha", lambda row: row[1].promised),
    Column("Ejecutado", lambda row: row[1].done),
    Column("Cumplimiento %", lambda row: row[1].share),
    Column("Apropiación", lambda row: row[1].appropriation),
    Column("Compromisos", lambda row: row[1].commitments),
    Column("Giros", lambda row: row[1].payments),
]
RECOVERIES: list[Column[RecoveryPlan]] = [
    Column("Indicador", lambda one: one.indicator.code),
    Column("Nombre", lambda one: one.indicator.name),
    Column("Entidad", lambda one: one.entity_code),
    Column("Desde el corte", lambda one: one.since_period),
    Column("Estado", lambda one: STATE_WORDS.get(one.state, one.state)),
    Column("Problema", lambda one: one.problem),
    Column("Causa", lambda one: one.root_cause),
    Column("Meta de recuperación", lambda one: one.recovery_target),
    Column("Para el", lambda one: one.target_on),
    Column("Acciones", lambda one: len(one.actions)),
    Column("Cumplidas", lambda one: sum(action.done for action in one.actions)),
    Column("Lección", lambda one: one.lesson),
]


def _light_word(part: Part) -> str:
    shown = light if part.kind == INDICATORS else light_of_level
    return shown(part.color, part.status).word


PARTS: list[Column[Part]] = [
    Column("Código", lambda part: part.code),
    Column("Parte", lambda part: part.name),
    Column("Entidad", lambda part: part.entity),
    Column("Peso", lambda part: part.weight),
    Column("Cumplimiento %", lambda part: part.compliance),
    Column("Cobertura %", lambda part: part.coverage),
    Column("Semáforo", _light_word),
    Column("De dónde sale", lambda part: part.known),
    Column("Cuenta %", lambda part: part.counted),
    Column("Aporta", lambda part: part.brings),
]
POINTS: list[Column[CoursePoint]] = [
    Column("Mes", lambda point: "{}-{:02d}".format(*point.month)),
    Column("Reportado", lambda point: point.value),
    Column("Ejecutado", lambda point: point.executed),
    Column("Programado", lambda point: point.programmed),
]
CHANGES: list[Column[tuple[Modification, ModificationChange]]] = [
    Column("Modificación", lambda row: row[0].number),
    Column("Estado", lambda row: MODIFICATION_WORDS[row[0].state]),
    Column("Rige desde", lambda row: row[0].valid_from),
    Column("Solicitada", lambda row: bogota_day(row[0].requested_at)),
    Column("Justificación", lambda row: row[0].justification),
    Column("Elemento", lambda row: row[1].label),
    Column("Antes", lambda row: row[1].before),
    Column("Después", lambda row: row[1].after),
]
EXTERNAL: list[Column[ExternalReport]] = [
    Column("Trimestre", lambda one: one.quarter),
    Column("Entidad", lambda one: one.entity_code),
    Column("Meses preliminares", lambda one: one.preliminary),
    Column("Sistema", lambda one: SYSTEM_WORDS.get(one.system, one.system)),
    Column("Radicado", lambda one: one.filing_number),
    Column("Fecha", lambda one: one.filed_on),
]
