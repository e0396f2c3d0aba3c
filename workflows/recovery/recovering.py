"""Whether an indicator has recovered: told by the frozen figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.indicators.models import Indicator
from workflows.indicators.states import Annualization, Color, Status
from workflows.monitoring.models import Figure, PeriodRow
from workflows.recovery.models import RecoveryPlan
from workflows.spanish import enumeration, month_name, number

CUTOFFS = 2
"""How many cut-offs in a row must be green."""


@dataclass(frozen=True, slots=True)
class Cutoff:
    """An indicator at a frozen cut-off where it was due. `executed` is accumulated in the year, where it adds up.

    A value that was carried there is none of its own: it neither recovers an indicator nor shows that it has not.
    """

    period: str
    color: str | None
    executed: Decimal | None
    own: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it recovered, and by what, in a sentence. `missing`: there is no datum of its own to tell it by."""

    recovered: bool
    evidence: str
    missing: bool = False


def judge(session: Session, plan: RecoveryPlan) -> Verdict:
    """Recovered at the cut-off of verification: the target reached, or green there and at the due cut-off before.

    Nothing earlier is looked at instead of it, unless it will never close: then the last closed one stands for it.
    """
    indicator = session.get_one(Indicator, plan.indicator_id)
    cutoffs = [one for one in cutoffs_after(session, plan) if one.period <= (plan.verify_cutoff or one.period)]
    if not cutoffs:
        return Verdict(False, f"No hay un corte cerrado después de {month_name(plan.since_period)}.")
    last = cutoffs[-CUTOFFS:]
    if not last[-1].own:
        told = f"Sin dato propio en {month_name(last[-1].period)}: no se puede decir que se recuperó."
        return Verdict(False, told, missing=True)
    value = _value(indicator, last)
    target = number(plan.recovery_target)
    if _reached(indicator, last[-1].executed, plan.recovery_target):
        return Verdict(True, f"Llegó a {value}: la meta de recuperación era {target}.")
    if len(last) == CUTOFFS and all(cutoff.color == Color.GREEN and cutoff.own for cutoff in last):
        return Verdict(True, f"En verde en {enumeration([month_name(one.period) for one in last])}.")
    return Verdict(False, f"Va en {value}; la meta de recuperación es {target}, y no está en verde en dos cortes.")


def cutoffs_after(session: Session, plan: RecoveryPlan) -> list[Cutoff]:
    """The frozen cut-offs of the indicator after the month of its bottleneck, where a value was due, oldest first."""
    due = sa.select(PeriodRow.id).where(
        PeriodRow.period_id == Period.id, PeriodRow.indicator_id == plan.indicator_id, PeriodRow.due
    )
    query = (
        sa.select(Period.code, Figure.color, Figure.executed, Figure.status)
        .join(Period, Period.id == Figure.period_id)
        .join(Indicator, Indicator.code == Figure.code)
        .where(Indicator.id == plan.indicator_id, Figure.level == "indicador")
        .where(Period.plan_code == plan.plan_code, Period.code > plan.since_period, Period.state == PeriodState.CLOSED)
        .where(due.exists())
        .order_by(Period.code)
    )
    return [
        Cutoff(code, color, executed, own=status not in (Status.CARRIED, Status.NO_DATA))
        for code, color, executed, status in session.execute(query)
    ]


def _reached(indicator: Indicator, executed: Decimal | None, target: Decimal | None) -> bool:
    if executed is None or target is None:
        return False
    return executed <= target if indicator.annualization == Annualization.FALLING else executed >= target


def _value(indicator: Indicator, last: Sequence[Cutoff]) -> str:
    return f"{number(last[-1].executed)} {indicator.unit} en {month_name(last[-1].period)}"
