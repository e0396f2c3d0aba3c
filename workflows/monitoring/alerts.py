"""What a month's figures call attention to, and what was asked and answered about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.cycles.models import Period
from workflows.indicators.alerts import OPPORTUNITY, Watched, about
from workflows.indicators.models import Indicator
from workflows.indicators.states import Annualization
from workflows.monitoring import measurements
from workflows.monitoring.facts import IndicatorFacts, PlanFacts
from workflows.monitoring.models import Alert, BudgetReport, EntityReport, FormerDatum, Measurement
from workflows.monitoring.period_figures import IndicatorFigure, PeriodFigures
from workflows.monitoring.states import AlertState, MeasurementState
from workflows.plan.models import Project
from workflows.spanish import month_name, percentage

CLARIFY = "aclarar"
HUNDRED = Decimal(100)
MONEY_GAP = Decimal(25)


@dataclass(frozen=True, slots=True)
class Finding:
    """An alert that the figures raise: which rule, about what, in words."""

    entity: str
    object_code: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an entity answers to one alert; a corrected value and files are optional."""

    alert_id: int
    text: str
    value: Decimal | None
    files: Sequence[int]


def refresh(session: Session, period: Period, facts: PlanFacts, figures: PeriodFigures) -> None:
    """Bring the month's alerts up to its figures; what people decided or answered stays.

    Questions nobody answered in time are marked so, and not asked again.
    """
    known = {(kept.entity_code, kept.object_code, kept.rule): kept for kept in of_period(session, period)}
    found = {(one.entity, one.object_code, one.rule): one for one in _findings(session, period, facts, figures)}
    for key, finding in found.items():
        if key not in known:
            session.add(_alert(period, finding))
        else:
            known[key].text = finding.text
    for key, kept in known.items():
        if kept.state == AlertState.ASKED:
            kept.state = AlertState.UNANSWERED
        elif kept.state == AlertState.NEW and key not in found:
            session.delete(kept)
    session.flush()


def of_period(session: Session, period: Period, entity: str | None = None) -> list[Alert]:
    """The alerts of a month, in the order they were found."""
    query = sa.select(Alert).where(Alert.period_id == period.id).order_by(Alert.id)
    if entity is not None:
        query = query.where(Alert.entity_code == entity)
    return list(session.scalars(query))


def of_month(session: Session, plan_code: str, month: str) -> list[Alert]:
    """The same by the code of the month, in one statement."""
    query = sa.select(Alert).join(Period, Period.id == Alert.period_id)
    query = query.where(Period.plan_code == plan_code, Period.code == month)
    return list(session.scalars(query.order_by(Alert.id)))


def to_review(session: Session, period: Period) -> list[Alert]:
    """The alerts that wait for a decision: new ones, and those that were answered; not those of who did not report."""
    return [
        alert
        for alert in of_period(session, period)
        if alert.state in (AlertState.NEW, AlertState.ANSWERED) and alert.rule not in OPPORTUNITY
    ]


def of_opportunity(session: Session, period: Period) -> list[Alert]:
    """Who did not report in a month: for whoever can call them, and nothing to decide about."""
    return [alert for alert in of_period(session, period) if alert.rule in OPPORTUNITY]


def decide(session: Session, period: Period, decisions: Sequence[tuple[int, str, str]]) -> list[str]:
    """Record `(alert id, procede or aclarar, question)`; gives the entities that have to clarify."""
    alerts = {alert.id: alert for alert in of_period(session, period)}
    for alert_id, decision, question in decisions:
        alert = alerts[alert_id]
        alert.decision, alert.question = decision, question
        alert.state = AlertState.ASKED if decision == CLARIFY else AlertState.PROCEEDS
    asked = [alert.entity_code for alert in alerts.values() if alert.state == AlertState.ASKED]
    return list(dict.fromkeys(asked))


def asked_of(session: Session, period: Period, entity: str) -> list[Alert]:
    """The questions an entity has to answer."""
    return [alert for alert in of_period(session, period, entity) if alert.state == AlertState.ASKED]


def answer(
    session: Session, engine: ProcessEngine, period: Period, entity: str, *, actor: Actor, answers: Sequence[Answer]
) -> None:
    """Record what an entity answers; a corrected value changes the figure. Raises `PeriodFrozen`."""
    asked = {alert.id: alert for alert in asked_of(session, period, entity)}
    for given in answers:
        alert = asked[given.alert_id]
        alert.answer, alert.state = given.text, AlertState.ANSWERED
        if given.value is not None or given.files:
            _correct(session, engine, period, alert, actor=actor, given=given)


def can_be_corrected(session: Session, period: Period, alert: Alert) -> bool:
    """Whether an alert is about a figure that has a value in this month."""
    return _measurement(session, period, alert) is not None


def _correct(
    session: Session, engine: ProcessEngine, period: Period, alert: Alert, *, actor: Actor, given: Answer
) -> None:
    measurement = _measurement(session, period, alert)
    if measurement is None:
        return
    with measurements.changing(session, engine, measurement, actor, "aclarar", reason=given.text):
        if given.value is not None:
            measurement.value = given.value
        measurements.attach(measurement, given.files)


def _measurement(session: Session, period: Period, alert: Alert) -> Measurement | None:
    query = (
        sa.select(Measurement)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .where(Measurement.period_id == period.id, Indicator.plan_code == period.plan_code)
        .where(Indicator.code == alert.object_code, Measurement.state.in_(measurements.COUNTED))
    )
    return session.scalar(query)


def _alert(period: Period, finding: Finding) -> Alert:
    return Alert(
        period_id=period.id,
        entity_code=finding.entity,
        object_code=finding.object_code,
        rule=finding.rule,
        text=finding.text,
    )


def _findings(session: Session, period: Period, facts: PlanFacts, figures: PeriodFigures) -> Iterator[Finding]:
    missing = list(_missing_reports(session, period))
    yield from missing
    yield from _late_values(session, period)
    committed = _committed(session, period)
    silent = {finding.entity for finding in missing}
    for fact in facts.indicators:
        figure = figures.indicators[fact.code]
        watched = _watched(fact, figure)
        for alert_found in about(watched, facts.year, facts.month, reported=fact.entity not in silent):
            yield Finding(alert_found.entity, alert_found.object_code, alert_found.rule, alert_found.text)
        gap = _money_gap(figure, committed.get(fact.project or ""))
        if gap and fact.sheet.annualization != Annualization.CONSTANT and fact.sheet.is_due(facts.year, facts.month):
            yield Finding(fact.entity, fact.code, "brecha_fisico_financiera", f"{fact.code} {gap}")


def _missing_reports(session: Session, period: Period) -> Iterator[Finding]:
    query = sa.select(EntityReport.entity_code).where(
        EntityReport.period_id == period.id, EntityReport.state == MeasurementState.MISSING
    )
    for entity in session.scalars(query.order_by(EntityReport.id)):
        yield Finding(entity, entity, "sin_reporte", f"{entity} no entregó su reporte a tiempo.")


def _late_values(session: Session, period: Period) -> Iterator[Finding]:
    query = (
        sa.select(
            Indicator.code,
            Indicator.entity_code,
            Period.code.label("month"),
            sa.exists().where(FormerDatum.measurement_id == Measurement.id).label("corrected"),
        )
        .join(Measurement, Measurement.indicator_id == Indicator.id)
        .join(Period, Period.id == Measurement.period_id)
        .where(Period.plan_code == period.plan_code)
        .where(
            sa.or_(
                Measurement.counts_from == period.code,
                sa.and_(Period.id == period.id, Measurement.late, Measurement.counts_from.is_(None)),
            )
        )
        .order_by(Indicator.position, Period.code)
    )
    for row in session.execute(query):
        kind = "corrección" if row.corrected else "cifra extemporánea"
        text = f"{row.code} trae una {kind} de {month_name(row.month)}."
        yield Finding(row.entity_code, row.code, f"extemporanea_{row.month}", text)


def _watched(fact: IndicatorFacts, figure: IndicatorFigure) -> Watched:
    return Watched(fact.sheet, fact.series, figure.assessment, fact.entity, fact.unit, fact.reports, fact.substitute)


def _committed(session: Session, period: Period) -> dict[str, Decimal]:
    """Per project, the share of its appropriation that is committed, in %."""
    query = (
        sa.select(Project.code, BudgetReport.appropriation, BudgetReport.commitments)
        .join(BudgetReport, BudgetReport.project_id == Project.id)
        .where(BudgetReport.period_id == period.id, BudgetReport.state == MeasurementState.ENDORSED)
    )
    rows = session.execute(query)
    return {row.code: row.commitments * HUNDRED / row.appropriation for row in rows if row.appropriation}


def _money_gap(figure: IndicatorFigure, committed: Decimal | None) -> str:
    progress = figure.assessment.year_progress
    if committed is None or progress is None or abs(progress - committed) <= MONEY_GAP:
        return ""
    return f"avanza {percentage(progress)} y su proyecto ha comprometido {percentage(committed)}."
