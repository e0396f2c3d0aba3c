"""The window in which a month is reported: who coordinates moves it for everybody, after seeing what that does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import rescheduling
from engine.contracts import Span
from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.definitions.diagram import Element
from engine.errors import NotAllowed
from engine.identity import Actor
from engine.instances import locking
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import InstanceState, UserTaskState
from engine.tasks import commands
from engine.tasks.models import UserTask
from engine.timers import Timer
from workflows.auditing import recording as auditing
from workflows.calendar import CLOSING, MONTH, Window, WorkingCalendar, add_months, bogota_day, month_end, span
from workflows.cycles.models import Period
from workflows.errors import Refused
from workflows.monitoring import entity_reports, periods
from workflows.monitoring.models import EntityReport, MovedWindow
from workflows.people import directory, holders
from workflows.people.models import Person
from workflows.spanish import long_day, month_name

LONGEST = 20
"""Working days by which a window may be later than the diagrams say: then the next month has closed too."""
MOST_LETTERS = 2000
WAITS_FOR_ROWS = "reportar_avance"


@dataclass(frozen=True, slots=True)
class Step:
    """What of the month is counted from its closing. `is_past`: its day has come, so moving the window leaves it."""

    name: str
    before: dt.date
    after: dt.date
    is_past: bool


@dataclass(frozen=True, slots=True)
class MovedTask:
    """An open task with the day it is due now and the one it would have. The same: people agreed on a later one."""

    task_id: int
    name: str
    entity: str
    who: str
    before: dt.date | None
    after: dt.date | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What moving a window does: days of the month, open tasks, who is written to; what it does not mend.

    `told` are the people by username, with their names. `too_late` are the entities that no longer can send rows in
    the month: they have their late case.
    """

    period: str
    closed_on: dt.date
    closes_on: dt.date
    steps: Sequence[Step]
    tasks: Sequence[MovedTask]
    told: Mapping[str, str]
    too_late: Sequence[str]
    warnings: Sequence[str]
    move_id: int


def history(session: Session, plan_code: str, period: str) -> Sequence[MovedWindow]:
    """How often the window of a month was moved, the first first."""
    query = sa.select(MovedWindow).where(MovedWindow.plan_code == plan_code, MovedWindow.period == period)
    return session.scalars(query.order_by(MovedWindow.id)).all()


def closes_on(session: Session, engine: ProcessEngine, plan_code: str, period: str) -> dt.date:
    """The day until which a month is reported. Raises `NotFound`, `Refused` (it is over, in words)."""
    return bogota_day(_open(session, engine, periods.find(session, plan_code, period))[1].due_at)


def preview(
    session: Session, engine: ProcessEngine, plan_code: str, period: str, *, until: dt.date | None, actor: Actor
) -> Effect:
    """What `move` would do: it is done, and undone at once. Raises as `move`."""
    nested = session.begin_nested()
    try:
        return _move(session, engine, plan_code, period, until, "ensayo", actor)
    finally:
        if nested.is_active:
            nested.rollback()
        session.expire_all()


def move(
    session: Session,
    engine: ProcessEngine,
    plan_code: str,
    period: str,
    *,
    until: dt.date | None,
    reason: str,
    actor: Actor,
) -> Effect:
    """Let everybody report a month until another day: what is counted from its closing moves by as many working days.

    The calendar of `engine` does not know it yet. Raises `NotFound`, `NotAllowed` (who does not coordinate), `Refused`
    (no reason; no day, one that is not worked, over, the same, too far; the window closed already).
    """
    if not reason.strip():
        raise Refused("Diga por qué se mueve la ventana: lo leen todas las personas y sale en el informe del mes.")
    return _move(session, engine, plan_code, period, until, reason.strip()[:MOST_LETTERS], actor)


def _move(
    session: Session, engine: ProcessEngine, plan_code: str, code: str, until: dt.date | None, reason: str, actor: Actor
) -> Effect:
    period = periods.find(session, plan_code, code)
    case, timer, ordinary = _open(session, engine, period)
    if not actor.may_supervise(case.tenant):
        raise NotAllowed("La ventana de todos la mueve solo la coordinación. Usted puede pedir prórroga para su tarea.")
    today, before = bogota_day(engine.now()), bogota_day(timer.due_at)
    calendar = _calendar(engine)
    day = _new_day(calendar, period, until, before=before, today=today)
    later = calendar.working_days_between(period.cutoff_on, day, plan_code) - ordinary
    if later < 0:
        first = calendar.add_working_days(period.cutoff_on, ordinary, plan_code)
        raise Refused(f"Antes del {long_day(first)}, que es su día, la ventana no se cierra: eso quitaría tiempo.")
    if later > LONGEST:
        raise Refused(f"La ventana se corre {LONGEST} días hábiles a lo sumo. Elija un día más cercano.")
    moved = _written(session, engine, period, Window(later, day), before, reason, actor)
    then = replace(engine, calendar=calendar.moved(plan_code, code, Window(later, day)))
    open_tasks = _tasks(session, case)
    due_before = {task.id: task.due_at for task in open_tasks}
    why = f"La ventana de {month_name(code)} se movió al {long_day(day)}: {reason}"
    rescheduling.reckon_again(session, then, case.id, actor=actor, reason=why)
    bundle = catalogue.by_sha(session, case.bundle_sha256)
    _keep_up(session, then, case, bundle, open_tasks, actor, why)
    held = holders.holders(session, open_tasks)
    tasks = [
        MovedTask(
            task.id, task.name, str(task.variables.get("entidad") or ""), held[task.id].words,
            _day(due_before[task.id]), _day(task.due_at),
        )
        for task in open_tasks
    ]  # fmt: skip
    steps = list(_steps(engine, then, bundle, case, period, today))
    return Effect(
        period=code,
        closed_on=before,
        closes_on=day,
        steps=steps,
        tasks=tasks,
        told=_told(session, period, case, bundle, open_tasks, held, today),
        too_late=_too_late(session, period, open_tasks),
        warnings=list(_warnings(calendar, period, steps)),
        move_id=moved.id,
    )


def _open(session: Session, engine: ProcessEngine, period: Period) -> tuple[Instance, Timer, int]:
    """The case of a month that is being reported, what closes it, and on which working day that is by the diagram."""
    month = month_name(period.code)
    case = locking.lock(session, period.instance_id) if period.instance_id else None
    if case is None or case.state != InstanceState.ACTIVE:
        raise Refused(f"{month.capitalize()} no se está reportando: no tiene una ventana que mover.")
    if case.suspended_at is not None:
        raise Refused(f"El proceso de {month} está suspendido: reanúdelo antes de mover su ventana.")
    days, closing = _closing(catalogue.by_sha(session, case.bundle_sha256))
    query = sa.select(Timer).where(Timer.instance_id == case.id, Timer.element_id.in_(closing))
    timer = session.scalars(query.order_by(Timer.due_at).limit(1)).first()
    if timer is None or timer.due_at <= engine.now():
        raise Refused(
            f"La ventana de {month} ya cerró: lo que falta va en el reporte extemporáneo de cada entidad. "
            "Dé allí más plazo a quien lo necesite."
        )
    return case, timer, days


def _closing(bundle: BundleModel) -> tuple[int, set[str]]:
    """What ends the reporting of a month and on which working day, wherever it is drawn: rows close before it."""
    borders = (border for diagram in bundle.diagrams.values() for border in diagram.of_kind("boundaryEvent"))
    counted = {
        border.id: found.days
        for border in borders
        if border.properties.get("cierra_al_vencer") == "si" and (found := _counted(border)) is not None
    }
    last = max(counted.values(), default=0)
    return last, {one for one, days in counted.items() if days == last}


def _counted(element: Element) -> Span | None:
    found = span(element.deadline) if element.deadline else None
    return found if found is not None and found.anchor == CLOSING else None


def _calendar(engine: ProcessEngine) -> WorkingCalendar:
    assert isinstance(engine.calendar, WorkingCalendar)  # noqa: S101
    return engine.calendar


def _new_day(
    calendar: WorkingCalendar, period: Period, day: dt.date | None, *, before: dt.date, today: dt.date
) -> dt.date:
    if day is None:
        raise Refused("Escriba hasta qué día se reciben los reportes, por ejemplo 13/11/2026.")
    if day <= today:
        raise Refused("Elija un día que no haya llegado: nadie alcanza a reportar en uno que pasó.")
    if day == before:
        raise Refused(f"La ventana ya cierra el {long_day(day)}. Elija otro día.")
    if not calendar.is_working(day, period.plan_code):
        raise Refused(f"El {long_day(day)} no es hábil. Elija un día en que se trabaje.")
    return day


def _written(
    session: Session, engine: ProcessEngine, period: Period, window: Window, before: dt.date, reason: str, actor: Actor
) -> MovedWindow:
    of_month = MovedWindow.plan_code == period.plan_code, MovedWindow.period == period.code
    session.execute(sa.update(MovedWindow).where(*of_month).values(is_current=False))
    moved = MovedWindow(
        plan_code=period.plan_code, period=period.code, later=window.later, closed_on=before,
        closes_on=window.closes_on, reason=reason, moved_by=actor.id, moved_at=engine.now(),
    )  # fmt: skip
    session.add(moved)
    session.flush()
    auditing.record(
        session, engine.clock, actor, "mover_ventana", ("periodo", f"{period.plan_code}/{period.code}"),
        before={"cierra": before.isoformat()}, after={"cierra": window.closes_on.isoformat()}, reason=reason,
    )  # fmt: skip
    return moved


def _tasks(session: Session, case: Instance) -> Sequence[UserTask]:
    query = sa.select(UserTask).where(UserTask.instance_id == case.id, UserTask.state == UserTaskState.OPEN)
    return session.scalars(query.order_by(UserTask.due_at, UserTask.id)).all()


def _keep_up(
    session: Session,
    then: ProcessEngine,
    case: Instance,
    bundle: BundleModel,
    tasks: Iterable[UserTask],
    actor: Actor,
    why: str,
) -> None:
    """Who had got more time alone has no less than everybody has now."""
    for task in tasks:
        element = bundle.element(task.process_key, task.element_id)
        if task.due_at is None or task.due_since is not None or _counted(element) is None:
            continue
        theirs = then.calendar.deadline(element.deadline, since=then.now(), variables=task.variables, scope=case.scope)
        if theirs > task.due_at:
            commands.extend(session, then, task.id, due_at=theirs, actor=actor, reason=why)


def _steps(
    engine: ProcessEngine, then: ProcessEngine, bundle: BundleModel, case: Instance, period: Period, today: dt.date
) -> Iterator[Step]:
    """What of the whole month is counted from its closing, by day; what falls on one day under one name."""
    known = {CLOSING: period.cutoff_on.isoformat(), MONTH: period.code}

    def on(by: ProcessEngine, element: Element) -> dt.date:
        due = by.calendar.deadline(element.deadline, since=by.now(), variables=known, scope=case.scope)
        return bogota_day(due)

    found = {
        (counted.days, element.name): element
        for diagram in bundle.diagrams.values()
        for element in diagram.elements.values()
        if element.kind != "startEvent" and element.name and (counted := _counted(element)) is not None
    }
    for _order, element in sorted(found.items()):
        before = on(engine, element)
        yield Step(element.name, before, on(then, element), before < today)


def _told(
    session: Session,
    period: Period,
    case: Instance,
    bundle: BundleModel,
    tasks: Sequence[UserTask],
    held: Mapping[int, holders.Holder],
    today: dt.date,
) -> Mapping[str, str]:
    """Who has an open task of the month, and who has what comes after it: each once, by name."""
    entities = session.scalars(sa.select(EntityReport.entity_code).where(EntityReport.period_id == period.id)).all()
    roles = {
        role
        for diagram in bundle.diagrams.values()
        for element in diagram.of_kind("userTask")
        if _counted(element) is not None and not element.assignee
        for role in element.roles
    }
    groups = {group for one in held.values() for group in one.groups if not one.username}
    people = {one.username: one for group in groups for one in directory.members(session, group, today)}
    for role in roles:
        for entity in ("", *entities):
            people |= {one.username: one for one in directory.people_with(session, role, case.tenant, entity, today)}
    names = {one.username for one in held.values() if one.username} - people.keys()
    query = sa.select(Person).where(Person.username.in_(names), Person.active)
    everybody = sorted([*people.values(), *session.scalars(query)], key=lambda one: one.name)
    return {one.username: one.name for one in everybody}


def _too_late(session: Session, period: Period, tasks: Iterable[UserTask]) -> list[str]:
    """The entities whose rows are not all in although nobody is asked for them any more in this month."""
    asked = {str(task.variables.get("entidad") or "") for task in tasks if task.element_id == WAITS_FOR_ROWS}
    query = sa.select(EntityReport.entity_code).where(EntityReport.period_id == period.id)
    return [
        entity
        for entity in session.scalars(query.order_by(EntityReport.entity_code))
        if entity not in asked and entity_reports.responsibles_with_open_rows(session, period, entity)
    ]


def _warnings(calendar: WorkingCalendar, period: Period, steps: Sequence[Step]) -> Iterator[str]:
    last = max((step.after for step in steps), default=period.cutoff_on)
    following = add_months(period.cutoff_on, 1)
    next_cutoff = month_end(following.year, following.month)
    opens = calendar.add_working_days(next_cutoff, 1, period.plan_code)
    if last >= opens:
        yield (
            f"El {long_day(opens)} se abre {month_name(f'{next_cutoff:%Y-%m}')}: lo de {month_name(period.code)} "
            "todavía no estará publicado."
        )
    if last.year > period.cutoff_on.year and period.month < 12:
        yield "Lo último de este mes queda en otra vigencia."


def _day(moment: dt.datetime | None) -> dt.date | None:
    return bogota_day(moment) if moment is not None else None
