"""What proves each point of the closing review of phase 6."""

from __future__ import annotations

import sqlalchemy as sa

from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents.states import DocumentKind
from workflows.evaluation import annual, evaluations
from workflows.evaluation.models import CertifiedMonth, Evaluation, EvaluationInput
from workflows.evaluation.states import AnnualState, EvaluationKind, EvaluationState
from workflows.forms.closing import Checklists, Proof, Question
from workflows.meetings.models import Meeting
from workflows.monitoring.models import Bottleneck
from workflows.monitoring.states import BottleneckState
from workflows.recovery.models import RecoveryPlan
from workflows.recovery.states import RecoveryState
from workflows.spanish import long_day

SOCIALISATION = "socializacion"


def certified_months(question: Question) -> Proof | None:
    """Every closed month was certified by an evaluation; in an early handover, those that were."""
    session, plan_code = question.session, question.plan_code
    certified = sa.select(CertifiedMonth.period_id)
    left = session.scalar(
        sa.select(sa.func.count()).where(
            Period.plan_code == plan_code,
            Period.state == PeriodState.CLOSED,
            Period.instance_id.is_not(None),
            Period.id.not_in(certified),
        )
    )
    count = session.scalar(sa.select(sa.func.count()).where(Period.plan_code == plan_code, Period.id.in_(certified)))
    if not count or (left and not _is_handover(question)):
        return None
    return Proof(f"{count} informes mensuales certificados", f"/portal/{plan_code}")


def intermediate_evaluations(question: Question) -> Proof | None:
    """Every semester has its published evaluation."""
    found = [
        evaluation
        for evaluation in evaluations.of_plan(question.session, question.plan_code, EvaluationKind.INTERMEDIATE)
        if evaluation.state == EvaluationState.PUBLISHED
    ]
    return _of_inputs(question, EvaluationKind.INTERMEDIATE, len(found), "evaluaciones intermedias publicadas")


def annual_reports(question: Question) -> Proof | None:
    """Every year has its approved report."""
    found = [
        report
        for report in annual.of_plan(question.session, question.plan_code)
        if report.state == AnnualState.APPROVED
    ]
    return _of_inputs(question, DocumentKind.ANNUAL_REPORT, len(found), "informes anuales aprobados")


def final_evaluation(question: Question) -> Proof | None:
    """The evaluation of the plan is published."""
    evaluation = _final(question)
    if evaluation is None or evaluation.published_at is None:
        return None
    return Proof(f"Evaluación del PES publicada el {long_day(evaluation.published_at)}")


def socialised(question: Question) -> Proof | None:
    """The results were told: the final evaluation had its meeting, with approved minutes."""
    evaluation = _final(question)
    if evaluation is None:
        return None
    approved = (Meeting.kind == SOCIALISATION, Meeting.approved_at.is_not(None))
    total = question.session.scalar(
        sa.select(sa.func.count()).where(Meeting.plan_code == question.plan_code, *approved)
    )
    of_it = question.session.scalar(
        sa.select(sa.func.count()).where(Meeting.instance_id == evaluation.instance_id, *approved)
    )
    return Proof(f"{total} reuniones de socialización con acta aprobada") if of_it else None


def bottlenecks_closed(question: Question) -> Proof | None:
    """No recovery plan is open, and no bottleneck waits to be judged."""
    session, plan_code = question.session, question.plan_code
    plans = session.execute(
        sa.select(RecoveryPlan.state, sa.func.count())
        .where(RecoveryPlan.plan_code == plan_code)
        .group_by(RecoveryPlan.state)
    )
    counts = {state: count for state, count in plans}
    if any(state != RecoveryState.CLOSED for state in counts):
        return None
    found = session.scalar(
        sa.select(sa.func.count())
        .select_from(Bottleneck)
        .join(Period, Period.id == Bottleneck.period_id)
        .where(Period.plan_code == plan_code, Bottleneck.state != BottleneckState.DISMISSED)
    )
    return Proof(
        f"{found} cuellos de botella en el plan; {counts.get(RecoveryState.CLOSED, 0)} planes de choque, todos cerrados"
    )


REVIEW: Checklists = {
    "pasos": {
        "informes_mensuales_certificados": certified_months,
        "evaluaciones_intermedias": intermediate_evaluations,
        "informes_anuales": annual_reports,
        "evaluacion_del_pes": final_evaluation,
        "resultados_socializados": socialised,
        "cuellos_de_botella_y_planes_de_choque_cerrados": bottlenecks_closed,
    }
}


def _final(question: Question) -> Evaluation | None:
    found = evaluations.of_plan(question.session, question.plan_code, EvaluationKind.FINAL)
    return found[0] if found else None


def _is_handover(question: Question) -> bool:
    evaluation = _final(question)
    return evaluation is not None and evaluation.handover


def _of_inputs(question: Question, kind: str, count: int, words: str) -> Proof | None:
    evaluation = _final(question)
    if evaluation is None or not count:
        return None
    expected = question.session.scalar(
        sa.select(sa.func.count()).where(EvaluationInput.evaluation_id == evaluation.id, EvaluationInput.kind == kind)
    )
    if count < (expected or 0) and not evaluation.handover:
        return None
    return Proof(f"{count} {words}")
