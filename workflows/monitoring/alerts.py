"""What a month's figures call attention to, and what was asked and answered about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.indicators.formulas import NOT_PROGRAMMED
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import CONSTANT, FALLING, RISING, SUM
from workflows.indicators.traffic_light import ORANGE, RED
from workflows.monitoring import measurements
from workflows.monitoring.facts import IndicatorFacts, PlanFacts
from workflows.monitoring.models import Alert, BudgetReport, EntityReport, Measurement, Period
from workflows.monitoring.period_figures import IndicatorFigure, PeriodFigures
from workflows.plan.models import Project
from workflows.spanish import month_name, number, percentage

NEW, ASKED, ANSWERED, UNANSWERED, PROCEEDS = "nueva", "preguntada", "respondida", "sin_aclarar", "procede"
CLARIFY = "aclarar"
HUNDRED = Decimal(100)
YEAR_EXCESS = Decimal(125)
MONEY_GAP = Decimal(25)
HALF_YEAR = 6


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
        if kept.state == ASKED:
            kept.state = UNANSWERED
        elif kept.state == NEW and key not in found:
            session.delete(kept)
    session.flush()


def of_period(session: Session, period: Period, entity: str | None = None) -> list[Alert]:
    """The alerts of a month, in the order they were found."""
    query = sa.select(Alert).where(Alert.period_id == period.id).order_by(Alert.id)
    if entity is not None:
        query = query.where(Alert.entity_code == entity)
    return list(session.scalars(query))


def to_review(session: Session, period: Period) -> list[Alert]:
    """The alerts that wait for a decision: new ones, and those that were answered."""
    return [alert for alert in of_period(session, period) if alert.state in (NEW, ANSWERED)]


def decide(session: Session, period: Period, decisions: Sequence[tuple[int, str, str]]) -> list[str]:
    """Record `(alert id, procede or aclarar, question)`; gives the entities that have to clarify."""
    alerts = {alert.id: alert for alert in of_period(session, period)}
    for alert_id, decision, question in decisions:
        alert = alerts[alert_id]
        alert.decision, alert.question = decision, question
        alert.state = ASKED if decision == CLARIFY else PROCEEDS
    asked = [alert.entity_code for alert in alerts.values() if alert.state == ASKED]
    return list(dict.fromkeys(asked))


def asked_of(session: Session, period: Period, entity: str) -> list[Alert]:
    """The questions an entity has to answer."""
    return [alert for alert in of_period(session, period, entity) if alert.state == ASKED]


def answer(
    session: Session, engine: ProcessEngine, period: Period, entity: str, *, actor: Actor, answers: Sequence[Answer]
) -> None:
    """Record what an entity answers; a corrected value changes the figure. Raises `PeriodFrozen`."""
    asked = {alert.id: alert for alert in asked_of(session, period, entity)}
    for given in answers:
        alert = asked[given.alert_id]
        alert.answer, alert.state = given.text, ANSWERED
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
    yield from _missing_reports(session, period)
    yield from _late_values(session, period)
    committed = _committed(session, period)
    for fact in facts.indicators:
        figure = figures.indicators[fact.code]
        for rule, text in _about(fact, figure, facts):
            yield Finding(fact.entity, fact.code, rule, f"{fact.code} {text}")
        gap = _money_gap(figure, committed.get(fact.project or ""))
        if gap and fact.sheet.annualization != CONSTANT and fact.sheet.is_due(facts.year, facts.month):
            yield Finding(fact.entity, fact.code, "brecha_fisico_financiera", f"{fact.code} {gap}")


def _missing_reports(session: Session, period: Period) -> Iterator[Finding]:
    query = sa.select(EntityReport.entity_code).where(
        EntityReport.period_id == period.id, EntityReport.state == measurements.MISSING
    )
    for entity in session.scalars(query.order_by(EntityReport.id)):
        yield Finding(entity, entity, "sin_reporte", f"{entity} no entregó su reporte a tiempo.")


def _late_values(session: Session, period: Period) -> Iterator[Finding]:
    query = (
        sa.select(Indicator.code, Indicator.entity_code, Period.code.label("month"))
        .join(Measurement, Measurement.indicator_id == Indicator.id)
        .join(Period, Period.id == Measurement.period_id)
        .where(Period.plan_code == period.plan_code, Measurement.counts_from == period.code)
        .order_by(Indicator.position, Period.code)
    )
    for row in session.execute(query):
        text = f"{row.code} trae una cifra extemporánea de {month_name(row.month)}."
        yield Finding(row.entity_code, row.code, f"extemporanea_{row.month}", text)


def _about(fact: IndicatorFacts, figure: IndicatorFigure, facts: PlanFacts) -> Iterator[tuple[str, str]]:
    """What one indicator's figures say, where it reported at this cut-off."""
    month = (facts.year, facts.month)
    value, found = fact.series.get(month), figure.assessment
    if value is None:
        return
    if found.status == NOT_PROGRAMMED:
        yield "reporte_sin_meta", f"reportó {number(value)} y este año no tiene meta."
        return
    if found.compliance is not None and found.compliance < 0:
        yield "bajo_linea_base", "está por debajo de la línea base."
    elif found.color == RED:
        yield "rojo", f"cumple el {percentage(found.compliance)} de lo programado a la fecha."
    if found.color == ORANGE:
        yield "sobreejecucion", f"cumple el {percentage(found.compliance)} de lo programado: sobreejecución."
    if found.year_progress is not None and found.year_progress > YEAR_EXCESS:
        yield "supera_meta_anual", f"lleva el {percentage(found.year_progress)} de la meta del año."
    yield from _about_the_way(fact, value, facts)


def _about_the_way(fact: IndicatorFacts, value: Decimal, facts: PlanFacts) -> Iterator[tuple[str, str]]:
    before = previous_value(fact, facts.year, facts.month)
    if before is not None and goes_back(fact.sheet.annualization, before, value):
        yield "retroceso", f"pasó de {number(before)} a {number(value)}."
    last_year = previous_value(fact, facts.year, 1)
    if fact.sheet.annualization in (RISING, FALLING) and facts.month >= HALF_YEAR and last_year == value:
        yield "sin_avance", "no se ha movido desde el final del año pasado."


def previous_value(fact: IndicatorFacts, year: int, month: int) -> Decimal | None:
    """The last value reported before a month."""
    earlier = [value for when, value in sorted(fact.series.items()) if when < (year, month) and value is not None]
    return earlier[-1] if earlier else None


def goes_back(annualization: str, before: Decimal, value: Decimal) -> bool:
    """Whether a level moved the wrong way, or an increment takes away."""
    if annualization == SUM:
        return value < 0
    return (annualization == RISING and value < before) or (annualization == FALLING and value > before)


def _committed(session: Session, period: Period) -> dict[str, Decimal]:
    """Per project, the share of its appropriation that is committed, in %."""
    query = (
        sa.select(Project.code, BudgetReport.appropriation, BudgetReport.commitments)
        .join(BudgetReport, BudgetReport.project_id == Project.id)
        .where(BudgetReport.period_id == period.id)
    )
    rows = session.execute(query)
    return {row.code: row.commitments * HUNDRED / row.appropriation for row in rows if row.appropriation}


def _money_gap(figure: IndicatorFigure, committed: Decimal | None) -> str:
    progress = figure.assessment.year_progress
    if committed is None or progress is None or abs(progress - committed) <= MONEY_GAP:
        return ""
    return f"avanza {percentage(progress)} y su proyecto ha comprometido {percentage(committed)}."
