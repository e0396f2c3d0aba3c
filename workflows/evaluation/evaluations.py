"""Evaluations: found, opened, approved or returned, published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.calendar import add_months
from workflows.cycles.models import Period, PeriodStart
from workflows.cycles.states import Opening, PeriodState
from workflows.errors import NotFound
from workflows.evaluation.models import Evaluation, Judgement
from workflows.evaluation.states import EvaluationState
from workflows.plan import participants
from workflows.plan.models import Plan

OBJECTIVE, LINE, CRITERION = "objetivo", "linea", "criterio"
MONTHLY = "f5_ciclo_mensual"


@dataclass(frozen=True, slots=True)
class Said:
    """A judgement somebody gives: of which level and code, at what compliance, and why."""

    level: str
    code: str
    compliance: Decimal | None
    judgement: str
    argument: str


def find(session: Session, plan_code: str, kind: str, key: str = "") -> Evaluation:
    """An evaluation of a plan. Raises `NotFound`."""
    evaluation = session.scalar(
        sa.select(Evaluation).where(Evaluation.plan_code == plan_code, Evaluation.kind == kind, Evaluation.key == key)
    )
    if evaluation is None:
        raise NotFound(f"El plan {plan_code} no tiene esa evaluación. Revise si su proceso ya comenzó.")
    return evaluation


def of_plan(session: Session, plan_code: str, kind: str) -> list[Evaluation]:
    """The evaluations of a kind, oldest first."""
    query = sa.select(Evaluation).where(Evaluation.plan_code == plan_code, Evaluation.kind == kind)
    return list(session.scalars(query.order_by(Evaluation.key)))


def begin(
    session: Session, engine: ProcessEngine, plan_code: str, kind: str, key: str, *, cutoff: dt.date, instance_id: int
) -> Evaluation:
    """The evaluation of this case, begun if there is none."""
    known = session.scalar(
        sa.select(Evaluation).where(Evaluation.plan_code == plan_code, Evaluation.kind == kind, Evaluation.key == key)
    )
    if known is not None:
        return known
    begun = Evaluation(
        plan_code=plan_code,
        kind=kind,
        key=key,
        instance_id=instance_id,
        cutoff_on=cutoff,
        state=EvaluationState.OPEN,
        opened_at=engine.now(),
    )
    session.add(begun)
    session.flush()
    return begun


def entities(session: Session, evaluation: Evaluation) -> list[str]:
    """The entities that are evaluated."""
    return participants.entities(session, evaluation.plan_code)


def months(session: Session, plan_code: str, cutoff: dt.date, count: int) -> list[str]:
    """The last `count` months up to a cut-off that the plan is followed in, oldest first.

    A month that was loaded with the plan is one of them; one that the coordinator decided not to open is not.
    """
    plan = session.get_one(Plan, plan_code)
    first = cutoff.replace(day=1)
    codes = [add_months(first, -back).strftime("%Y-%m") for back in reversed(range(count))]
    skipped = set(
        session.scalars(
            sa.select(PeriodStart.period).where(
                PeriodStart.plan_code == plan_code,
                PeriodStart.process_key == MONTHLY,
                PeriodStart.outcome == Opening.SKIPPED,
            )
        )
    )
    loaded = set(
        session.scalars(sa.select(Period.code).where(Period.plan_code == plan_code, Period.instance_id.is_(None)))
    )
    last = plan.ends_on.strftime("%Y-%m")
    followed = [code for code in codes if plan.first_month <= code <= last and code not in skipped]
    return sorted({*followed, *loaded.intersection(codes)})


def still_open(session: Session, plan_code: str, codes: Sequence[str]) -> list[str]:
    """Those of these months that are not frozen."""
    closed = session.scalars(
        sa.select(Period.code).where(
            Period.plan_code == plan_code, Period.code.in_(codes), Period.state == PeriodState.CLOSED
        )
    )
    return sorted(set(codes) - set(closed))


def judge(
    session: Session, engine: ProcessEngine, evaluation: Evaluation, said: Iterable[Said], *, actor: Actor
) -> None:
    """Keep the judgements, each in place of an earlier one on the same."""
    known = {(kept.level, kept.code): kept for kept in judgements(session, evaluation)}
    for one in said:
        kept = known.get((one.level, one.code)) or Judgement(
            evaluation_id=evaluation.id, level=one.level, code=one.code
        )
        kept.compliance, kept.judgement, kept.argument = one.compliance, one.judgement, one.argument
        kept.judged_by, kept.judged_at = actor.id, engine.now()
        session.add(kept)
    evaluation.state = EvaluationState.ANALYSED
    session.flush()


def judgements(session: Session, evaluation: Evaluation, level: str | None = None) -> list[Judgement]:
    """What was judged, in the order it was."""
    query = sa.select(Judgement).where(Judgement.evaluation_id == evaluation.id).order_by(Judgement.id)
    return list(session.scalars(query.where(Judgement.level == level) if level else query))


def approve(engine: ProcessEngine, evaluation: Evaluation, *, actor: Actor) -> None:
    """Approve electronically."""
    evaluation.state = EvaluationState.APPROVED
    evaluation.approved_by, evaluation.approved_at = actor.id, engine.now()
    evaluation.return_reason = ""


def send_back(evaluation: Evaluation, reason: str) -> None:
    """Return it with a reason."""
    evaluation.state = EvaluationState.CERTIFIED
    evaluation.return_reason = reason
    evaluation.times_returned += 1


def publish(engine: ProcessEngine, evaluation: Evaluation) -> None:
    """Put it on the portal; the first publication stays the date."""
    evaluation.state = EvaluationState.PUBLISHED
    evaluation.published_at = evaluation.published_at or engine.now()
