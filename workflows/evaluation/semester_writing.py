"""The document of an intermediate evaluation."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.runtime import ProcessEngine
from workflows.documents import versions
from workflows.documents.charts import Chart
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.evaluation import charts, cuts, documents, evaluations, semesters, summary, tables
from workflows.evaluation.documents import Section, section
from workflows.evaluation.evaluations import LINE, OBJECTIVE
from workflows.evaluation.models import Evaluation, Judgement, SelfAssessment
from workflows.evaluation.states import SelfAssessmentState
from workflows.evaluation.tables import Table
from workflows.goals.models import Line, Objective
from workflows.goals.names import named
from workflows.spanish import long_day, long_moment, month_name, percentage

WORDS = {"satisfactorio": "Satisfactorio", "aceptable": "Aceptable", "insuficiente": "Insuficiente"}


def semester_words(key: str) -> str:
    """`2018-S1` → «primer semestre de 2018»."""
    year, _, half = key.partition("-S")
    return f"{'primer' if half == '1' else 'segundo'} semestre de {year}"


def document_of(session: Session, evaluation: Evaluation) -> PlanDocument:
    """The document of a semester, begun if there is none."""
    title = f"Evaluación intermedia de resultados (desempeño), {semester_words(evaluation.key)}"
    return versions.find_or_begin(
        session, evaluation.plan_code, DocumentKind.INTERMEDIATE_EVALUATION, title, evaluation.key
    )


def write(
    session: Session, engine: ProcessEngine, evaluation: Evaluation, *, actor: Actor = SYSTEM, final: bool = False
) -> DocumentVersion:
    """Make a version of what the evaluation says now; `final` is the one that is published."""
    return documents.keep_version(
        session,
        engine,
        document_of(session, evaluation),
        _sections(session, evaluation),
        facts=_facts(evaluation),
        summary=summary.of_cut(
            session, evaluation.plan_code, evaluation.cutoff_on.strftime("%Y-%m"), months=summary.SEMESTER
        ),
        approved_at=evaluation.approved_at,
        number="1.0" if final else None,
        actor=actor,
    )


def judged(session: Session, evaluation: Evaluation, level: str) -> Table:
    """The judgements of a level as a table."""
    names = named(session, Objective if level == OBJECTIVE else Line, evaluation.plan_code)
    rows = tuple(_judged(judgement, names) for judgement in evaluations.judgements(session, evaluation, level))
    heading = "Objetivo" if level == OBJECTIVE else "Línea"
    caption = "Metas frente a los objetivos" if level == OBJECTIVE else "Objetivos frente a los resultados esperados"
    return Table(caption, (heading, "Cumplimiento", "Juicio", "Argumento"), rows)


def self_assessment_words(one: SelfAssessment) -> str:
    """What an entity said of itself, as paragraphs."""
    if one.state != SelfAssessmentState.RECEIVED:
        return "La entidad no presentó autoevaluación en el plazo."
    parts = [f"Logros. {one.achievements}", f"Dificultades. {one.difficulties}", f"Factores. {one.factors}"]
    if one.adjustments:
        parts.append(f"Ajustes propuestos. {one.adjustments}")
    return "\n".join(parts)


def _judged(one: Judgement, names: dict[str, str]) -> tuple[str, ...]:
    name = f"{one.code} {names.get(one.code, '')}".strip()
    return (name, percentage(one.compliance), WORDS.get(one.judgement, one.judgement), one.argument)


def _facts(evaluation: Evaluation) -> list[tuple[str, str]]:
    facts = [("Corte", long_day(evaluation.cutoff_on))]
    if evaluation.approved_at:
        facts.append(("Aprobada el", long_moment(evaluation.approved_at)))
    return facts


def _sections(session: Session, evaluation: Evaluation) -> list[Section]:
    month = evaluation.cutoff_on.strftime("%Y-%m")
    base = tables.at_cutoff(session, evaluation.plan_code, month)
    found = cuts.figures_at(session, evaluation.plan_code, month)
    own = [
        section(f"2.{place}", assessment.entity_code, self_assessment_words(assessment))
        for place, assessment in enumerate(semesters.self_assessments(session, evaluation), start=1)
    ]
    differing = [base["diferencias"]] if base["diferencias"].rows else []
    return [
        section(
            "1",
            "Base de la evaluación",
            evaluation.base_notes,
            [_months(session, evaluation), *differing],
            _course(session, evaluation),
        ),
        section("2", "Autoevaluación de las entidades"),
        *own,
        section(
            "3",
            "Metas frente a los objetivos",
            "",
            [judged(session, evaluation, OBJECTIVE), base["metas"]],
            [charts.lights(found)],
        ),
        section(
            "4",
            "Objetivos frente a los resultados esperados",
            "",
            [judged(session, evaluation, LINE), base["cuatrienio"]],
            [charts.levels(found)],
        ),
        section("5", "Ejecución presupuestal", "", [base["presupuesto"]]),
        section(
            "6", "Cuellos de botella y planes de choque", "", [_decided(session, evaluation), base["planes_de_choque"]]
        ),
        section("7", "Compromisos", "", [base["compromisos"]]),
        section("8", "Modificación del plan", evaluation.change_asked or "No se pidió modificar el plan."),
    ]


def _months(session: Session, evaluation: Evaluation) -> Table:
    rows = tuple(
        (month_name(period.code), percentage(kept.compliance), kept.formula_version, long_moment(kept.certified_at))
        for kept, period in semesters.certified(session, evaluation)
    )
    return Table("Informes mensuales certificados", ("Mes", "Cumplimiento", "Fórmula", "Certificado el"), rows)


def _course(session: Session, evaluation: Evaluation) -> list[Chart]:
    """The certified months, drawn."""
    months = [
        (period.code, kept.compliance)
        for kept, period in semesters.certified(session, evaluation)
        if kept.compliance is not None
    ]
    return [charts.course(months)]


def _decided(session: Session, evaluation: Evaluation) -> Table:
    decided = semesters.decisions(session, evaluation)
    rows = []
    for kept, indicator in semesters.bottlenecks(session, evaluation):
        answer = decided.get(kept.id)
        what = "—" if answer is None else "Plan de choque" if answer.recovery else f"Sin plan: {answer.reason}"
        rows.append((f"{indicator.code} {indicator.name}", kept.cause, (answer or kept).severity, what))
    return Table("Cuellos de botella del semestre", ("Indicador", "Causa", "Severidad", "Decisión"), tuple(rows))
