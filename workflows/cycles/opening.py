"""The calendar: opens the case of every period that is due, exactly once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import DATE, NUMBER, TEXT
from engine.database import insert_once
from engine.definitions import catalogue
from engine.definitions.models import ProcessDefinition
from engine.identity import SYSTEM, Actor
from engine.instances import commands as instances
from engine.instances.models import Instance
from engine.outages import given_up
from engine.runtime import ProcessEngine
from engine.states import InstanceState
from workflows.auditing import recording as auditing
from workflows.calendar import WorkingCalendar, bogota_day
from workflows.cycles import cadence
from workflows.cycles.cadence import Cadence, PlanPeriod
from workflows.cycles.models import Period, PeriodStart
from workflows.cycles.states import Opening
from workflows.errors import Conflict, NotFound, Refused
from workflows.people.permissions import ensure_coordinator
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

FOLLOWED_STATES = (PlanState.ADOPTED, PlanState.IN_FORCE)
IMPORTED = ""
EARLIER_SKIPPED = "Se abrió solo el periodo más reciente: así lo dice el proceso."
RETIRED = "El proceso estaba retirado ese día."

Processes = Mapping[str, ProcessDefinition]
"""What is published, by key."""

NAMES = {  # process → part of the business key, name of a case on screen
    "f4_implementacion_anual": ("f4", "Implementación de la vigencia {}"),
    "f4_reporte_externo": ("f4r", "Reporte a SDP/SDH de {}"),
    "f5_preparacion": ("f5p", "Preparación de responsables de {}"),
    "f5_ciclo_mensual": ("f5", "Seguimiento de {}"),
    "f6_evaluacion_semestral": ("f6s", "Evaluación intermedia de {}"),
    "f6_informe_anual": ("f6a", "Informe anual de gestión de {}"),
    "f6_evaluacion_final": ("f6f", "Evaluación del PES"),
}


@dataclass(frozen=True, slots=True)
class CalendarStart:
    """A process that begins by the calendar, and the start event that says how."""

    process_key: str
    name: str
    element_id: str
    cadence: Cadence
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class DueOpening:
    """A period of a process and the day its case opens."""

    period: PlanPeriod
    due_on: dt.date


@dataclass(frozen=True, slots=True)
class Decidable:
    """A period that was not opened: missed, skipped or to come. `row` is what was decided of it, if anything was.

    One that the calendar no longer has (its process begins otherwise now) may only be skipped.
    """

    process_key: str
    label: str
    name: str
    words: str
    due_on: dt.date
    row: PeriodStart | None
    may_open: bool


class DuePeriod(NamedTuple):
    """A period that is to be opened or decided about. Without `label`, what of a process is due can't be told."""

    plan_code: str
    process_key: str
    label: str | None

    def __str__(self) -> str:
        """`PES-GOB/f5_ciclo_mensual/2018-06`."""
        return "/".join(part for part in self if part is not None)


def due_periods(session: Session, engine: ProcessEngine, *, plan_code: str | None = None) -> list[DuePeriod]:
    """Every period whose opening has come, of one plan or of all, oldest first.

    A plan or a process that cannot be read hides no other: it stands in the list by itself, and `open_period` raises
    what is wrong with it.
    """
    found: list[DuePeriod] = []
    of_sector: dict[str, Processes] = {}
    for plan in followed(session, plan_code):
        taken, sector = _taken(session, plan), plan.sector_code
        processes = of_sector[sector] = of_sector.get(sector) or catalogue.by_key(session, sector)
        for process_key in processes:
            try:
                due = _due_of(session, engine, plan, process_key, processes, taken)
            except Exception as failure:
                if given_up(failure):
                    raise
                found.append(DuePeriod(plan.code, process_key, None))
            else:
                found += [DuePeriod(plan.code, process_key, opening.period.label) for _start, opening in due]
    return found


def open_period(session: Session, engine: ProcessEngine, due: DuePeriod) -> Instance | None:
    """Open a period, or note that it was missed, as the process says (`pes.atraso`); nothing if somebody did before.

    A period is taken by inserting its row, so that of several workers one opens it; whatever the clock does
    afterwards, it is never opened twice.
    """
    plan = session.get_one(Plan, due.plan_code)
    processes = catalogue.by_key(session, plan.sector_code)
    for start, opening in _due_of(session, engine, plan, due.process_key, processes, _taken(session, plan)):
        if opening.period.label != due.label:
            continue
        if processes[due.process_key].retired_at is not None:
            _reserve(session, engine, plan, start.process_key, opening, outcome=Opening.SKIPPED, reason=RETIRED)
            return None
        if start.cadence.catch_up == "todas" or opening == _newest(session, engine, plan, start):
            return _open(session, engine, plan, start, opening, actor=SYSTEM, reason="")
        skipped = start.cadence.catch_up == "ultima"
        outcome, reason = (Opening.SKIPPED, EARLIER_SKIPPED) if skipped else (Opening.UNDECIDED, "")
        _reserve(session, engine, plan, start.process_key, opening, outcome=outcome, reason=reason)
    return None


def open_due(session: Session, engine: ProcessEngine, *, plan_code: str | None = None) -> list[Instance]:
    """Open all that is due in one transaction: for plays and simulations; a second call opens nothing."""
    due = due_periods(session, engine, plan_code=plan_code)
    return [instance for one in due if (instance := open_period(session, engine, one)) is not None]


def open_by_hand(
    session: Session, engine: ProcessEngine, plan_code: str, process_key: str, label: str, *, actor: Actor, reason: str
) -> Instance:
    """Open a period that waits for a decision, was skipped, or is not due yet.

    Raises `Forbidden`, `NotFound`, `Refused` (no reason) or `Conflict` (it was opened before).
    """
    plan, start, opening = _load(session, engine, plan_code, process_key, label)
    _ensure_decidable(session, actor, plan, process_key, label, reason=reason)
    _forget_decision(session, plan, process_key, label)
    instance = _open(session, engine, plan, start, opening, actor=actor, reason=reason)
    if instance is None:
        raise Conflict
    auditing.record(session, engine.clock, actor, "abrir_periodo", ("periodo", f"{plan.code}/{label}"), reason=reason)
    return instance


def skip_by_hand(
    session: Session, engine: ProcessEngine, plan_code: str, process_key: str, label: str, *, actor: Actor, reason: str
) -> PeriodStart:
    """Decide that a period is not opened, one too that the calendar no longer has. Raises as `open_by_hand`."""
    found = to_decide(session, engine, plan_code, process_key, label)
    plan = session.get_one(Plan, plan_code)
    _ensure_decidable(session, actor, plan, process_key, label, reason=reason)
    if found.row is not None:
        row: PeriodStart | None = found.row
        found.row.outcome, found.row.reason, found.row.started_at = Opening.SKIPPED, reason, engine.now()
    else:
        _plan, _start, opening = _load(session, engine, plan_code, process_key, label)
        row = _reserve(session, engine, plan, process_key, opening, outcome=Opening.SKIPPED, reason=reason)
    if row is None:
        raise Conflict
    auditing.record(session, engine.clock, actor, "omitir_periodo", ("periodo", f"{plan.code}/{label}"), reason=reason)
    return row


def undecided(session: Session, plan_code: str) -> list[PeriodStart]:
    """The missed periods that wait for the coordinator's decision, oldest first."""
    query = sa.select(PeriodStart).where(PeriodStart.plan_code == plan_code, PeriodStart.outcome == Opening.UNDECIDED)
    return list(session.scalars(query.order_by(PeriodStart.due_on)))


def skipped(session: Session, plan_code: str, most: int) -> list[PeriodStart]:
    """The periods that were not opened, each with its reason, the last first."""
    query = sa.select(PeriodStart).where(PeriodStart.plan_code == plan_code, PeriodStart.outcome == Opening.SKIPPED)
    return list(session.scalars(query.order_by(PeriodStart.due_on.desc(), PeriodStart.id.desc()).limit(most)))


def decided(session: Session, plan_code: str, today: dt.date) -> list[PeriodStart]:
    """What was not simply opened on its day: skipped, undecided, or opened before; by the day it was due."""
    query = sa.select(PeriodStart).where(PeriodStart.plan_code == plan_code)
    query = query.where(sa.or_(PeriodStart.outcome != Opening.OPENED, PeriodStart.due_on > today))
    return list(session.scalars(query.order_by(PeriodStart.due_on)))


def to_decide(session: Session, engine: ProcessEngine, plan_code: str, process_key: str, label: str) -> Decidable:
    """A period that was not opened, to be decided about. Raises `NotFound`, `Conflict` (it was opened)."""
    row = _decided_row(session, plan_code, process_key, label)
    if row is not None and row.outcome == Opening.OPENED:
        raise Conflict("Ese periodo ya se abrió. Búsquelo entre los procesos en curso.")
    try:
        _plan, start, opening = _load(session, engine, plan_code, process_key, label)
    except NotFound:
        if row is None:
            raise
        return Decidable(process_key, label, process_key, label, row.due_on, row, may_open=False)
    return Decidable(process_key, label, start.name, opening.period.words, opening.due_on, row, may_open=True)


def days_late(row: PeriodStart) -> int:
    """Calendar days between the day a period was due to open and the day it did."""
    return (bogota_day(row.started_at) - row.due_on).days


def calendar_starts(session: Session, sector: str = "") -> list[CalendarStart]:
    """Every process that begins by the calendar, as a sector has it."""
    processes = catalogue.by_key(session, sector)
    return [start for process_key in processes for start in _starts_of(session, process_key, processes)]


def _starts_of(session: Session, process_key: str, processes: Processes) -> list[CalendarStart]:
    """The starts of a process that follow the calendar; none where it is not published. Raises `InvalidCadence`."""
    definition = processes.get(process_key)
    if definition is None or definition.bundle_sha256 is None:
        return []
    diagram = catalogue.by_sha(session, definition.bundle_sha256).diagrams[process_key]
    return [
        CalendarStart(process_key, definition.name, element.id, rhythm, definition.retired_at is not None)
        for element in diagram.starts()
        if (rhythm := cadence.read(element.properties)) is not None
    ]


def openings(engine: ProcessEngine, rhythm: Cadence, plan: Plan) -> Iterable[DueOpening]:
    """The periods of a plan with the day each opens, in order."""
    for period in _periods(rhythm, plan):
        yield DueOpening(period, _opens_on(engine, rhythm, period, plan))


def still_opens(session: Session, engine: ProcessEngine, process_key: str, scope: str | None) -> bool:
    """Whether the calendar has a case of a process yet to open in a plan, or a coordinator could (a skipped period)."""
    plan = session.get(Plan, scope) if scope else None
    if plan is None:
        return True
    opened = sa.select(PeriodStart.period).where(
        PeriodStart.plan_code == plan.code, PeriodStart.outcome == Opening.OPENED
    )
    taken = set(session.scalars(opened.where(PeriodStart.process_key == process_key)))
    starts = _starts_of(session, process_key, catalogue.by_key(session, plan.sector_code))
    return any(period.label not in taken for start in starts for period in _periods(start.cadence, plan))


def _periods(rhythm: Cadence, plan: Plan) -> Iterable[PlanPeriod]:
    """The periods of a plan. Where it is followed every two or three months, only those months; the rest as ever."""
    first = cadence.month_bounds(plan.first_month)[0]
    step = cadence.MONTHS_OF[plan.follow_up] if rhythm.every == "mensual" else 1
    every = rhythm.periods(first, plan.ends_on)
    return (period for period in every if period.cutoff.month % step == 0 and rhythm.covers(period))


def business_key(plan_code: str, process_key: str, label: str) -> str:
    """`PES-GOB/f5/2018-06`."""
    prefix = NAMES[process_key][0] if process_key in NAMES else process_key
    return "/".join(part for part in (plan_code, prefix, label) if part)


def _due_of(
    session: Session,
    engine: ProcessEngine,
    plan: Plan,
    process_key: str,
    processes: Processes,
    taken: Mapping[str, set[str]],
) -> list[tuple[CalendarStart, DueOpening]]:
    """What of a process is due in a plan, in order; nothing while what it requires is going on."""
    found: list[tuple[CalendarStart, DueOpening]] = []
    for start in _starts_of(session, process_key, processes):
        known = taken[process_key] | _imported(start, taken)
        due = [opening for opening in _come(engine, plan, start) if opening.period.label not in known]
        if due and _requirements_closed(session, plan, start, processes):
            found += [(start, opening) for opening in due]
    return found


def opened_at_once(session: Session, engine: ProcessEngine, plan: Plan, start: CalendarStart) -> list[DueOpening]:
    """What the calendar would open today of a start that may not be published yet."""
    taken = _taken(session, plan)
    known = taken[start.process_key] | _imported(start, taken)
    come = [opening for opening in _come(engine, plan, start) if opening.period.label not in _imported(start, taken)]
    due = [opening for opening in come if opening.period.label not in known]
    if not due or not _requirements_closed(session, plan, start, catalogue.by_key(session, plan.sector_code)):
        return []
    return due if start.cadence.catch_up == "todas" else [due_opening for due_opening in due if due_opening == come[-1]]


def _come(engine: ProcessEngine, plan: Plan, start: CalendarStart) -> list[DueOpening]:
    """The periods whose day has come, decided about or not."""
    today = bogota_day(engine.now())
    # Openings come in the order of their periods.
    return list(takewhile(lambda opening: opening.due_on <= today, openings(engine, start.cadence, plan)))


def _newest(session: Session, engine: ProcessEngine, plan: Plan, start: CalendarStart) -> DueOpening:
    imported = _imported(start, _taken(session, plan))
    return [opening for opening in _come(engine, plan, start) if opening.period.label not in imported][-1]


def _imported(start: CalendarStart, taken: Mapping[str, set[str]]) -> set[str]:
    """Months that came with the import were followed elsewhere and are closed: nothing to open."""
    return taken[IMPORTED] if start.cadence.every == "mensual" else set()


def _taken(session: Session, plan: Plan) -> Mapping[str, set[str]]:
    """The periods that were opened or decided about, by process; under `IMPORTED`, the months that were imported."""
    taken: dict[str, set[str]] = defaultdict(set)
    decided = sa.select(PeriodStart.process_key, PeriodStart.period).where(PeriodStart.plan_code == plan.code)
    for process_key, period in session.execute(decided):
        taken[process_key].add(period)
    imported = sa.select(Period.code).where(Period.plan_code == plan.code, Period.instance_id.is_(None))
    taken[IMPORTED] = set(session.scalars(imported))
    return taken


def _opens_on(engine: ProcessEngine, rhythm: Cadence, period: PlanPeriod, plan: Plan) -> dt.date:
    return rhythm.opens_on(cast(WorkingCalendar, engine.calendar), period, plan.code)


def _requirements_closed(session: Session, plan: Plan, start: CalendarStart, processes: Processes) -> bool:
    required = (
        calendar_start for key in start.cadence.requires for calendar_start in _starts_of(session, key, processes)
    )
    return all(_closed(session, plan, one) for one in required)


def _closed(session: Session, plan: Plan, start: CalendarStart) -> bool:
    labels = {period.label for period in _periods(start.cadence, plan)}
    query = (
        sa.select(PeriodStart.period)
        .outerjoin(Instance, Instance.id == PeriodStart.instance_id)
        .where(PeriodStart.plan_code == plan.code, PeriodStart.process_key == start.process_key)
        .where(sa.or_(PeriodStart.outcome == Opening.SKIPPED, Instance.state != InstanceState.ACTIVE))
    )
    return labels <= set(session.scalars(query))


def _open(
    session: Session,
    engine: ProcessEngine,
    plan: Plan,
    start: CalendarStart,
    opening: DueOpening,
    *,
    actor: Actor,
    reason: str,
) -> Instance | None:
    row = _reserve(session, engine, plan, start.process_key, opening, outcome=Opening.OPENED, reason=reason)
    if row is None:
        return None
    instance = instances.start(
        session,
        engine,
        start.process_key,
        business_key=business_key(plan.code, start.process_key, opening.period.label),
        name=_name(start, opening.period),
        scope=plan.code,
        variables=variables(plan, opening.period),
        actor=actor,
        start_element=start.element_id,
        tenant=plan.sector_code,
    )
    row.instance_id = instance.id
    return instance


def _reserve(
    session: Session,
    engine: ProcessEngine,
    plan: Plan,
    process_key: str,
    opening: DueOpening,
    *,
    outcome: str,
    reason: str,
) -> PeriodStart | None:
    """Insert the row of a period, or nothing if somebody did before."""
    key = {"process_key": process_key, "plan_code": plan.code, "period": opening.period.label}
    values = {"due_on": opening.due_on, "started_at": engine.now(), "outcome": outcome, "reason": reason}
    if not insert_once(session, PeriodStart, {**key, **values}, key=list(key)):
        return None
    return session.scalars(sa.select(PeriodStart).filter_by(**key)).one()


def _name(start: CalendarStart, period: PlanPeriod) -> str:
    pattern = NAMES[start.process_key][1] if start.process_key in NAMES else f"{start.name}, {{}}"
    return pattern.format(period.words).rstrip(", ")


GIVEN = {"plan": TEXT, "periodo": TEXT, "cierre": DATE, "vigencia": NUMBER}
"""What a case begins with that the calendar opens."""


def variables(plan: Plan, period: PlanPeriod) -> dict[str, str | int]:
    """What the case of a period begins with."""
    return {
        "plan": plan.code,
        "periodo": period.label,
        "cierre": period.cutoff.isoformat(),
        "vigencia": period.cutoff.year,
    }


def followed(session: Session, plan_code: str | None = None) -> list[Plan]:
    """The plans whose calendar runs, or the one named if it does."""
    query = sa.select(Plan).where(Plan.state.in_(FOLLOWED_STATES)).order_by(Plan.code)
    if plan_code is not None:
        query = query.where(Plan.code == plan_code)
    return list(session.scalars(query))


def _load(
    session: Session, engine: ProcessEngine, plan_code: str, process_key: str, label: str
) -> tuple[Plan, CalendarStart, DueOpening]:
    plan = session.get(Plan, plan_code)
    starts = calendar_starts(session, plan.sector_code) if plan is not None else []
    start = next((one for one in starts if one.process_key == process_key), None)
    if plan is None or start is None:
        raise NotFound
    opening = next(
        (due_opening for due_opening in openings(engine, start.cadence, plan) if due_opening.period.label == label),
        None,
    )
    if opening is None:
        raise NotFound(f"El periodo {label} no es de este plan. Elija otro.")
    return plan, start, opening


def _ensure_decidable(session: Session, actor: Actor, plan: Plan, process_key: str, label: str, *, reason: str) -> None:
    ensure_coordinator(actor, plan.sector_code)
    if not reason.strip():
        raise Refused("Diga el motivo: queda en la bitácora.")
    row = _row(session, plan, process_key, label)
    if row is not None and row.outcome == Opening.OPENED:
        raise Conflict("Ese periodo ya se abrió. Búsquelo entre los procesos en curso.")


def _forget_decision(session: Session, plan: Plan, process_key: str, label: str) -> None:
    row = _row(session, plan, process_key, label)
    if row is not None:
        session.delete(row)
        session.flush()


def _row(session: Session, plan: Plan, process_key: str, label: str) -> PeriodStart | None:
    return _decided_row(session, plan.code, process_key, label)


def _decided_row(session: Session, plan_code: str, process_key: str, label: str) -> PeriodStart | None:
    return session.scalar(
        sa.select(PeriodStart).where(
            PeriodStart.plan_code == plan_code, PeriodStart.process_key == process_key, PeriodStart.period == label
        )
    )
