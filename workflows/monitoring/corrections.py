"""A coordinator's correction of a figure, while its month is open."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing.models import AuditEntry
from workflows.auditing.recording import record
from workflows.auditing.states import Outcome
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.errors import NotFound, PeriodFrozen, Refused
from workflows.forms.values import as_json
from workflows.indicators.models import Indicator
from workflows.monitoring import consolidation, measurements, periods
from workflows.monitoring.models import Measurement, MeasurementChange
from workflows.people.permissions import ensure_coordinator
from workflows.plan.models import Plan


def correct_measurement(
    session: Session,
    engine: ProcessEngine,
    plan_code: str,
    period_code: str,
    indicator_code: str,
    *,
    value: Decimal,
    reason: str,
    actor: Actor,
) -> Measurement:
    """Change what was reported, with the reason. Of a closed month it raises `PeriodFrozen`.

    Also raises `Forbidden`, `NotFound` and `Refused` (no reason). Whoever began the transaction records the refusal:
    `workflows.auditing.record_refusal`.
    """
    period = periods.find(session, plan_code, period_code)
    ensure_coordinator(actor, session.get_one(Plan, plan_code).sector_code)
    if not reason.strip():
        raise Refused("Diga el motivo de la corrección: queda en la bitácora.")
    measurement = _load(session, period, indicator_code)
    try:
        with measurements.changing(session, engine, measurement, actor, "corregir", reason=reason):
            measurement.value = value
    except PeriodFrozen as refused:
        refused.attempt = {"valor": as_json(value), "motivo": reason}
        raise
    if period.state == PeriodState.CONSOLIDATED:
        consolidation.store_figures(session, period)
    return measurement


def _load(session: Session, period: Period, indicator_code: str) -> Measurement:
    query = (
        sa.select(Measurement)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .where(Measurement.period_id == period.id, Indicator.code == indicator_code)
    )
    measurement = session.scalar(query)
    if measurement is None:
        raise NotFound(f"{indicator_code} no tiene cifra en {period.code}.")
    return measurement


def record_refusal(session: Session, clock: Clock, actor: Actor, refused: PeriodFrozen) -> AuditEntry:
    """Write down that a change of a closed month was tried and refused.

    Raising `PeriodFrozen` rolls the attempt back, and with it anything written beside it. So whoever began the
    transaction (view, command line) catches the error and calls this in a unit of work of its own.
    """
    if refused.measurement_id is not None:
        session.add(
            MeasurementChange(
                measurement_id=refused.measurement_id,
                at=clock.now(),
                actor_id=actor.id,
                action="rechazar",
                after=refused.attempt,
                reason=refused.message,
            )
        )
    return record(
        session,
        clock,
        actor,
        refused.action,
        ("periodo", f"{refused.plan_code}/{refused.period_code}"),
        outcome=Outcome.REFUSED,
        reason=refused.message,
        after={"objeto": refused.object_code, **refused.attempt},
    )
