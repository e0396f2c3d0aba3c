"""The tables of the board as columns of a file."""

from __future__ import annotations

from web.boards.stages import Stage
from web.boards.tables import Arrival, Load, Punctuality, TaskLine
from workflows.calendar import bogota_day
from workflows.documents.tables import Column
from workflows.monitoring.period_figures import LevelFigure
from workflows.recovery.reds import Red
from workflows.reports.contents import light_of_level
from workflows.spanish import month_name

TASK_COLUMNS: list[Column[TaskLine]] = [
    Column("Tarea", lambda line: line.task.name),
    Column("Entidad", lambda line: line.task.entity or ""),
    Column("Proceso", lambda line: line.task.instance_name),
    Column("Quién la tiene o puede tomarla", lambda line: line.who),
    Column("Sin quien la haga", lambda line: "sí" if line.task.is_orphan else ""),
    Column("Desde", lambda line: bogota_day(line.task.created_at)),
    Column("Vence", lambda line: bogota_day(line.task.due_at) if line.task.due_at else None),
    Column("Plazo", lambda line: line.deadline.distance),
]
RED_COLUMNS: list[Column[Red]] = [
    Column("Código", lambda one: one.code),
    Column("Indicador", lambda one: one.name),
    Column("Entidad", lambda one: one.entity),
    Column("Unidad", lambda one: one.unit),
    Column("Ejecutado", lambda one: one.executed),
    Column("Programado a la fecha", lambda one: one.programmed),
    Column("Cumplimiento %", lambda one: one.compliance),
    Column("En rojo desde", lambda one: month_name(one.since) if one.since else ""),
    Column("Cortes seguidos en rojo", lambda one: one.months),
    Column("Causa", lambda one: one.cause),
    Column("Plan de choque", lambda one: one.recovery),
    Column("Responde", lambda one: one.person),
]
DAY_COLUMNS: list[Column[tuple[Punctuality, Arrival]]] = [
    Column("Entidad", lambda row: row[0].code),
    Column("Mes", lambda row: row[1].month),
    Column("Día hábil en que envió", lambda row: row[1].text.rstrip("!")),
    Column("Cómo", lambda row: {"a_tiempo": "a tiempo", "no": "no llegó", "nada": ""}.get(row[1].kind, row[1].kind)),
]
STEP_COLUMNS: list[Column[tuple[str, Stage]]] = [
    Column("Entidad", lambda row: row[0]),
    Column("Paso", lambda row: row[1].title),
    Column("Cómo va", lambda row: row[1].told),
    Column("Quién la tiene", lambda row: "; ".join(" o ".join(task.holders) for task in row[1].tasks)),
    Column("Desde", lambda row: bogota_day(min(task.created_at for task in row[1].tasks)) if row[1].tasks else None),
    Column("Vence", lambda row: min((bogota_day(one.due_at) for one in row[1].tasks if one.due_at), default=None)),
]
LOAD_COLUMNS: list[Column[Load]] = [
    Column("Persona", lambda one: one.name),
    Column("Tareas suyas", lambda one: one.tasks),
    Column("Vencidas", lambda one: one.overdue),
    Column("La más antigua, desde", lambda one: bogota_day(one.oldest)),
    Column("Lo próximo que vence", lambda one: bogota_day(one.due) if one.due else None),
]
LINE_COLUMNS: list[Column[LevelFigure]] = [
    Column("Código", lambda one: one.code),
    Column("Línea", lambda one: one.name),
    Column("Cumplimiento %", lambda one: one.capped),
    Column("Cobertura %", lambda one: one.coverage),
    Column("Oportunidad %", lambda one: one.opportunity),
    Column("Semáforo", lambda one: light_of_level(one.color, one.status).word),
]
