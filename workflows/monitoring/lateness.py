"""Entities that did not hand in their month: their late case, and how its figures come in afterwards."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import DATE, LIST, TEXT
from engine.identity import SYSTEM, Actor
from engine.instances import commands as instances
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import InstanceState
from workflows.cycles import cadence
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.errors import NotFound, Refused
from workflows.events import ReportMissing
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import IN_NO_MONTH
from workflows.monitoring import computed_rows, entity_reports, execution_rows, measurements, periods
from workflows.monitoring.measurements import changing_all
from workflows.monitoring.models import EntityReport, FormerDatum, Measurement
from workflows.monitoring.states import MeasurementState, ReportState
from workflows.plan.models import Plan
from workflows.spanish import month_name

LATE_PROCESS, LATE_KEY = "f5_reporte_extemporaneo", "f5x"
GIVEN = {"plan": TEXT, "periodo": TEXT, "cierre": DATE, "entidad": TEXT, "responsables_pendientes": LIST}
"""What a late case begins with."""


def close_reporting(session: Session, engine: ProcessEngine, period: Period) -> list[str]:
    """Mark the entities without endorsed report, or with rows or money that did not come in; each has a late case.

    Gives their codes. What is endorsed stays so. Doing it twice opens nothing more.
    """
    if period.state == PeriodState.OPEN:
        period.state = PeriodState.IN_VALIDATION
    missing = [report for report in _reports(session, period) if not _is_whole(session, period, report)]
    for report in missing:
        if report.late_instance_id is None:
            _expire(session, engine, period, report)
    return [report.entity_code for report in missing]


def incorporate(session: Session, engine: ProcessEngine, period: Period, entity: str) -> EntityReport:
    """Let the endorsed figures of a late report count: in their own month while it is not closed, else afterwards.

    Then they count from the next month that closes, and after the last one in the evaluation that follows.
    """
    report = entity_reports.find(session, period, entity)
    counts_from = None if period.state != PeriodState.CLOSED else _next_open_month(session, period)
    endorsed = [
        one
        for one in _measurements(session, period, entity)
        if one.state == MeasurementState.ENDORSED and not one.late and _came_late(session, report, one)
    ]
    corrected = _corrected(session, endorsed)
    with changing_all(session, engine, endorsed, SYSTEM, "incorporar"):
        for measurement in endorsed:
            measurement.counts_from = counts_from
            if measurement.id not in corrected:  # a correction leaves whether its first datum came in time
                measurement.late = True
                measurement.timely = measurement.timely and counts_from is None
    late = any(one.late for one in _measurements(session, period, entity))
    report.state = ReportState.LATE if late or not corrected else ReportState.ENDORSED
    return report


def give_up(session: Session, engine: ProcessEngine, period: Period, entity: str) -> EntityReport:
    """Leave the month without what did not come: the time for the late report ran out too."""
    report = entity_reports.find(session, period, entity)
    unfinished = [
        one
        for one in _measurements(session, period, entity)
        if one.state not in (MeasurementState.MISSING, *measurements.COUNTED)
    ]
    corrected = _corrected(session, unfinished)
    for measurement in [one for one in unfinished if one.id in corrected]:
        measurements.take_back(session, engine, measurement, SYSTEM)
        unfinished.remove(measurement)
    with changing_all(session, engine, unfinished, SYSTEM, "vencer"):
        for measurement in unfinished:
            measurement.state = MeasurementState.MISSING
    report.state = ReportState.ENDORSED if report.state == ReportState.PARTLY_ENDORSED else ReportState.NEVER
    return report


def correct(
    session: Session,
    engine: ProcessEngine,
    plan_code: str,
    period_code: str,
    indicator_code: str,
    *,
    reason: str,
    actor: Actor,
) -> Instance:
    """Open the correction of a datum of a closed month, or of one that was never told: gives its late case.

    Whoever reports it tells it again, with evidence; it is validated and endorsed as any, and counts from the next
    month that closes. With the goal of a project goes what is computed from it. Raises `NotFound` or `Refused` (no
    reason, a month that is open, one already under way).
    """
    if not reason.strip():
        raise Refused("Diga por qué se corrige: lo leen quien reporta, quien valida y quien avala.")
    period = periods.find(session, plan_code, period_code)
    if period.state != PeriodState.CLOSED:
        raise Refused(f"El mes de {month_name(period.code)} no está cerrado: corrija el dato en su tarea.")
    indicator = session.scalar(
        sa.select(Indicator).where(Indicator.plan_code == plan_code, Indicator.code == indicator_code)
    )
    rows = [one for one in periods.rows_due(session, period) if indicator and one.indicator_id == indicator.id]
    if not rows or period.instance_id is None:
        raise NotFound(f"{indicator_code} no se reportó en {month_name(period.code)}.")
    report = entity_reports.find(session, period, rows[0].entity_code)
    _ensure_nothing_under_way(session, period, report)
    measurement = measurements.begin(session, period, [rows[0].indicator_id])[rows[0].indicator_id]
    if measurement.state == MeasurementState.FROZEN:
        measurements.reopen(session, engine, measurement, actor, reason=reason)
        for fed in computed_rows.frozen_with(session, period, measurement.indicator_id, rows[0].entity_code):
            measurements.reopen(session, engine, fed, actor, reason=f"Se corrige su meta {indicator_code}: {reason}")
    elif measurement.state == MeasurementState.ENDORSED:
        raise Refused(f"Ya hay una cifra avalada que cuenta desde {month_name(measurement.counts_from or '')}: espere.")
    report.state = ReportState.MISSING if report.state == ReportState.NEVER else ReportState.PARTLY_ENDORSED
    return _open_case(session, engine, period, report, f"Corrección de {indicator_code}, {month_name(period.code)}")


def late_key(plan_code: str, period_code: str, entity: str) -> str:
    """`PES-GOB/f5x/2018-06/SEC`."""
    return f"{plan_code}/{LATE_KEY}/{period_code}/{entity}"


def _expire(session: Session, engine: ProcessEngine, period: Period, report: EntityReport) -> None:
    states = {one.state for one in _measurements(session, period, report.entity_code)}
    partly = report.state == ReportState.ENDORSED and MeasurementState.ENDORSED in states
    report.state = ReportState.PARTLY_ENDORSED if partly else ReportState.MISSING
    due = [row.indicator_id for row in periods.rows_due(session, period, entity=report.entity_code)]
    _reopen(session, engine, measurements.begin(session, period, due).values())
    execution_rows.expire(session, engine, period, report.entity_code, actor=SYSTEM)
    name = f"Reporte extemporáneo de {report.entity_code}, {month_name(period.code)}"
    instance = _open_case(session, engine, period, report, name)
    engine.tell(
        session,
        ReportMissing(engine.now(), SYSTEM.id, instance.id, period.plan_code, period.code, report.entity_code),
    )


def _open_case(session: Session, engine: ProcessEngine, period: Period, report: EntityReport, name: str) -> Instance:
    """The late case of an entity; its keys are numbered from the second one on."""
    key = late_key(period.plan_code, period.code, report.entity_code)
    earlier = session.scalar(
        sa.select(sa.func.count()).where(
            sa.or_(Instance.business_key == key, Instance.business_key.startswith(f"{key}/", autoescape=True))
        )
    )
    instance = instances.start(
        session,
        engine,
        LATE_PROCESS,
        business_key=f"{key}/{earlier + 1}" if earlier else key,
        name=name,
        scope=period.plan_code,
        variables={
            "plan": period.plan_code,
            "periodo": period.code,
            "cierre": period.cutoff_on.isoformat(),
            "entidad": report.entity_code,
            "responsables_pendientes": entity_reports.responsibles_with_open_rows(
                session, period, report.entity_code, typed=True
            ),
        },
        actor=SYSTEM,
        tenant=session.get_one(Plan, period.plan_code).sector_code,
    )
    report.late_instance_id = instance.id
    session.flush()
    return instance


def _ensure_nothing_under_way(session: Session, period: Period, report: EntityReport) -> None:
    case = session.get(Instance, report.late_instance_id) if report.late_instance_id else None
    if case is not None and case.state == InstanceState.ACTIVE:
        raise Refused(f"«{case.name}» está en curso: cuando termine se puede corregir otra cifra de ese mes.")


def _corrected(session: Session, found: Iterable[Measurement]) -> set[int]:
    """Those that said something else before, by id."""
    ids = [one.id for one in found]
    query = sa.select(FormerDatum.measurement_id).where(FormerDatum.measurement_id.in_(ids))
    return set(session.scalars(query))


def _is_whole(session: Session, period: Period, report: EntityReport) -> bool:
    """Whether the head answered for every row that was due, and the money of every project."""
    if report.state != ReportState.ENDORSED or execution_rows.is_missing(session, period, report.entity_code):
        return False
    return not entity_reports.responsibles_with_open_rows(session, period, report.entity_code)


def _came_late(session: Session, report: EntityReport, measurement: Measurement) -> bool:
    """Whether a row was endorsed in the late case: what was endorsed before it began came in time."""
    if report.late_instance_id is None or measurement.endorsed_at is None:
        return True
    return measurement.endorsed_at >= session.get_one(Instance, report.late_instance_id).started_at


def _reopen(session: Session, engine: ProcessEngine, due: Iterable[Measurement]) -> None:
    """What nobody sent says so; what was accepted is looked at again, for nobody endorsed it."""
    after = {MeasurementState.DRAFT: MeasurementState.MISSING, MeasurementState.VALIDATED: MeasurementState.SENT}
    changed = [measurement for measurement in due if measurement.state in after]
    with changing_all(session, engine, changed, SYSTEM, "vencer"):
        for measurement in changed:
            measurement.state = after[measurement.state]


def _next_open_month(session: Session, period: Period) -> str:
    closed = set(
        session.scalars(
            sa.select(Period.code).where(Period.plan_code == period.plan_code, Period.state == PeriodState.CLOSED)
        )
    )
    code, last = cadence.next_month(period.code), f"{session.get_one(Plan, period.plan_code).ends_on:%Y-%m}"
    while code in closed:
        code = cadence.next_month(code)
    return code if code <= last else IN_NO_MONTH


def _reports(session: Session, period: Period) -> list[EntityReport]:
    query = sa.select(EntityReport).where(EntityReport.period_id == period.id).order_by(EntityReport.id)
    return list(session.scalars(query))


def _measurements(session: Session, period: Period, entity: str) -> list[Measurement]:
    rows = periods.rows_due(session, period, entity=entity)
    return list(measurements.of_rows(session, rows).values())
