"""Forms of the annual management report (`f6_informe_anual`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.contracts import NUMBER, TEXT, Contract
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.evaluation import annual, annual_writing, cuts, tables
from workflows.evaluation.annual import Written
from workflows.evaluation.models import AnnualReport, EntityChapter
from workflows.evaluation.semester_writing import semester_words
from workflows.forms.closing import Checklists, ClosingReview, Proof, Question
from workflows.forms.handlers import (
    ROW_KEY,
    FieldError,
    FormContext,
    Option,
    Panel,
    PlainForm,
    Prefill,
    Values,
    path_of,
)
from workflows.formulation.models import FollowUpTool
from workflows.handlers.evaluation.evaluation_forms import panel
from workflows.indicators.models import Indicator
from workflows.monitoring.models import Responsibility
from workflows.sectors.models import Entity
from workflows.spanish import long_day

RETURNED = "devuelto"


class ContributeChapter(PlainForm):
    """`aportar_capitulo`: an entity completes its chapter, which comes filled from the records."""

    contract = Contract(
        needs={"entidad": TEXT}, uses={"vigencia": NUMBER}, fields=frozenset({"capitulo", "logros", "retos"})
    )

    def prepare(self, context: FormContext) -> Prefill:
        """The chapter as it stands, and the goals of the entity."""
        report, chapter = _report(context), _chapter(context)
        values = {
            "capitulo": chapter.text,
            "logros": chapter.achievements or None,
            "retos": chapter.challenges or None,
            "anexos": annual.annexes(context.session, chapter),
        }
        return Prefill(values=values, panels=_goal_panels(context, report, chapter.entity_code))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        written = Written(values["capitulo"], values["logros"], values["retos"], values.get("anexos") or [])
        annual.contribute(context.session, context.engine, _chapter(context), written, actor=context.actor)
        return {}


class ReviewFollowUp(ClosingReview):
    """`revisar_seguimiento`: the closing review of phase 5 for a year, and what will be done better."""

    contract = Contract(uses={"vigencia": NUMBER})

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the points with their proofs, and the improvements."""
        annual.improve(context.session, _report(context), values.get("mejoras") or [])
        return super().record(context, values)


class ConsolidateReport(PlainForm):
    """`consolidar_informe`: summary, chapters looked at, evaluations of the year; once the months are closed."""

    contract = Contract(uses={"vigencia": NUMBER}, fields=frozenset({"capitulos", "evaluaciones", "resumen"}))

    def prepare(self, context: FormContext) -> Prefill:
        """The chapters to look at; a note while a month is open, and why it came back."""
        report = _report(context)
        names = _entity_names(context)
        chapters = annual.chapters(context.session, report)
        rows = [
            {
                ROW_KEY: chapter.entity_code,
                "entidad": names.get(chapter.entity_code, chapter.entity_code),
                "revisado": chapter.reviewed,
                "nota": chapter.note or None,
            }
            for chapter in chapters
        ]
        waiting = annual.not_ready(context.session, report)
        values = {"resumen": report.summary or None, "capitulos": rows, "evaluaciones": list(report.evaluations)}
        return Prefill(
            values=values,
            panels=[*_returned(report), *(_chapter_panel(entity_chapter, names) for entity_chapter in chapters)],
            notes={"resumen": waiting} if waiting else {},
        )

    def check(self, context: FormContext, values: Values) -> list[FieldError]:
        """Every month is frozen and every chapter was looked at."""
        waiting = annual.not_ready(context.session, _report(context))
        errors = [FieldError("resumen", f"{waiting} Ciérrelo antes de consolidar el informe.")] if waiting else []
        return errors + [
            FieldError(path_of("capitulos", place, "revisado"), "Lea el capítulo y márquelo como revisado.")
            for place, row in enumerate(values["capitulos"])
            if not row["revisado"]
        ]

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Put the report together and write it down."""
        report = _report(context)
        annual.consolidate(
            context.session,
            context.engine,
            report,
            summary=values["resumen"],
            notes={row[ROW_KEY]: (row["revisado"], row.get("nota") or "") for row in values["capitulos"]},
            semesters=values["evaluaciones"],
            actor=context.actor,
        )
        annual_writing.write(context.session, context.engine, report, actor=context.actor)
        return {}


class ReviewReport(PlainForm):
    """`revisar_informe`: the coordinator finds the report right or sends it back."""

    contract = Contract(uses={"vigencia": NUMBER}, fields=frozenset({"decision", "motivo"}))

    def prepare(self, context: FormContext) -> Prefill:
        return Prefill(panels=_report_panels(context))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        report = _report(context)
        if values["decision"] == RETURNED:
            annual.send_back(report, values["motivo"])
        else:
            annual.agree(report, actor=context.actor)
        return {}


class ApproveReport(ReviewReport):
    """`aprobar_informe_anual`: the head of the sector approves; the report becomes final."""

    contract = Contract(uses={"vigencia": NUMBER}, fields=frozenset({"decision"}))

    def record(self, context: FormContext, values: Values) -> Mapping[str, Any]:
        """Keep the decision; an approved report is frozen as version 1.0."""
        report = _report(context)
        if values["decision"] == RETURNED:
            annual.send_back(report, values["motivo"])
            return {}
        annual.approve(context.engine, report, actor=context.actor)
        annual_writing.publish(context.session, context.engine, report)
        return {}


def evaluations_of_the_year(context: FormContext) -> Sequence[Option]:
    """The choices of `evaluaciones_del_ano`: the semesters evaluated in the year of the case."""
    return [
        (evaluation.key, semester_words(evaluation.key))
        for evaluation in annual.evaluations_of(context.session, _report(context))
    ]


def tool_in_service(question: Question) -> Proof | None:
    """The monitoring tool is in service: months of the year were followed with it, by people who answer for it."""
    session, year = question.session, question.year
    closed = session.scalar(
        sa.select(sa.func.count()).where(
            Period.plan_code == question.plan_code, Period.year == year, Period.state == PeriodState.CLOSED
        )
    )
    if not closed:
        return None
    matrix = session.scalar(
        sa.select(sa.func.count())
        .select_from(Responsibility)
        .join(Indicator, Indicator.id == Responsibility.indicator_id)
        .where(
            Indicator.plan_code == question.plan_code,
            Responsibility.year == year,
            Responsibility.in_force_at.is_not(None),
        )
    )
    designed = session.get(FollowUpTool, question.plan_code)
    parts = [f"{closed} meses de {year} cerrados con la herramienta"]
    parts += [f"{matrix} responsabilidades en firme"] if matrix else []
    parts += [f"diseñada el {long_day(designed.designed_at)}"] if designed else []
    return Proof(", ".join(parts), "/plan/")


def examples_consulted(question: Question) -> Proof | None:
    """Examples of monitoring tools were at hand: those kept with the tool, and the reports made with it."""
    designed = question.session.get(FollowUpTool, question.plan_code)
    kept = len(designed.files) if designed else 0
    published = question.session.scalar(
        sa.select(sa.func.count()).where(
            Period.plan_code == question.plan_code, Period.year == question.year, Period.published_at.is_not(None)
        )
    )
    if not published and not kept:
        return None
    parts = [f"{kept} ejemplos guardados con la herramienta"] if kept else []
    parts += [f"informes de {published} meses publicados en el portal"] if published else []
    return Proof("; ".join(parts), f"/portal/{question.plan_code}")


REVIEW: Checklists = {
    "resultados": {"herramienta_de_seguimiento_oportuno_en_servicio": tool_in_service},
    "herramientas": {"ejemplos_de_herramientas_consultados": examples_consulted},
}


def year_of(variables: Mapping[str, Any]) -> int:
    """The year of a case."""
    known = variables.get("vigencia") or str(variables.get("cierre"))[:4]
    return int(str(known))


def _report(context: FormContext) -> AnnualReport:
    return annual.find(context.session, context.plan_code, year_of(context.variables))


def _chapter(context: FormContext) -> EntityChapter:
    return annual.chapter_of(context.session, _report(context), str(context.variables["entidad"]))


def _goal_panels(context: FormContext, report: AnnualReport, entity: str) -> list[Panel]:
    month = dt.date(report.year, 12, 31).strftime("%Y-%m")
    codes = [code for code in annual.months(context.session, report) if code <= month]
    if not codes:
        return []
    period_figures = cuts.figures_at(context.session, context.plan_code, codes[-1])
    money = tables.money(context.session, context.plan_code, codes[-1], entity)
    return [panel(tables.goals_of(period_figures, entity)), panel(money)]


def _entity_names(context: FormContext) -> dict[str, str]:
    rows = context.session.execute(sa.select(Entity.code, Entity.name))
    return {code: f"{code} {name}" for code, name in rows}


def _chapter_panel(chapter: EntityChapter, names: Mapping[str, str]) -> Panel:
    source = "Hecho solo con los registros" if chapter.from_records else "Aportado por la entidad"
    facts = [("Origen", source)]
    facts += [("Logros", chapter.achievements), ("Retos", chapter.challenges)] if chapter.achievements else []
    return Panel(f"Capítulo de {names.get(chapter.entity_code, chapter.entity_code)}", chapter.text, facts=facts)


def _returned(report: AnnualReport) -> list[Panel]:
    return [Panel("Por qué se devolvió", report.return_reason)] if report.return_reason else []


def _report_panels(context: FormContext) -> list[Panel]:
    report, names = _report(context), _entity_names(context)
    chapters = [_chapter_panel(chapter, names) for chapter in annual.chapters(context.session, report)]
    included = [(semester_words(key).capitalize(), "Incluida") for key in report.evaluations]
    return [Panel("Resumen", report.summary), *chapters, Panel("Evaluaciones del año", facts=included)]
