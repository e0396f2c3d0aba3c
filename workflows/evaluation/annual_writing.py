"""The document of an annual management report."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.runtime import ProcessEngine
from workflows.documents import versions
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.evaluation import annual, cuts, documents, semester_writing, summary, tables
from workflows.evaluation.documents import Section, section
from workflows.evaluation.evaluations import LINE, OBJECTIVE
from workflows.evaluation.models import AnnualReport, EntityChapter, Evaluation
from workflows.evaluation.tables import Table
from workflows.monitoring.period_figures import PeriodFigures
from workflows.people import directory
from workflows.sectors.models import Entity
from workflows.spanish import long_day, long_moment, month_name

IMPROVEMENT_KINDS = {
    "eficiencia_de_la_gestion": "Eficiencia de la gestión",
    "uso_de_recursos": "Uso de recursos",
    "dialogo_institucional_y_sectorial": "Diálogo institucional y sectorial",
}


def document_of(session: Session, report: AnnualReport) -> PlanDocument:
    """The document of a year, begun if there is none."""
    title = f"Informe anual de gestión del sector, {report.year}"
    return versions.find_or_begin(session, report.plan_code, DocumentKind.ANNUAL_REPORT, title, str(report.year))


def write(
    session: Session, engine: ProcessEngine, report: AnnualReport, *, actor: Actor = SYSTEM, final: bool = False
) -> DocumentVersion:
    """Make a version of what the report says now; `final` is the one that is published."""
    facts = [("Vigencia", str(report.year))]
    if report.approved_at:
        facts.append(("Aprobado el", long_moment(report.approved_at)))
    return documents.keep_version(
        session,
        engine,
        document_of(session, report),
        _sections(session, report),
        facts=facts,
        summary=summary.of_cut(session, report.plan_code, annual.months(session, report)[-1], months=summary.YEAR),
        number="1.0" if final else None,
        actor=actor,
    )


def _sections(session: Session, report: AnnualReport) -> list[Section]:
    last = annual.months(session, report)[-1]
    period_figures = cuts.figures_at(session, report.plan_code, last)
    base = tables.at_cutoff(session, report.plan_code, last)
    chapters = [
        _chapter(session, period_figures, chapter, f"3.{place}")
        for place, chapter in enumerate(annual.chapters(session, report), start=1)
    ]
    judged = [
        section(
            f"4.{place}",
            semester_writing.semester_words(evaluation.key).capitalize(),
            "",
            _judgements(session, evaluation),
        )
        for place, evaluation in enumerate(annual.evaluations_of(session, report), start=1)
        if evaluation.key in report.evaluations
    ]
    results = [base["lineas"], base["objetivos"], base["cuatrienio"]]
    results += [base["diferencias"]] if base["diferencias"].rows else []
    return [
        section("1", "Resumen", report.summary),
        section("2", f"Resultados del plan a {month_name(last)}", "", results),
        section("3", "Capítulos de las entidades"),
        *chapters,
        section("4", "Evaluaciones intermedias del año"),
        *judged,
        section("5", "Metas e indicadores", "", [base["metas"]]),
        section("6", "Ejecución presupuestal", "", [base["presupuesto"]]),
        section("7", "Planes de choque y compromisos", "", [base["planes_de_choque"], base["compromisos"]]),
        section("8", "Mejoras del seguimiento", "", [_improvements(session, report)]),
    ]


def _chapter(session: Session, found: PeriodFigures, chapter: EntityChapter, code: str) -> Section:
    name = session.get_one(Entity, chapter.entity_code).name
    words = [chapter.text]
    if chapter.from_records:
        words.append("Este capítulo se hizo solo con los registros: la entidad no lo aportó en el plazo.")
    words += [f"Logros. {chapter.achievements}"] if chapter.achievements else []
    words += [f"Retos. {chapter.challenges}"] if chapter.challenges else []
    words += [f"Nota. {chapter.note}"] if chapter.note else []
    return section(code, name, "\n".join(words), [tables.goals_of(found, chapter.entity_code)])


def _judgements(session: Session, evaluation: Evaluation) -> list[Table]:
    return [semester_writing.judged(session, evaluation, level) for level in (OBJECTIVE, LINE)]


def _improvements(session: Session, report: AnnualReport) -> Table:
    found = annual.improvements(session, report)
    names = directory.display_names(session, [improvement.responsible for improvement in found])
    rows = tuple(
        (
            one.text,
            IMPROVEMENT_KINDS.get(one.kind, one.kind),
            names.get(one.responsible, one.responsible),
            long_day(one.due_on),
        )
        for one in found
    )
    return Table("Mejoras acordadas", ("Mejora", "Clase", "Responsable", "Fecha"), rows)


def publish(session: Session, engine: ProcessEngine, report: AnnualReport) -> DocumentVersion:
    """Make the final version: what is published and rendered."""
    version = write(session, engine, report, final=True)
    documents.freeze(engine, version)
    return version
