"""Consolidating a month: figures, alerts, candidates, and whether a meeting is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.errors import PeriodFrozen
from workflows.indicators.states import Color
from workflows.monitoring import alerts, bottlenecks, facts, figures, periods
from workflows.monitoring.period_figures import PeriodFigures

QUARTER_ENDS = (3, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Consolidated:
    """What the case needs to know: who has candidates, and whether the meeting is held."""

    entities_with_bottleneck: Sequence[str]
    meeting: bool


def consolidate(session: Session, plan_code: str, code: str) -> Consolidated:
    """Compute the month from what was endorsed. Doing it again takes in what was clarified since.

    Raises `PeriodFrozen` for a closed month.
    """
    period = periods.find(session, plan_code, code)
    known, computed = _store(session, period)
    alerts.refresh(session, period, known, computed)
    entities = bottlenecks.refresh(session, period, known, computed)
    period.state = PeriodState.CONSOLIDATED
    red = any(
        figure.assessment.color == Color.RED and figure.assessment.is_whole for figure in computed.indicators.values()
    )
    return Consolidated(entities, red or bool(entities) or period.month in QUARTER_ENDS)


def store_figures(session: Session, period: Period) -> PeriodFigures:
    """Compute the month's figures and keep them in place of those it had. Raises `PeriodFrozen` for a closed month."""
    return _store(session, period)[1]


def settle(session: Session, period: Period) -> PeriodFigures:
    """Compute the month a last time, with its alerts. Raises `PeriodFrozen` for a closed month."""
    known, computed = _store(session, period)
    alerts.refresh(session, period, known, computed)
    return computed


def _store(session: Session, period: Period) -> tuple[facts.PlanFacts, PeriodFigures]:
    if period.state == PeriodState.CLOSED:
        raise PeriodFrozen(plan_code=period.plan_code, period_code=period.code, action="consolidar")
    session.flush()
    known = facts.load(session, period.plan_code, period.code)
    computed = figures.figures_of(known)
    figures.store(session, period, computed)
    return known, computed
