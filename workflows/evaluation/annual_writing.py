"""The document of an annual management report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.runtime import ProcessEngine
from workflows.documents import versions
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.documents.states import DocumentKind
from workflows.evaluation import annual, charts, cuts, documents, evaluations, semester_writing, summary, tables
from workflows.evaluation.documents import Section, section
from workflows.evaluation.evaluations import LINE, OBJECTIVE
from workflows.evaluation.models import AnnualReport, EntityChapter, Evaluation, Judgement
from workflows.evaluation.tables import Table
from workflows.monitoring.period_figures import PeriodFigures
from workflows.people import directory
from workflows.sectors.models import Entity
from workflows.spanish import enumeration, long_day, long_moment, month_name, percentage

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
        approved_at=report.approved_at,
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
            _cut_words(session, evaluation, period_figures),
            _judgements(session, evaluation) if evaluations.judgements(session, evaluation) else (),
        )
        for place, evaluation in enumerate(annual.evaluations_of(session, report), start=1)
        if evaluation.key in report.evaluations
    ]
    results = [base["lineas"], base["objetivos"], base["cuatrienio"]]
    results += [base["diferencias"]] if base["diferencias"].rows else []
    course = charts.published(session, report.plan_code, f"{report.year}-01", last)
    results.append(charts.course_table(course))
    drawn = [charts.levels(period_figures), charts.course(course)]
    return [
        section("1", "Resumen", report.summary),
        section("2", f"Resultados del plan a {month_name(last)}", _how_to_read(session, report, last), results, drawn),
        section("3", "Capítulos de las entidades"),
        *chapters,
        section("4", "Evaluaciones intermedias del año"),
        *judged,
        section("5", "Metas e indicadores", "", [base["metas"]], [charts.lights(period_figures)]),
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


def _how_to_read(session: Session, report: AnnualReport, month: str) -> str:
    """What each percentage of the results says, and what it counts."""
    taken = cuts.taken_at(session, report.plan_code, month)
    counted = f"Cuenta lo avalado hasta el {long_day(taken)}. " if taken else ""
    return (
        f"{counted}El cumplimiento compara lo ejecutado con lo programado a la fecha y no pasa de 100 % en ningún "
        "indicador; sin tope, sí. Donde hay línea base se mide lo recorrido desde ella. La cobertura es la parte de lo "
        "exigible de la que hay dato, y el cumplimiento se calcula con ella; la oportunidad, la que llegó a tiempo."
    )


def _cut_words(session: Session, evaluation: Evaluation, now: PeriodFigures) -> str:
    """With which figures it was judged; where this report counts more of the same month, what that changes."""
    month = evaluation.cutoff_on.strftime("%Y-%m")
    judged = evaluations.judgements(session, evaluation)
    if not judged:
        return "Al aprobar este informe todavía no se había juzgado: sus juicios están en su propio documento."
    at = max(one.judged_at for one in judged)
    taken = cuts.taken_at(session, evaluation.plan_code, month, by=at)
    told = f"Se juzgó con las cifras al {long_day(evaluation.cutoff_on)}"
    told += f" que contaban lo avalado hasta el {long_day(taken)}." if taken else "."
    changed = list(_changed(judged, now)) if now.period == month else []
    if changed:
        told += (
            " Los resultados de este informe cuentan además lo que se avaló después; por eso difieren: "
            f"{enumeration(changed)}."
        )
    return told


def _changed(judged: Sequence[Judgement], now: PeriodFigures) -> Iterator[str]:
    for one in judged:
        level = (now.objectives if one.level == OBJECTIVE else now.lines).get(one.code)
        before, after = percentage(one.compliance), percentage(level.capped if level else None)
        if before != after:
            yield f"{one.code}, de {before} a {after}"


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
