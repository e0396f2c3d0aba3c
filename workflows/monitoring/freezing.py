"""Closing a month: its figures become immutable."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import SYSTEM
from engine.runtime import ProcessEngine
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.events import PeriodClosed
from workflows.indicators.formulas import FORMULA_VERSION
from workflows.monitoring import consolidation, periods
from workflows.monitoring.measurements import changing_all
from workflows.monitoring.models import Measurement
from workflows.monitoring.states import MeasurementState


def freeze(session: Session, engine: ProcessEngine, plan_code: str, code: str) -> Period:
    """Compute the figures a last time, keep them with the formula's version, and close the month.

    Everything endorsed by now counts in it; late values of earlier months that count by now are frozen with it. A
    closed month stays as it is.
    """
    period = periods.find(session, plan_code, code)
    if period.state == PeriodState.CLOSED:
        return period
    consolidation.settle(session, period)
    counted = _counted(session, period)
    with changing_all(session, engine, counted, SYSTEM, "congelar"):
        for measurement in counted:
            measurement.state = MeasurementState.FROZEN
    period.state = PeriodState.CLOSED
    period.frozen_at, period.frozen_by = engine.now(), period.approved_by or SYSTEM.id
    period.formula_version = FORMULA_VERSION
    session.flush()
    engine.tell(session, PeriodClosed(engine.now(), SYSTEM.id, period.instance_id or 0, plan_code, code))
    return period


def _counted(session: Session, period: Period) -> list[Measurement]:
    query = (
        sa.select(Measurement)
        .join(Period, Period.id == Measurement.period_id)
        .where(Measurement.state == MeasurementState.ENDORSED, Period.plan_code == period.plan_code)
        .where(
            sa.or_(
                sa.and_(Measurement.period_id == period.id, Measurement.counts_from.is_(None)),
                Measurement.counts_from <= period.code,
            )
        )
        .order_by(Measurement.id)
    )
    return list(session.scalars(query))
