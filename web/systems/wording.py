"""What happens in cases, in the words of the page where one chooses what another system is told."""

from __future__ import annotations

from collections.abc import Mapping

from engine.states import HistoryKind

KINDS: Mapping[HistoryKind, str] = {
    HistoryKind.INSTANCE_STARTED: "Comenzó un proceso",
    HistoryKind.INSTANCE_COMPLETED: "Terminó un proceso",
    HistoryKind.INSTANCE_CANCELLED: "Se canceló un proceso",
    HistoryKind.TASK_CREATED: "Hay una tarea nueva",
    HistoryKind.TASK_COMPLETED: "Alguien terminó una tarea",
    HistoryKind.TASK_CANCELLED: "Una tarea dejó de hacer falta",
    HistoryKind.TASK_CLAIMED: "Alguien tomó una tarea",
    HistoryKind.TASK_RELEASED: "Alguien devolvió una tarea",
    HistoryKind.TASK_REASSIGNED: "Una tarea pasó a otra persona",
    HistoryKind.STEP_COMPLETED: "Se hizo un paso automático",
    HistoryKind.CALL_COMPLETED: "Terminó un subproceso",
    HistoryKind.DECISION: "Se tomó un camino",
    HistoryKind.TABLE_DECIDED: "Decidió una tabla",
    HistoryKind.TIMER_FIRED: "Llegó una fecha",
    HistoryKind.DEADLINE_MOVED: "Se movió un plazo",
    HistoryKind.MESSAGE_SENT: "Salió un mensaje",
    HistoryKind.MESSAGE_RECEIVED: "Llegó un mensaje",
    HistoryKind.MESSAGE_KEPT: "Un mensaje llegó antes de tiempo y se guardó",
    HistoryKind.MESSAGE_DROPPED: "Un mensaje guardado se descartó",
    HistoryKind.SIGNAL_SENT: "Salió una señal",
    HistoryKind.MESSAGE_GIVEN: "La coordinación envió lo que se esperaba",
    HistoryKind.DATE_BROUGHT: "La coordinación adelantó una fecha",
    HistoryKind.WAIT_SKIPPED: "La coordinación dejó seguir sin esperar",
    HistoryKind.SUSPENDED: "Se suspendió un proceso",
    HistoryKind.RESUMED: "Siguió un proceso suspendido",
    HistoryKind.DEADLINE_POSTPONED: "Se corrió un plazo",
    HistoryKind.STEP_CHANGED: "La coordinación llevó un proceso a otro paso",
    HistoryKind.MIGRATED: "Un proceso pasó a otra versión",
    HistoryKind.VARIABLE_CORRECTED: "Se corrigió un dato de un proceso",
    HistoryKind.CHANGE_UNDONE: "Se deshizo un cambio en un proceso",
    HistoryKind.INCIDENT_OPENED: "Se abrió un incidente",
    HistoryKind.INCIDENT_RESOLVED: "Se resolvió un incidente",
}
"""Every kind; a test holds that none is missing."""
