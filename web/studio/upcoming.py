"""The next dates of a task as it is drawn: when it will be due, and when its person is reminded."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.names import Name
from engine.errors import InvalidDeadline
from notifications.reminders import offsets
from web.pages import current
from web.studio import overview
from workflows.calendar import bogota_day
from workflows.cycles import opening
from workflows.cycles.cadence import InvalidCadence
from workflows.cycles.opening import DueOpening
from workflows.spanish import enumeration, week_day


def in_words(session: Session, process_key: str, task: Element) -> str:
    """«La próxima vez vence el …; se avisa el …»; empty where only a case can tell."""
    sector, clock = Name.parse(process_key).tenant or None, current().clock
    written, calendar = task.deadline, current().calendar
    if not written:
        return ""
    variables: dict[str, object] = {}
    begins = "Si llegara hoy, vencería"
    if written.startswith("cierre"):
        coming = next_opening(session, process_key)
        if coming is None:
            return ""
        variables, begins = {"cierre": coming.period.cutoff}, "La próxima vez vence"
    try:
        due = calendar.deadline(written, since=clock.now(), variables=variables, scope=sector)
    except InvalidDeadline:
        return ""
    day = bogota_day(due)
    told = [week_day(calendar.add_working_days(day, offset, sector)) for offset in sorted(offsets(task.properties))]
    return f"{begins} el {week_day(day)} de {day.year}; se avisa el {enumeration(told)}."


def next_opening(session: Session, process_key: str) -> DueOpening | None:
    """What the calendar opens next of a process, or of the nearest that calls it; None where it opens nothing."""
    key, sector = Name.parse(process_key)
    reached = _callers(overview.current_diagrams(session), key)
    today = bogota_day(current().clock.now())
    plans = [plan for plan in opening.followed(session) if plan.sector_code == (sector or plan.sector_code)]
    try:
        starts = {start.process_key: start.cadence for start in opening.calendar_starts(session, sector)}
    except InvalidCadence:
        return None
    for key in (one for one in reached if one in starts):
        ahead = [
            one for plan in plans for one in opening.openings(current().engine, starts[key], plan) if one.due_on > today
        ]
        if ahead:
            return min(ahead, key=lambda one: one.due_on)
    return None


def _callers(diagrams: Mapping[str, DiagramModel], process_key: str) -> list[str]:
    """The process and all that call it, the nearest first."""
    found = [process_key]
    for key in found:
        found += [
            other
            for other, model in diagrams.items()
            if other not in found and any(call.called_element == key for call in model.of_kind("callActivity"))
        ]
    return found
