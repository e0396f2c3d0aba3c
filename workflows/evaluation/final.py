"""The evaluation of the plan at its end: its inputs, questions, findings and lessons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.documents.states import DocumentKind
from workflows.evaluation import annual, cuts, evaluations
from workflows.evaluation.evaluations import CRITERION, Said
from workflows.evaluation.models import (
    Evaluation,
    EvaluationAnnex,
    EvaluationInput,
    EvaluationQuestion,
    Lesson,
)
from workflows.evaluation.states import AnnualState, EvaluationKind, EvaluationState
from workflows.plan.models import Plan

CRITERIA = {
    "eficacia": "Eficacia",
    "eficiencia": "Eficiencia",
    "efectividad": "Efectividad",
    "percepcion": "Percepción",
}
ADDRESSEES = {"siguiente_pes": "Siguiente PES", "entidades": "Entidades", "cabeza_de_sector": "Cabeza de sector"}


def begin(session: Session, engine: ProcessEngine, plan_code: str, instance_id: int, *, handover: bool) -> list[str]:
    """Begin the evaluation of the plan with what there is to read; gives the entities. Twice changes nothing."""
    plan = session.get_one(Plan, plan_code)
    evaluation = evaluations.begin(
        session, engine, plan_code, EvaluationKind.FINAL, "", cutoff=plan.ends_on, instance_id=instance_id
    )
    evaluation.handover = handover
    _gather(session, plan, evaluation)
    cuts.take(session, engine, plan_code, plan.ends_on.strftime("%Y-%m"))
    return evaluations.entities(session, evaluation)


def of_plan(session: Session, plan_code: str) -> Evaluation:
    """The final evaluation. Raises `NotFound`."""
    return evaluations.find(session, plan_code, EvaluationKind.FINAL)


def inputs(session: Session, evaluation: Evaluation) -> list[EvaluationInput]:
    """What it reads, there or missing."""
    query = sa.select(EvaluationInput).where(EvaluationInput.evaluation_id == evaluation.id)
    return list(session.scalars(query.order_by(EvaluationInput.kind, EvaluationInput.key)))


def ask(session: Session, evaluation: Evaluation, rows: Sequence[Mapping[str, Any]], *, with_survey: bool) -> None:
    """Keep the questions in place of earlier ones."""
    replace_rows(
        session,
        EvaluationQuestion,
        {"evaluation_id": evaluation.id},
        (
            {"position": place, "text": row["pregunta"], "criterion": row["criterio"], "source": row["fuente"]}
            for place, row in enumerate(rows)
        ),
    )
    evaluation.with_survey = with_survey
    session.flush()


def questions(session: Session, evaluation: Evaluation) -> list[EvaluationQuestion]:
    """The questions, in order."""
    query = sa.select(EvaluationQuestion).where(EvaluationQuestion.evaluation_id == evaluation.id)
    return list(session.scalars(query.order_by(EvaluationQuestion.position)))


def criteria(session: Session, evaluation: Evaluation) -> list[str]:
    """The criteria that the questions ask by, each once."""
    return list(dict.fromkeys(question.criterion for question in questions(session, evaluation)))


def find_out(
    session: Session,
    engine: ProcessEngine,
    evaluation: Evaluation,
    findings: Sequence[tuple[str, str, str]],
    *,
    conclusions: str,
    annexes: Sequence[int],
    actor: Actor,
) -> None:
    """Keep a finding and a judgement per criterion (criterion, finding, judgement), the conclusions and annexes."""
    said = [Said(CRITERION, criterion, None, judgement, finding) for criterion, finding, judgement in findings]
    evaluations.judge(session, engine, evaluation, said, actor=actor)
    evaluation.conclusions, evaluation.written_by = conclusions, actor.id
    replace_rows(
        session, EvaluationAnnex, {"evaluation_id": evaluation.id}, ({"file_id": file_id} for file_id in annexes)
    )


def annexes(session: Session, evaluation: Evaluation) -> list[int]:
    """The files that go with it."""
    query = sa.select(EvaluationAnnex.file_id).where(EvaluationAnnex.evaluation_id == evaluation.id)
    return list(session.scalars(query.order_by(EvaluationAnnex.file_id)))


def learn(session: Session, evaluation: Evaluation, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the lessons in place of earlier ones."""
    replace_rows(
        session,
        Lesson,
        {"evaluation_id": evaluation.id},
        (
            {"text": row["leccion"], "recommendation": row["recomendacion"], "addressee": row["destinatario"]}
            for row in rows
        ),
    )


def lessons(session: Session, evaluation: Evaluation) -> list[Lesson]:
    """What was learnt."""
    return list(session.scalars(sa.select(Lesson).where(Lesson.evaluation_id == evaluation.id).order_by(Lesson.id)))


def _gather(session: Session, plan: Plan, evaluation: Evaluation) -> None:
    there: set[tuple[str, str]] = {
        (EvaluationKind.INTERMEDIATE, one.key)
        for one in evaluations.of_plan(session, plan.code, EvaluationKind.INTERMEDIATE)
        if one.state in (EvaluationState.APPROVED, EvaluationState.PUBLISHED)
    }
    there |= {
        (DocumentKind.ANNUAL_REPORT, str(report.year))
        for report in annual.of_plan(session, plan.code)
        if report.state == AnnualState.APPROVED
    }
    replace_rows(
        session,
        EvaluationInput,
        {"evaluation_id": evaluation.id},
        ({"kind": kind, "key": key, "available": (kind, key) in there} for kind, key in _expected(plan)),
    )


def _expected(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every semester and year that the plan was followed in."""
    first = dt.date(int(plan.first_month[:4]), int(plan.first_month[5:]), 1)
    for year in range(first.year, plan.ends_on.year + 1):
        for half, (start, end) in enumerate(((1, 6), (7, 12)), start=1):
            if dt.date(year, start, 1) <= plan.ends_on and dt.date(year, end, 28) >= first:
                yield EvaluationKind.INTERMEDIATE, f"{year}-S{half}"
        yield DocumentKind.ANNUAL_REPORT, str(year)
