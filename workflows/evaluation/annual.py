"""The annual management report: chapters of the entities, consolidation, approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.approvals.states import Channel
from workflows.errors import NotFound
from workflows.evaluation import cuts, evaluations, tables
from workflows.evaluation.models import AnnualReport, ChapterAnnex, EntityChapter, Evaluation, Improvement
from workflows.evaluation.states import AnnualState, EvaluationKind
from workflows.indicators.states import Color
from workflows.monitoring.period_figures import LevelFigure, PeriodFigures
from workflows.plan import participants
from workflows.sectors.models import Entity
from workflows.spanish import enumeration, month_name, percentage

MONTHS = 12
CHANNELS = (Channel.WEB, Channel.SOCIAL)
"""Where the annual report is published by hand; our own portal shows it by itself."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an entity writes of its year."""

    text: str
    achievements: str
    challenges: str
    annexes: Sequence[int] = ()


def begin(session: Session, engine: ProcessEngine, plan_code: str, year: int, instance_id: int) -> list[str]:
    """Begin the report of a year with a chapter of records per entity; gives the entities. Twice changes nothing."""
    report = _known(session, plan_code, year)
    if report is None:
        report = AnnualReport(
            plan_code=plan_code, year=year, instance_id=instance_id, state=AnnualState.OPEN, opened_at=engine.now()
        )
        session.add(report)
        session.flush()
    codes = participants.entities(session, plan_code)
    known = {chapter.entity_code for chapter in chapters(session, report)}
    told = from_records(session, report, [code for code in codes if code not in known])
    session.add_all(
        EntityChapter(annual_report_id=report.id, entity_code=code, text=text) for code, text in told.items()
    )
    session.flush()
    return codes


def find(session: Session, plan_code: str, year: int) -> AnnualReport:
    """The report of a year. Raises `NotFound`."""
    report = _known(session, plan_code, year)
    if report is None:
        raise NotFound(f"El plan {plan_code} no tiene informe anual de {year}.")
    return report


def of_plan(session: Session, plan_code: str) -> list[AnnualReport]:
    """The annual reports of a plan, oldest first."""
    query = sa.select(AnnualReport).where(AnnualReport.plan_code == plan_code)
    return list(session.scalars(query.order_by(AnnualReport.year)))


def chapters(session: Session, report: AnnualReport) -> list[EntityChapter]:
    """The chapters, in the order of the entities."""
    query = sa.select(EntityChapter).where(EntityChapter.annual_report_id == report.id)
    return list(session.scalars(query.order_by(EntityChapter.id)))


def chapter_of(session: Session, report: AnnualReport, entity: str) -> EntityChapter:
    """The chapter of an entity."""
    return next(chapter for chapter in chapters(session, report) if chapter.entity_code == entity)


def annexes(session: Session, chapter: EntityChapter) -> list[int]:
    """The files that go with a chapter."""
    return list(session.scalars(sa.select(ChapterAnnex.file_id).where(ChapterAnnex.chapter_id == chapter.id)))


def contribute(
    session: Session, engine: ProcessEngine, chapter: EntityChapter, written: Written, *, actor: Actor
) -> None:
    """Keep what an entity wrote in place of the records' own words."""
    chapter.text, chapter.achievements, chapter.challenges = written.text, written.achievements, written.challenges
    chapter.from_records, chapter.sent_by, chapter.sent_at = False, actor.id, engine.now()
    replace_rows(
        session, ChapterAnnex, {"chapter_id": chapter.id}, ({"file_id": file_id} for file_id in written.annexes)
    )


def from_records(session: Session, report: AnnualReport, entities: Sequence[str]) -> dict[str, str]:
    """A chapter for each of these entities, of the records alone: the end of the year, its goals and its money.

    While the last month of the year is open nothing is told of an earlier one: its figures would be taken for the
    year's.
    """
    codes = months(session, report)
    names = dict(session.execute(sa.select(Entity.code, Entity.name).where(Entity.code.in_(entities))).all())
    if not codes:
        return {code: f"{names[code]} no tiene meses seguidos en {report.year}." for code in entities}
    last = codes[-1]
    if last in evaluations.still_open(session, report.plan_code, codes):
        return {code: _while_open(names[code], report, last) for code in entities}
    period_figures = cuts.figures_at(session, report.plan_code, last)
    money = {row[0]: row for row in tables.money(session, report.plan_code, last).rows}
    return {code: _told(period_figures, code, names[code], last, money.get(code)) for code in entities}


def _while_open(name: str, report: AnnualReport, last: str) -> str:
    return f"{name} en {report.year}. Las cifras de {month_name(last)} entran cuando se cierre ese mes."


def _of_records(
    session: Session, report: AnnualReport, kept: Sequence[EntityChapter], months: Sequence[str]
) -> list[str]:
    """The entities whose chapter is in the records' own words: nobody sent it, or it was sent as it was proposed."""
    codes = [chapter.entity_code for chapter in kept]
    names = dict(session.execute(sa.select(Entity.code, Entity.name).where(Entity.code.in_(codes))).all())
    return [
        chapter.entity_code
        for chapter in kept
        if chapter.from_records
        or (months and chapter.text.strip() == _while_open(names[chapter.entity_code], report, months[-1]))
    ]


def _told(found: PeriodFigures, entity: str, name: str, month: str, money: Sequence[str] | None) -> str:
    level = found.entities.get(entity)
    own = [figure for figure in found.indicators.values() if figure.entity == entity]
    behind = [
        indicator_figure.code
        for indicator_figure in own
        if indicator_figure.assessment.color in (Color.RED, Color.YELLOW)
    ]
    owns = "un indicador" if len(own) == 1 else f"{len(own) or 'ningún'} indicador{'es' if own else ''}"
    sentences = [f"Al corte de {month_name(month)}, {name} tiene {owns} del plan."]
    if level is not None:
        sentences.append(_compliance(level))
    if behind:
        sentences.append(f"{'Tiene' if len(behind) == 1 else 'Tienen'} rezago {enumeration(behind)}.")
    if money is not None:
        sentences.append(_money_words(money))
    return " ".join(sentences)


def _compliance(level: LevelFigure) -> str:
    if level.capped is None:
        return "No hay dato para decir su cumplimiento."
    known = f", con una cobertura del {percentage(level.coverage)}" if level.coverage is not None else ""
    return f"Su cumplimiento a la fecha es del {percentage(level.capped)}{known}."


def months(session: Session, report: AnnualReport) -> list[str]:
    """The months of the year that the plan is followed in."""
    return evaluations.months(session, report.plan_code, dt.date(report.year, 12, 31), MONTHS)


def not_ready(session: Session, report: AnnualReport) -> str:
    """Why it cannot be consolidated yet, in a sentence; empty when it can."""
    missing = evaluations.still_open(session, report.plan_code, months(session, report))
    if not missing:
        return ""
    return f"Todavía no está cerrado el seguimiento de {enumeration([month_name(code) for code in missing])}."


def evaluations_of(session: Session, report: AnnualReport) -> list[Evaluation]:
    """The intermediate evaluations of the year."""
    found = evaluations.of_plan(session, report.plan_code, EvaluationKind.INTERMEDIATE)
    return [evaluation for evaluation in found if evaluation.key.startswith(f"{report.year}-")]


def consolidate(
    session: Session,
    engine: ProcessEngine,
    report: AnnualReport,
    *,
    summary: str,
    notes: Mapping[str, tuple[bool, str]],
    semesters: Sequence[str],
    actor: Actor,
) -> None:
    """Put the report together. `notes`: by entity, whether its chapter was reviewed, and a note."""
    kept = chapters(session, report)
    codes = months(session, report)
    if codes:
        cuts.take(session, engine, report.plan_code, codes[-1])
    # months may have closed since it was begun
    told = from_records(session, report, _of_records(session, report, kept, codes))
    for chapter in kept:
        chapter.reviewed, chapter.note = notes.get(chapter.entity_code, (False, ""))
        chapter.text = told.get(chapter.entity_code, chapter.text)
    report.summary, report.evaluations = summary, list(semesters)
    report.consolidated_by, report.state = actor.id, AnnualState.CONSOLIDATED


def send_back(report: AnnualReport, reason: str) -> None:
    """Return it with a reason."""
    report.state, report.return_reason = AnnualState.OPEN, reason
    report.times_returned += 1


def agree(report: AnnualReport, *, actor: Actor) -> None:
    """The coordinator finds it right."""
    report.state, report.reviewed_by, report.return_reason = AnnualState.CONFORMING, actor.id, ""


def approve(engine: ProcessEngine, report: AnnualReport, *, actor: Actor) -> None:
    """Approve it electronically."""
    report.state, report.approved_by, report.approved_at = AnnualState.APPROVED, actor.id, engine.now()
    report.return_reason = ""


def improve(session: Session, report: AnnualReport, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what the yearly review of the follow-up decided, in place of what it had."""
    replace_rows(
        session,
        Improvement,
        {"annual_report_id": report.id},
        (
            {"text": row["mejora"], "kind": row["clase"], "responsible": row["responsable"], "due_on": row["fecha"]}
            for row in rows
        ),
    )


def improvements(session: Session, report: AnnualReport) -> list[Improvement]:
    """What was decided to do better."""
    query = sa.select(Improvement).where(Improvement.annual_report_id == report.id)
    return list(session.scalars(query.order_by(Improvement.id)))


def _known(session: Session, plan_code: str, year: int) -> AnnualReport | None:
    return session.scalar(sa.select(AnnualReport).where(AnnualReport.plan_code == plan_code, AnnualReport.year == year))


def _money_words(row: Sequence[str]) -> str:
    return f"De una apropiación de {row[1]} millones de pesos comprometió el {row[4]} y giró el {row[5]}."
