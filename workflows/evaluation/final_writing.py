"""The document of the final evaluation. Its sections are reviewed by the entities before it is approved."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.runtime import ProcessEngine
from workflows.documents import versions
from workflows.documents.charts import Chart
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.evaluation import charts, cuts, documents, evaluations, final, summary, tables
from workflows.evaluation.documents import Section, section
from workflows.evaluation.evaluations import CRITERION
from workflows.evaluation.final import ADDRESSEES, CRITERIA
from workflows.evaluation.models import Evaluation
from workflows.evaluation.semester_writing import WORDS, semester_words
from workflows.evaluation.states import EvaluationKind
from workflows.evaluation.tables import Table
from workflows.spanish import long_day, long_moment, number, percentage
from workflows.surveys import conducting
from workflows.surveys.models import Survey


def document_of(session: Session, evaluation: Evaluation) -> PlanDocument:
    """The document, begun if there is none."""
    return versions.find_or_begin(session, evaluation.plan_code, DocumentKind.FINAL_EVALUATION, "Evaluación del PES")


def write(session: Session, engine: ProcessEngine, evaluation: Evaluation, *, actor: Actor) -> DocumentVersion:
    """Make a version of what its author wrote."""
    return documents.keep_version(
        session,
        engine,
        document_of(session, evaluation),
        _sections(session, evaluation),
        summary=_summary(session, evaluation),
        actor=actor,
    )


def finish(session: Session, engine: ProcessEngine, evaluation: Evaluation) -> DocumentVersion:
    """The version that is published: the texts as the review left them, with the lessons."""
    document = document_of(session, evaluation)
    texts = documents.texts(session, document)
    facts = [("Corte", long_day(evaluation.cutoff_on)), ("Aprobada el", long_moment(evaluation.approved_at))]
    sections = [*_as_reviewed(_sections(session, evaluation), texts), _lessons(session, evaluation)]
    return documents.keep_version(
        session,
        engine,
        document,
        sections,
        facts=facts,
        summary=_summary(session, evaluation),
        approved_at=evaluation.approved_at,
        number="1.0",
        actor=SYSTEM,
    )


def _summary(session: Session, evaluation: Evaluation) -> list[dict[str, Any]]:
    month = evaluation.cutoff_on.strftime("%Y-%m")
    return summary.of_cut(session, evaluation.plan_code, month, months=summary.YEAR)


def _as_reviewed(sections: list[Section], texts: Mapping[str, str]) -> list[Section]:
    return [{**one, "text": texts.get(one["code"]) or one["text"]} for one in sections]


def _sections(session: Session, evaluation: Evaluation) -> list[Section]:
    findings = [
        section(
            f"3.{place}",
            CRITERIA.get(judgement.code, judgement.code),
            f"{judgement.argument}\nJuicio: {WORDS[judgement.judgement]}.",
        )
        for place, judgement in enumerate(evaluations.judgements(session, evaluation, CRITERION), start=1)
    ]
    return [
        section("1", "Alcance e insumos", _scope(evaluation), [_inputs(session, evaluation)]),
        section("2", "Preguntas y criterios", "", [_questions(session, evaluation)]),
        section("3", "Hallazgos"),
        *findings,
        section("4", "Resultados del plan", "", _results(session, evaluation), _drawn(session, evaluation)),
        *_survey(session, evaluation),
        section("5", "Conclusiones", evaluation.conclusions),
    ]


def _scope(evaluation: Evaluation) -> str:
    if evaluation.handover:
        return "El plan termina antes por empalme: la evaluación se hace con lo que hay, y dice lo que falta."
    return "La evaluación recoge las evaluaciones intermedias y los informes anuales de todo el plan."


def _inputs(session: Session, evaluation: Evaluation) -> Table:
    rows = tuple(
        (
            f"Evaluación del {semester_words(evaluation_input.key)}"
            if evaluation_input.kind == EvaluationKind.INTERMEDIATE
            else f"Informe anual de {evaluation_input.key}",
            "Aprobado" if evaluation_input.available else "Falta",
        )
        for evaluation_input in final.inputs(session, evaluation)
    )
    return Table("Insumos", ("Insumo", "Estado"), rows)


def _questions(session: Session, evaluation: Evaluation) -> Table:
    rows = tuple(
        (question.text, CRITERIA.get(question.criterion, question.criterion), question.source)
        for question in final.questions(session, evaluation)
    )
    return Table("Preguntas de la evaluación", ("Pregunta", "Criterio", "Fuente"), rows)


def _results(session: Session, evaluation: Evaluation) -> list[Table]:
    """The whole plan at its end: what it promised over all its years, not its last month alone."""
    base = tables.at_cutoff(session, evaluation.plan_code, evaluation.cutoff_on.strftime("%Y-%m"))
    kept = [base[key] for key in ("cuatrienio", "lineas", "objetivos", "metas")]
    kept.insert(3, charts.course_table(_months(session, evaluation)))
    differing = [base["diferencias"]] if base["diferencias"].rows else []
    money = tables.money_of_years(session, evaluation.plan_code)
    return [*kept, *differing, money, base["planes_de_choque"]]


def _drawn(session: Session, evaluation: Evaluation) -> list[Chart]:
    """The same in pictures: where the levels ended, how the plan came there, and each entity's indicators."""
    found = cuts.figures_at(session, evaluation.plan_code, evaluation.cutoff_on.strftime("%Y-%m"))
    return [charts.levels(found), charts.course(_months(session, evaluation)), charts.lights(found)]


def _months(session: Session, evaluation: Evaluation) -> list[tuple[str, Decimal]]:
    """Every closed month of the plan up to the cut-off."""
    return charts.published(session, evaluation.plan_code, "", evaluation.cutoff_on.strftime("%Y-%m"))


def _survey(session: Session, evaluation: Evaluation) -> list[Section]:
    """What citizens answered, where they were asked."""
    if evaluation.survey_id is None:
        return []
    asked = conducting.find(session, evaluation.survey_id)
    rows = tuple((option.text, number(option.votes), _share(option.votes, asked.answers)) for option in asked.options)
    who = f"Respondieron {number(asked.answers)}" if asked.answers else "No respondió nadie"
    told = f"{asked.question} {who}, hasta el {long_day(asked.closes_on)}."
    table = Table("Respuestas de la ciudadanía", ("Opción", "Respuestas", "De quienes respondieron"), rows)
    words = "\n".join(filter(None, (told, asked.analysis)))
    return [section("4.1", "Encuesta a la ciudadanía", words, [table], _answers(asked))]


def _answers(asked: Survey) -> list[Chart]:
    """The shares, drawn, where anybody answered."""
    if not asked.answers:
        return []
    shares = [(option.text, Decimal(100 * (option.votes or 0)) / asked.answers) for option in asked.options]
    return [charts.answers([(text, share, percentage(share)) for text, share in shares])]


def _share(votes: int | None, answers: int | None) -> str:
    return percentage(Decimal(100 * (votes or 0)) / answers) if answers else "sin dato"


def _lessons(session: Session, evaluation: Evaluation) -> Section:
    rows = tuple(
        (lesson.text, lesson.recommendation, ADDRESSEES.get(lesson.addressee, lesson.addressee))
        for lesson in final.lessons(session, evaluation)
    )
    table = Table("Lecciones", ("Lección", "Recomendación", "Para quién"), rows)
    return section("6", "Lecciones y recomendaciones para el siguiente PES", "", [table])


def current_texts(session: Session, document: PlanDocument) -> list[tuple[str, str]]:
    """Each section as it stands after the review: heading and text."""
    return [
        (f"{document_section.code} {document_section.title}", document_section.text)
        for document_section in versions.sections(session, document.id)
        if document_section.text
    ]
