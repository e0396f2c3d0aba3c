"""The report of an entity in a month: sent by its responsibles, validated row by row, endorsed by its head."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.cycles.models import Period
from workflows.errors import NotFound
from workflows.indicators.models import Indicator
from workflows.indicators.states import IndicatorKind, Rule
from workflows.monitoring import computed_rows, execution_rows, measurements, periods
from workflows.monitoring.execution_rows import Judged
from workflows.monitoring.measurements import ReportedRow, changing_all
from workflows.monitoring.models import EntityReport, Measurement, PeriodRow
from workflows.monitoring.states import MeasurementState, ReportState

ASKED_BY = "cierre+5dh"
"""By when a row has to be first sent to be in time: returning and correcting it takes nothing away."""

CORRECTED_BY = "cierre+6dh"
"""By when a returned row has to be corrected: what is not goes to the late case, and the rest is endorsed."""

IN_LATE_CASE = (ReportState.MISSING, ReportState.PARTLY_ENDORSED)
"""What was not in when the reports of the month were closed is asked for in a late case."""

TO_VALIDATE, TO_ENDORSE, NOTHING = "validacion", "aval", "nada"
"""What is left to do of a report when its rows are closed."""

OPEN_ROWS = (MeasurementState.DRAFT, MeasurementState.RETURNED, MeasurementState.MISSING)
"""States of a row that its responsible still has to fill."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the liaison says of one row; a returned row carries the reason."""

    measurement_id: int
    accepted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ToCorrect:
    """Who has something to correct: of the rows that are typed, of the execution, of what is computed."""

    rows: Sequence[str]
    execution: Sequence[str]
    computed: Sequence[str]


def find(session: Session, period: Period, entity: str) -> EntityReport:
    """The report of an entity in a month. Raises `NotFound`."""
    query = sa.select(EntityReport).where(EntityReport.period_id == period.id, EntityReport.entity_code == entity)
    report = session.scalar(query)
    if report is None:
        raise NotFound(_no_report(period, entity))
    return report


def responsibles(session: Session, period: Period, entity: str) -> list[str]:
    """Who has a value due at this cut-off, in the order of the plan; computed ones are confirmed later."""
    query = (
        sa.select(PeriodRow.reports)
        .join(Indicator, Indicator.id == PeriodRow.indicator_id)
        .where(PeriodRow.period_id == period.id, PeriodRow.due, PeriodRow.entity_code == entity)
        .where(Indicator.rule == Rule.DIRECT)
        .order_by(Indicator.position, Indicator.code)
    )
    return _distinct(session.scalars(query))


def responsibles_with_open_rows(
    session: Session,
    period: Period,
    entity: str,
    states: Sequence[MeasurementState] = OPEN_ROWS,
    *,
    typed: bool = False,
) -> list[str]:
    """Who still has a row to send: never sent, or returned; of those `states` alone.

    `typed`: leave out what is computed.
    """
    told = sa.and_(Measurement.period_id == PeriodRow.period_id, Measurement.indicator_id == PeriodRow.indicator_id)
    query = (
        sa.select(PeriodRow.reports)
        .join(Indicator, Indicator.id == PeriodRow.indicator_id)
        .outerjoin(Measurement, told)
        .where(PeriodRow.period_id == period.id, PeriodRow.due, PeriodRow.entity_code == entity)
        .where(_is_in(states), Indicator.rule == Rule.DIRECT if typed else sa.true())
        .order_by(Indicator.position, Indicator.code)
    )
    return _distinct(session.scalars(query))


def to_review(session: Session, period: Period, entity: str) -> str:
    """What the liaison and the head still have to look at: `TO_VALIDATE`, else `TO_ENDORSE`, else `NOTHING`."""
    due = periods.rows_due(session, period, entity=entity)
    states = {one.state for one in measurements.of_rows(session, due).values()}
    states |= {one.state for one in execution_rows.of_entity(session, period, entity)}
    if MeasurementState.SENT in states or not due:  # without rows or money there is still its narrative
        return TO_VALIDATE
    return TO_ENDORSE if MeasurementState.VALIDATED in states else NOTHING


def rows_to_validate(session: Session, period: Period, entity: str) -> list[Measurement]:
    """The rows that were sent and wait for the liaison, in the order of the plan."""
    rows = periods.rows_due(session, period, entity=entity)
    known = measurements.of_rows(session, rows)
    return [known[row.indicator_id] for row in rows if _state(known, row) == MeasurementState.SENT]


def accepted_rows(session: Session, period: Period, entity: str) -> list[Measurement]:
    """The rows the liaison accepted, in the order of the plan."""
    rows = periods.rows_due(session, period, entity=entity)
    known = measurements.of_rows(session, rows)
    return [
        known[row.indicator_id]
        for row in rows
        if _state(known, row) in (MeasurementState.VALIDATED, MeasurementState.ENDORSED)
    ]


def send(
    session: Session,
    engine: ProcessEngine,
    period: Period,
    entity: str,
    *,
    actor: Actor,
    rows: Sequence[ReportedRow],
    known: Mapping[int, Measurement],
    late_reason: str = "",
    asked_by: str = ASKED_BY,
) -> None:
    """Record what a responsible sent; rows accepted before stay as they are. Raises `PeriodFrozen`.

    `known`: what this transaction read of these rows, by indicator id. `asked_by`: until when they are in time.
    """
    indicators = [row.indicator_id for row in rows]
    _hold(session, [row.indicator_id for row in rows if row.of_goal])
    report, others_open = _with_open_rows(session, period, entity, but=indicators)
    known = measurements.missing_begun(session, period, indicators, known)
    sent = [(known[row.indicator_id], row) for row in rows]
    sent = [(one, row) for one, row in sent if one.state not in (MeasurementState.VALIDATED, *measurements.COUNTED)]
    in_time = engine.now() <= _moment(engine, period, entity, asked_by)
    with changing_all(session, engine, [one for one, _ in sent], actor, "enviar", reason=late_reason):
        for measurement, row in sent:
            if measurement.reported_at is None:
                measurement.timely = in_time
            measurement.timely = measurement.timely and row.timely
            measurements.write(measurement, row)
            measurement.state, measurement.return_reason = MeasurementState.SENT, ""
            measurement.late_reason = late_reason
            measurement.reported_by, measurement.reported_at = actor.id, engine.now()
    computed_rows.refresh(session, engine, period, [one.indicator_id for one, row in sent if row.of_goal], actor=actor)
    if report.first_sent_at is None:
        report.first_sent_at = engine.now()
    if others_open or report.state not in (ReportState.PENDING, ReportState.RETURNED):
        return
    if report.state == ReportState.PENDING or not execution_rows.to_correct(session, period, entity):
        report.state = ReportState.SENT


def execution_corrected(session: Session, period: Period, entity: str) -> None:
    """The execution was sent again: a returned report of which nothing else has to be corrected waits anew."""
    report = find(session, period, entity)
    if report.state == ReportState.RETURNED and not responsibles_with_open_rows(session, period, entity):
        report.state = ReportState.SENT


def decide(
    session: Session,
    engine: ProcessEngine,
    period: Period,
    entity: str,
    *,
    actor: Actor,
    decisions: Sequence[Decision],
    execution: Sequence[Judged] = (),
) -> ToCorrect:
    """Accept or return the rows that wait; gives who has to correct. Raises `PeriodFrozen`."""
    report = find(session, period, entity)
    pending = {measurement.id: measurement for measurement in rows_to_validate(session, period, entity)}
    _hold(session, [one.indicator_id for one in pending.values() if one.indicator.kind == IndicatorKind.PROJECT_GOAL])
    alike: dict[tuple[bool, str], list[Measurement]] = {}
    for decision in decisions:
        if decision.measurement_id in pending:
            said = decision.accepted, decision.reason
            alike.setdefault(said, []).append(pending[decision.measurement_id])
    for (accepted, reason), decided in alike.items():
        with changing_all(session, engine, decided, actor, "validar" if accepted else "devolver", reason=reason):
            for measurement in decided:
                measurement.state = MeasurementState.VALIDATED if accepted else MeasurementState.RETURNED
                measurement.return_reason = reason
                measurement.validated_by, measurement.validated_at = actor.id, engine.now()
    goals = {
        one.indicator_id: reason
        for (accepted, reason), decided in alike.items()
        for one in decided
        if not accepted and one.indicator.kind == IndicatorKind.PROJECT_GOAL
    }
    computed_rows.returned_with(session, engine, period, goals, actor=actor)
    execution_rows.judge(session, engine, period, entity, execution, actor=actor)
    back = ToCorrect(
        responsibles_with_open_rows(session, period, entity, [MeasurementState.RETURNED], typed=True),
        execution_rows.to_correct(session, period, entity),
        computed_rows.to_confirm(session, period, entity),
    )
    is_returned = bool(back.rows or back.execution or back.computed)
    report.times_returned += is_returned
    if report.state not in IN_LATE_CASE:
        report.state = ReportState.RETURNED if is_returned else ReportState.VALIDATED
    return back


def endorse(session: Session, engine: ProcessEngine, period: Period, entity: str, *, actor: Actor) -> EntityReport:
    """The head of the entity answers for the report. Raises `PeriodFrozen`."""
    report = find(session, period, entity)
    validated = _in_state(session, period, entity, MeasurementState.VALIDATED)
    with changing_all(session, engine, validated, actor, "avalar"):
        for measurement in validated:
            measurement.state = MeasurementState.ENDORSED
            measurement.endorsed_by, measurement.endorsed_at = actor.id, engine.now()
    execution_rows.endorse(session, engine, period, entity, actor=actor)
    report.endorsed_by, report.endorsed_at = actor.id, engine.now()
    if report.state not in IN_LATE_CASE:
        report.state = ReportState.ENDORSED
    return report


def send_back(
    session: Session,
    engine: ProcessEngine,
    period: Period,
    entity: str,
    *,
    actor: Actor,
    reason: str,
    rows: Mapping[int, str] | None = None,
    execution: Mapping[execution_rows.Row, str] | None = None,
) -> EntityReport:
    """The head returns the report to the liaison, who looks at these rows again; without any named, at every one.

    `rows`: by measurement id, why; `execution` likewise. Raises `PeriodFrozen`.
    """
    report = find(session, period, entity)
    validated = _in_state(session, period, entity, MeasurementState.VALIDATED)
    named = bool(rows or execution)
    if not named:
        rows = {one.id: reason for one in validated}
        execution = dict.fromkeys(execution_rows.of_entity(session, period, entity), "")
    execution_rows.send_back(session, engine, period, entity, execution or {}, actor=actor)
    why = {id_: told or reason for id_, told in (rows or {}).items()}
    for said in dict.fromkeys(why.values()):
        alike = [one for one in validated if why.get(one.id) == said]
        with changing_all(session, engine, alike, actor, "reabrir", reason=said):
            for measurement in alike:
                measurement.state = MeasurementState.SENT
                measurement.return_reason = said if named else measurement.return_reason
    report.state, report.return_reason = ReportState.RETURNED, reason
    report.times_returned += 1
    return report


def may_be_corrected(engine: ProcessEngine, period: Period, entity: str) -> bool:
    """Whether there is time left to correct a row of the month; later it is corrected in the late case."""
    return engine.now() <= _moment(engine, period, entity, CORRECTED_BY)


def _is_in(states: Sequence[MeasurementState]) -> sa.ColumnElement[bool]:
    known = Measurement.state.in_(states)
    return sa.or_(Measurement.id.is_(None), known) if MeasurementState.DRAFT in states else known


def _moment(engine: ProcessEngine, period: Period, entity: str, deadline: str) -> dt.datetime:
    cutoff = {"cierre": period.cutoff_on.isoformat(), "periodo": period.code, "entidad": entity}
    return engine.calendar.deadline(deadline, since=engine.now(), variables=cutoff, scope=period.plan_code)


def _with_open_rows(session: Session, period: Period, entity: str, *, but: Sequence[int]) -> tuple[EntityReport, bool]:
    """The report of an entity, and whether indicators `but` these have rows that somebody still has to fill."""
    told = sa.and_(Measurement.period_id == PeriodRow.period_id, Measurement.indicator_id == PeriodRow.indicator_id)
    unfilled = (
        sa.select(PeriodRow.id)
        .outerjoin(Measurement, told)
        .where(PeriodRow.period_id == period.id, PeriodRow.due, PeriodRow.entity_code == entity)
        .where(PeriodRow.indicator_id.not_in(but), sa.or_(Measurement.id.is_(None), Measurement.state.in_(OPEN_ROWS)))
    )
    query = sa.select(EntityReport, unfilled.exists())
    found = session.execute(
        query.where(EntityReport.period_id == period.id, EntityReport.entity_code == entity)
    ).one_or_none()
    if found is None:
        raise NotFound(_no_report(period, entity))
    return found[0], bool(found[1])


def _hold(session: Session, goals: Sequence[int]) -> None:
    """What these goals feed is confirmed before they change, or after."""
    if goals:
        computed_rows.hold(session, computed_rows.fed_by(goals))


def _no_report(period: Period, entity: str) -> str:
    return f"{entity} no reporta en {period.code}."


def _in_state(session: Session, period: Period, entity: str, state: str) -> list[Measurement]:
    known = measurements.of_rows(session, periods.rows_due(session, period, entity=entity))
    return [measurement for measurement in known.values() if measurement.state == state]


def _state(known: dict[int, Measurement], row: PeriodRow) -> str:
    return known[row.indicator_id].state if row.indicator_id in known else MeasurementState.DRAFT


def _distinct(names: Iterable[str | None]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name]
