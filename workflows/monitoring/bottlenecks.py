"""Bottlenecks: candidates by the rule, what people say of them, and the measures that follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.indicators.bottlenecks import Candidate, judge, projection
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import Month
from workflows.indicators.states import Color, Measure, Status
from workflows.meetings.models import Commitment
from workflows.monitoring.facts import IndicatorFacts, PlanFacts
from workflows.monitoring.models import Bottleneck, Figure
from workflows.monitoring.period_figures import IndicatorFigure, PeriodFigures
from workflows.monitoring.states import BottleneckState

MEASURE_WORDS = {
    Measure.PREVENTIVE: "Medida preventiva",
    Measure.RECOVERY: "Plan de choque",
    Measure.NONE: "Ninguna medida",
}
ORIGINS = {Measure.PREVENTIVE: "medida_preventiva", Measure.RECOVERY: "plan_de_choque"}


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an entity and the sectoral team say of a candidate."""

    bottleneck_id: int
    confirmed: bool
    cause: str = ""
    category: str = ""
    severity: str = ""
    measure: Measure = Measure.UNDECIDED
    action: str = ""
    responsible: str | None = None
    due_on: dt.date | None = None
    reason: str = ""


def refresh(session: Session, period: Period, facts: PlanFacts, figures: PeriodFigures) -> list[str]:
    """Find the month's candidates; gives the entities that have one. What people said of them stays."""
    known = {kept.indicator_id: kept for kept in of_period(session, period)}
    colors = _earlier_colors(session, period)
    entities: list[str] = []
    for fact in facts.indicators:
        candidate = _judge(fact, figures.indicators[fact.code], facts, colors)
        if candidate is not None:
            entities.append(fact.entity)
            kept = known.pop(fact.id, None) or Bottleneck(
                period_id=period.id, indicator_id=fact.id, entity_code=fact.entity, state=BottleneckState.CANDIDATE
            )
            kept.why, kept.proposed = candidate.why, candidate.proposed
            session.add(kept)
    for kept in known.values():
        if kept.state == BottleneckState.CANDIDATE:  # a clarification corrected the figure
            session.delete(kept)
    session.flush()
    return list(dict.fromkeys(entities))


def of_period(session: Session, period: Period, entity: str | None = None) -> list[Bottleneck]:
    """The bottlenecks and candidates of a month, in the order of the plan."""
    query = (
        sa.select(Bottleneck)
        .join(Indicator, Indicator.id == Bottleneck.indicator_id)
        .where(Bottleneck.period_id == period.id)
        .order_by(Indicator.position, Indicator.code)
    )
    if entity is not None:
        query = query.where(Bottleneck.entity_code == entity)
    return list(session.scalars(query))


def confirmed(session: Session, period: Period) -> list[tuple[Bottleneck, Indicator]]:
    """What people confirmed as bottlenecks, each with its indicator."""
    query = (
        sa.select(Bottleneck, Indicator)
        .join(Indicator, Indicator.id == Bottleneck.indicator_id)
        .where(Bottleneck.period_id == period.id, Bottleneck.state == BottleneckState.CONFIRMED)
        .order_by(Indicator.position, Indicator.code)
    )
    return [(row.Bottleneck, row.Indicator) for row in session.execute(query)]


def qualify(session: Session, period: Period, entity: str, opinions: Sequence[Opinion]) -> None:
    """Record what is said of an entity's candidates."""
    known = {kept.id: kept for kept in of_period(session, period, entity)}
    for said in opinions:
        kept = known[said.bottleneck_id]
        kept.state = BottleneckState.CONFIRMED if said.confirmed else BottleneckState.DISMISSED
        kept.cause, kept.category, kept.severity = said.cause, said.category, said.severity
        kept.measure, kept.action, kept.reason = said.measure, said.action, said.reason
        kept.responsible, kept.due_on = said.responsible, said.due_on


def decide_measure(session: Session, bottleneck_id: int, *, measure: Measure, reason: str) -> None:
    """Record the measure that the meeting decided."""
    kept = session.get_one(Bottleneck, bottleneck_id)
    kept.measure = measure
    kept.reason = reason or kept.reason


def proposal_words(kept: Bottleneck) -> str:
    """What was proposed, in words: «Medida preventiva: alistar pliegos»."""
    words = MEASURE_WORDS[kept.measure or kept.proposed]
    return f"{words}: {kept.action}" if kept.action else words


def needing_recovery(session: Session, period: Period) -> list[tuple[Bottleneck, Indicator]]:
    """The bottlenecks for which a recovery plan was decided."""
    return [(kept, indicator) for kept, indicator in confirmed(session, period) if kept.measure == Measure.RECOVERY]


def register_measures(session: Session, period: Period, *, recovery_as_case: bool) -> None:
    """Make a commitment with person and date of every measure. Doing it twice adds nothing.

    A recovery plan is one too as long as it is no case of its own.
    """
    measures = {Measure.PREVENTIVE} if recovery_as_case else {Measure.PREVENTIVE, Measure.RECOVERY}
    registered = set(session.scalars(sa.select(Commitment.bottleneck_id).where(Commitment.bottleneck_id.is_not(None))))
    for kept, indicator in confirmed(session, period):
        if kept.measure in measures and kept.id not in registered:
            session.add(_commitment(period, kept, indicator))
    session.flush()


def _commitment(period: Period, kept: Bottleneck, indicator: Indicator) -> Commitment:
    return Commitment(
        plan_code=period.plan_code,
        origin=ORIGINS[kept.measure],
        bottleneck_id=kept.id,
        text=f"{indicator.code}: {kept.action or kept.cause}",
        responsible=kept.responsible or indicator.reports,
        due_on=kept.due_on,
    )


def _judge(
    fact: IndicatorFacts, figure: IndicatorFigure, facts: PlanFacts, colors: dict[tuple[str, Month], Color]
) -> Candidate | None:
    """Why an indicator is a candidate and what is proposed. Only where it was due now."""
    if not fact.sheet.is_due(facts.year, facts.month):
        return None
    before = _color_before(fact, facts, colors)
    projected = projection(fact.sheet, fact.series, facts.year, facts.month)
    return judge(figure.assessment, before, projected, facts.month)


def _color_before(fact: IndicatorFacts, facts: PlanFacts, colors: dict[tuple[str, Month], Color]) -> Color | None:
    """The colour at the last due cut-off before this one that had data of its own."""
    cutoff: Month | None = (facts.year, facts.month)
    while cutoff is not None:
        year, month = cutoff
        cutoff = fact.sheet.last_cutoff(*((year, month - 1) if month > 1 else (year - 1, 12)))
        if cutoff and (color := colors.get((fact.code, cutoff))):
            return color
    return None


def _earlier_colors(session: Session, period: Period) -> dict[tuple[str, Month], Color]:
    """Of every earlier month, the colours that stand on data of their own; what was carried neither adds nor clears."""
    query = (
        sa.select(Figure.code, Figure.color, Figure.data, Period.year, Period.month)
        .join(Period, Period.id == Figure.period_id)
        .where(Period.plan_code == period.plan_code, Period.code < period.code)
        .where(Figure.level == "indicador", Figure.color.is_not(None), Figure.color != Color.GREY)
        .where(sa.or_(Figure.status.is_(None), Figure.status != Status.CARRIED))
    )
    return {
        (row.code, (row.year, row.month)): row.color
        for row in session.execute(query)
        if not row.data.get("missing") and not row.data.get("partial")
    }
