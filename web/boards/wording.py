"""The month in words: the sentence on top of the board, and each cell of who has reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from web.deadlines import deadline
from workflows.calendar import WorkingCalendar
from workflows.cycles.states import PeriodState
from workflows.monitoring.board import BoardMonth, BoardTask
from workflows.monitoring.models import EntityReport
from workflows.monitoring.states import ReportState
from workflows.spanish import enumeration, local_day, month_name, week_day

DELIVERED = frozenset({ReportState.ENDORSED, ReportState.LATE})
NOT_SENT = frozenset({ReportState.MISSING, ReportState.NEVER})
IN_REVIEW = frozenset({ReportState.SENT, ReportState.VALIDATED})
"""Reports whose head of entity has answered for them."""

COUNTS = ("Ninguna", "Una", "Dos", "Tres", "Cuatro", "Cinco", "Seis", "Siete", "Ocho", "Nueve", "Diez")


@dataclass(frozen=True, slots=True)
class Cell:
    """How the report of an entity stands in a month: colour, sign and word; `detail` for who looks closer."""

    color: str
    icon: str
    word: str
    detail: str = ""


NOTHING = Cell("gris", "–", "—", "no se le pidió reporte")
UNDER_WAY = {
    ReportState.PENDING: Cell("amarillo", "◐", "en curso", "todavía no ha enviado"),
    ReportState.SENT: Cell("amarillo", "◐", "en revisión", "enviado, falta validar"),
    ReportState.VALIDATED: Cell("amarillo", "◐", "por avalar", "validado, falta el aval"),
    ReportState.RETURNED: Cell("amarillo", "↩", "devuelto", "hay filas por ajustar"),
    ReportState.PARTLY_ENDORSED: Cell("amarillo", "◐", "avalado en parte", "faltan filas: van aparte"),
    ReportState.MISSING: Cell("rojo", "✗", "no llegó", "venció el plazo sin reporte"),
    ReportState.NEVER: Cell("rojo", "✗", "no llegó", "no se presentó"),
}


def cell(month: BoardMonth, report: EntityReport | None, calendar: WorkingCalendar, *, is_open: bool = True) -> Cell:
    """The cell of an entity; the day is the working day after the cut-off on which it sent its report.

    What was sent has its day, though others still look at it, unless something of it `is_open` again.
    """
    sent = frozenset() if is_open else IN_REVIEW
    if report is None:
        return NOTHING
    if report.state not in DELIVERED | sent:
        return UNDER_WAY[report.state]
    day = _working_day(month, report, calendar)
    if report.state == ReportState.LATE:
        return Cell("naranja", "▲", "extemporáneo", day)
    if report.times_returned:
        return Cell("amarillo", "↩", day, "se devolvió y se ajustó")
    return Cell("verde", "✓", day)


def headline(
    month: BoardMonth,
    tasks: Sequence[BoardTask],
    orphans: Sequence[BoardTask],
    now: dt.datetime,
    calendar: WorkingCalendar,
) -> str:
    """What matters now about a month: who has delivered, and what is most urgent. `tasks` are its open tasks."""
    return f"{_who_delivered(month)} {_most_urgent(month, tasks, orphans, now, calendar)}".strip()


def count(number: int) -> str:
    """«Dos», and in figures above ten."""
    return COUNTS[number] if number < len(COUNTS) else str(number)


def _working_day(month: BoardMonth, report: EntityReport, calendar: WorkingCalendar) -> str:
    moment = report.first_sent_at or report.endorsed_at
    return f"día {calendar.working_days_between(month.cutoff_on, local_day(moment))}" if moment else "entregado"


def _who_delivered(month: BoardMonth) -> str:
    if not month.reports:
        return f"Las cifras de {month_name(month.code)} se cargaron de un archivo."
    delivered = sum(report.state in DELIVERED for report in month.reports.values())
    total = len(month.reports)
    if delivered == total:
        return "Todas las entidades han entregado."
    missing = [code for code, report in month.reports.items() if report.state in NOT_SENT]
    if month.state == PeriodState.CLOSED:
        verb = "entregó" if delivered < 2 else "entregaron"
        return f"{count(delivered)} de las {count(total).lower()} entidades {verb}; {_did_not(missing)}."
    verb = "ha" if delivered < 2 else "han"
    return f"{count(delivered)} de las {count(total).lower()} entidades {verb} entregado{_in_review(month)}."


def _in_review(month: BoardMonth) -> str:
    codes = [code for code, report in month.reports.items() if report.state in IN_REVIEW]
    return f"; {enumeration(codes)} {'está' if len(codes) == 1 else 'están'} en revisión" if codes else ""


def _did_not(missing: Sequence[str]) -> str:
    return f"{'faltó' if len(missing) == 1 else 'faltaron'} {enumeration(missing)}" if missing else "el resto no"


def _most_urgent(
    month: BoardMonth,
    tasks: Sequence[BoardTask],
    orphans: Sequence[BoardTask],
    now: dt.datetime,
    calendar: WorkingCalendar,
) -> str:
    if orphans:
        return f"{_tasks(len(orphans))} sin quien la{_s(orphans)} haga: reasígnela{_s(orphans)}."
    overdue = [task for task in tasks if task.overdue]
    if overdue:
        return f"{_tasks(len(overdue))} vencida{_s(overdue)}: {_named(overdue[0])}{_and_more(len(overdue) - 1)}."
    dated = [task for task in tasks if task.due_at]
    if dated:
        return f"Lo próximo: {_next(dated, now, calendar)}."
    return "El mes está cerrado y su informe, publicado." if month.state == PeriodState.CLOSED else ""


def _next(dated: Sequence[BoardTask], now: dt.datetime, calendar: WorkingCalendar) -> str:
    """«4 tareas vencen el lunes 9 de noviembre (falta 1 día hábil)»."""
    first = deadline(dated[0].due_at, now, calendar)
    together = sum(task.due_at == dated[0].due_at for task in dated)
    what = f"{_named(dated[0])} vence" if together == 1 else f"{together} tareas vencen"
    return f"{what} el {week_day(first.day or now)} ({first.distance})"


def _named(task: BoardTask) -> str:
    return f"«{task.name}»{f' de {task.entity}' if task.entity else ''}"


def _tasks(number: int) -> str:
    return f"{'Hay 1 tarea' if number == 1 else f'Hay {number} tareas'}"


def _s(tasks: Sequence[BoardTask]) -> str:
    return "" if len(tasks) == 1 else "s"


def _and_more(number: int) -> str:
    return f" y {number} más" if number else ""


def late_opening(days: int) -> str:
    """«se abrió 3 días después de lo previsto», or nothing."""
    return f"se abrió {days} {'día' if days == 1 else 'días'} después de lo previsto" if days else ""
