"""The list of cases as columns of a file."""

from __future__ import annotations

from dataclasses import dataclass

from engine.instances.models import Instance
from engine.states import InstanceState
from workflows.calendar import bogota_day
from workflows.documents.tables import Column

MARKS = {
    InstanceState.ACTIVE: ("amarillo", "◐", "En curso"),
    InstanceState.COMPLETED: ("verde", "✓", "Terminado"),
    InstanceState.CANCELLED: ("gris", "–", "Cancelado"),
}
"""How a case stands: colour, sign, word."""


@dataclass(frozen=True, slots=True)
class Line:
    """A case in the list: the name of its process, and how many of its tasks are open."""

    case: Instance
    process: str
    open_tasks: int


COLUMNS: list[Column[Line]] = [
    Column("Nombre", lambda line: line.case.name),
    Column("Proceso", lambda line: line.process),
    Column("Estado", lambda line: MARKS[line.case.state][2]),
    Column("Comenzó", lambda line: bogota_day(line.case.started_at)),
    Column("Terminó", lambda line: bogota_day(line.case.ended_at) if line.case.ended_at else None),
    Column("Tareas abiertas", lambda line: line.open_tasks),
    Column("Clave", lambda line: line.case.business_key),
]
