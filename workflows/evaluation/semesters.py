"""The intermediate evaluation: self-assessments, a certified base, and what is decided on bottlenecks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.cycles.models import Period
from workflows.errors import Refused
from workflows.evaluation import cuts, evaluations
from workflows.evaluation.evaluations import find, months, still_open
from workflows.evaluation.models import CertifiedMonth, Evaluation, RecoveryDecision, SelfAssessment
from workflows.evaluation.states import EvaluationKind, EvaluationState, SelfAssessmentState
from workflows.indicators.models import Indicator
from workflows.monitoring import figures
from workflows.monitoring.models import Bottleneck
from workflows.monitoring.states import BottleneckState
from workflows.spanish import enumeration, month_name

MONTHS = 6


@dataclass(frozen=True, slots=True)
class OwnView:
    """What an entity says of its own semester."""

    achievements: str
    difficulties: str
    factors: str
    adjustments: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided of a bottleneck: a recovery plan, or why none."""

    bottleneck_id: int
    severity: str
    recovery: bool
    reason: str


def begin(
    session: Session, engine: ProcessEngine, plan_code: str, semester: str, *, cutoff: dt.date, instance_id: int
) -> list[str]:
    """Begin the evaluation of a semester (`2018-S1`); gives its entities. Doing it twice changes nothing."""
    evaluation = evaluations.begin(
        session, engine, plan_code, EvaluationKind.INTERMEDIATE, semester, cutoff=cutoff, instance_id=instance_id
    )
    codes = evaluations.entities(session, evaluation)
    known = {kept.entity_code for kept in self_assessments(session, evaluation)}
    session.add_all(
        SelfAssessment(evaluation_id=evaluation.id, entity_code=code, state=SelfAssessmentState.PENDING)
        for code in codes
        if code not in known
    )
    session.flush()
    return codes


def of_semester(session: Session, plan_code: str, semester: str) -> Evaluation:
    """The evaluation of a semester. Raises `NotFound`."""
    return find(session, plan_code, EvaluationKind.INTERMEDIATE, semester)


def self_assessments(session: Session, evaluation: Evaluation) -> list[SelfAssessment]:
    """What the entities said, in their order."""
    query = sa.select(SelfAssessment).where(SelfAssessment.evaluation_id == evaluation.id)
    return list(session.scalars(query.order_by(SelfAssessment.id)))


def assess_oneself(
    session: Session, engine: ProcessEngine, evaluation: Evaluation, entity: str, view: OwnView, *, actor: Actor
) -> None:
    """Keep what an entity says of its semester."""
    kept = next(assessment for assessment in self_assessments(session, evaluation) if assessment.entity_code == entity)
    kept.achievements, kept.difficulties = view.achievements, view.difficulties
    kept.factors, kept.adjustments = view.factors, view.adjustments
    kept.state, kept.sent_by, kept.sent_at = SelfAssessmentState.RECEIVED, actor.id, engine.now()


def months_of(session: Session, evaluation: Evaluation) -> list[str]:
    """The months that are evaluated."""
    return months(session, evaluation.plan_code, evaluation.cutoff_on, MONTHS)


def not_ready(session: Session, evaluation: Evaluation) -> str:
    """Why the base cannot be prepared yet, in a sentence; empty when it can."""
    missing = still_open(session, evaluation.plan_code, months_of(session, evaluation))
    if not missing:
        return ""
    return f"Todavía no está cerrado el seguimiento de {enumeration([month_name(code) for code in missing])}."


def certify(session: Session, engine: ProcessEngine, evaluation: Evaluation) -> None:
    """Take the closed months as the base; from here on who did not assess itself is *sin autoevaluación*.

    Raises `Refused` while a month is open. Doing it twice changes nothing.
    """
    if reason := not_ready(session, evaluation):
        raise Refused(reason)
    for assessment in self_assessments(session, evaluation):
        if assessment.state == SelfAssessmentState.PENDING:
            assessment.state = SelfAssessmentState.NONE_SENT
    known = set(
        session.scalars(sa.select(CertifiedMonth.period_id).where(CertifiedMonth.evaluation_id == evaluation.id))
    )
    for period in _periods(session, evaluation):
        if period.id not in known:
            session.add(_certified(session, engine, evaluation, period))
    cuts.take(session, engine, evaluation.plan_code, evaluation.cutoff_on.strftime("%Y-%m"))
    evaluation.state = EvaluationState.CERTIFIED
    evaluation.certified_at = evaluation.certified_at or engine.now()
    session.flush()


def certified(session: Session, evaluation: Evaluation) -> list[tuple[CertifiedMonth, Period]]:
    """The months of the base, oldest first."""
    query = (
        sa.select(CertifiedMonth, Period)
        .join(Period, Period.id == CertifiedMonth.period_id)
        .where(CertifiedMonth.evaluation_id == evaluation.id)
        .order_by(Period.code)
    )
    return [(row.CertifiedMonth, row.Period) for row in session.execute(query)]


def bottlenecks(session: Session, evaluation: Evaluation) -> list[tuple[Bottleneck, Indicator]]:
    """The bottlenecks confirmed in the semester, the latest of each indicator, in the order of the plan."""
    query = (
        sa.select(Bottleneck, Indicator)
        .join(Indicator, Indicator.id == Bottleneck.indicator_id)
        .join(Period, Period.id == Bottleneck.period_id)
        .where(Period.plan_code == evaluation.plan_code, Period.code.in_(months_of(session, evaluation)))
        .where(Bottleneck.state == BottleneckState.CONFIRMED)
        .order_by(Indicator.position, Indicator.code, Period.code)
    )
    latest = {row.Indicator.id: (row.Bottleneck, row.Indicator) for row in session.execute(query)}
    return list(latest.values())


def decisions(session: Session, evaluation: Evaluation) -> dict[int, RecoveryDecision]:
    """What was decided, by bottleneck."""
    query = sa.select(RecoveryDecision).where(RecoveryDecision.evaluation_id == evaluation.id)
    return {kept.bottleneck_id: kept for kept in session.scalars(query)}


def decide(
    session: Session, evaluation: Evaluation, decided: Sequence[Decision], *, change_asked: str, actor: Actor
) -> None:
    """Keep what was decided on the bottlenecks and on the plan itself."""
    known = decisions(session, evaluation)
    for decision in decided:
        kept = known.get(decision.bottleneck_id) or RecoveryDecision(
            evaluation_id=evaluation.id, bottleneck_id=decision.bottleneck_id
        )
        kept.severity, kept.recovery, kept.reason = decision.severity, decision.recovery, decision.reason
        kept.decided_by = actor.id
        session.add(kept)
        if decision.recovery:  # the recovery plan takes its severity from the bottleneck
            session.get_one(Bottleneck, decision.bottleneck_id).severity = decision.severity
    evaluation.change_asked = change_asked
    session.flush()


def needing_recovery(session: Session, evaluation: Evaluation) -> list[Bottleneck]:
    """The bottlenecks for which a recovery plan was decided."""
    decided = decisions(session, evaluation)
    chosen = {key for key, kept in decided.items() if kept.recovery}
    return [bottleneck for bottleneck, _indicator in bottlenecks(session, evaluation) if bottleneck.id in chosen]


def _periods(session: Session, evaluation: Evaluation) -> list[Period]:
    query = sa.select(Period).where(
        Period.plan_code == evaluation.plan_code, Period.code.in_(months_of(session, evaluation))
    )
    return list(session.scalars(query.order_by(Period.code)))


def _certified(session: Session, engine: ProcessEngine, evaluation: Evaluation, period: Period) -> CertifiedMonth:
    kept = figures.frozen(session, evaluation.plan_code, period.code)
    return CertifiedMonth(
        evaluation_id=evaluation.id,
        period_id=period.id,
        compliance=kept.plan.capped if kept and kept.plan else None,
        formula_version=period.formula_version or "",
        certified_at=engine.now(),
    )
