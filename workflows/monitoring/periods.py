"""Months of a plan: found, opened, published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.runtime import ProcessEngine
from workflows.calendar import bogota_day
from workflows.cycles import cadence
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.errors import NotFound
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import IndicatorSheet
from workflows.monitoring import facts
from workflows.monitoring.models import EntityReport, PeriodRow
from workflows.monitoring.states import ReportState
from workflows.people import directory
from workflows.people.models import Person
from workflows.plan import participants
from workflows.plan.models import Plan, Project

Asked = tuple[str, str, str, str]
"""Whose values: plan, month, entity, person."""

FALLBACK_ROLES = ("responsable_meta", "enlace_planeacion")


def find(session: Session, plan_code: str, code: str) -> Period:
    """The month of a plan. Raises `NotFound`."""
    period = session.scalar(sa.select(Period).where(Period.plan_code == plan_code, Period.code == code))
    if period is None:
        raise NotFound(f"El plan no tiene el periodo {code}. Elija otro.")
    return period


def previous(session: Session, period: Period, count: int = 1) -> list[Period]:
    """The `count` months before this one that exist, the nearest first."""
    query = sa.select(Period).where(Period.plan_code == period.plan_code, Period.code < period.code)
    return list(session.scalars(query.order_by(Period.code.desc()).limit(count)))


def open_month(session: Session, engine: ProcessEngine, plan_code: str, code: str, instance_id: int) -> list[str]:
    """Open a month: snapshot of who answers for what and what was programmed. Gives the codes of its entities.

    Doing it twice changes nothing.
    """
    period = _ensure_period(session, engine, plan_code, code, instance_id)
    indicators = _indicators(session, plan_code)
    entities = _entities(session, plan_code, indicators)
    known = set(session.scalars(sa.select(PeriodRow.indicator_id).where(PeriodRow.period_id == period.id)))
    plan = session.get_one(Plan, plan_code)
    people, sheets = _Substitution(session, plan.sector_code, bogota_day(engine.now())), facts.sheets_of(session, plan)
    for indicator in indicators:
        if indicator.id not in known:
            session.add(_row(period, indicator, sheets[indicator.id], people))
    _ensure_reports(session, period, entities)
    session.flush()
    return entities


def rows_due(session: Session, period: Period, *, entity: str | None = None) -> list[PeriodRow]:
    """The rows that ask for a value at this cut-off, in the order of the plan."""
    query = (
        sa.select(PeriodRow)
        .join(Indicator, Indicator.id == PeriodRow.indicator_id)
        .where(PeriodRow.period_id == period.id, PeriodRow.due)
        .order_by(Indicator.position, Indicator.code)
    )
    if entity is not None:
        query = query.where(PeriodRow.entity_code == entity)
    return list(session.scalars(query))


def asked(session: Session) -> Mapping[Asked, int]:
    """How many values each person owes for an entity, in the months that are not closed: one statement."""
    query = (
        sa.select(Period.plan_code, Period.code, PeriodRow.entity_code, PeriodRow.reports, sa.func.count())
        .join(PeriodRow, PeriodRow.period_id == Period.id)
        .where(Period.state != PeriodState.CLOSED, PeriodRow.due, PeriodRow.reports.is_not(None))
        .group_by(Period.plan_code, Period.code, PeriodRow.entity_code, PeriodRow.reports)
    )
    return {(plan, month, entity, str(who)): count for plan, month, entity, who, count in session.execute(query)}


def publish(session: Session, engine: ProcessEngine, plan_code: str, code: str) -> Period:
    """Put the month's report on the portal; the first publication stays the date."""
    period = find(session, plan_code, code)
    if period.published_at is None:
        period.published_at = engine.now()
    return period


def _ensure_period(session: Session, engine: ProcessEngine, plan_code: str, code: str, instance_id: int) -> Period:
    known = session.scalar(sa.select(Period).where(Period.plan_code == plan_code, Period.code == code))
    if known is not None:
        return known
    start, cutoff = cadence.month_bounds(code)
    period = Period(
        plan_code=plan_code,
        code=code,
        year=start.year,
        month=start.month,
        cutoff_on=cutoff,
        state=PeriodState.OPEN,
        instance_id=instance_id,
        opened_at=engine.now(),
    )
    session.add(period)
    session.flush()
    return period


def _indicators(session: Session, plan_code: str) -> Sequence[Indicator]:
    query = sa.select(Indicator).where(Indicator.plan_code == plan_code, Indicator.active)
    return session.scalars(query.order_by(Indicator.position, Indicator.code)).all()


def _entities(session: Session, plan_code: str, indicators: Sequence[Indicator]) -> list[str]:
    """Active entities with something to report: an indicator or a project's money."""
    projects = session.scalars(sa.select(Project.entity_code).where(Project.plan_code == plan_code).distinct())
    reporting = {indicator.entity_code for indicator in indicators} | set(projects)
    return [code for code in participants.entities(session, plan_code) if code in reporting]


def _row(period: Period, indicator: Indicator, sheet: IndicatorSheet, people: _Substitution) -> PeriodRow:
    return PeriodRow(
        period_id=period.id,
        indicator_id=indicator.id,
        entity_code=indicator.entity_code,
        reports=people.who_reports(indicator),
        reviews=indicator.reviews,
        due=sheet.is_due(period.year, period.month),
        year_target=sheet.target(period.year),
        programmed_to_date=sheet.programmed(period.year, period.month),
    )


def _ensure_reports(session: Session, period: Period, entities: Sequence[str]) -> None:
    known = set(session.scalars(sa.select(EntityReport.entity_code).where(EntityReport.period_id == period.id)))
    for code in entities:
        if code not in known:
            session.add(EntityReport(period_id=period.id, entity_code=code, state=ReportState.PENDING))


class _Substitution:
    """Finds who reports when the person named has left: the substitute, else somebody of the entity with the role."""

    def __init__(self, session: Session, sector: str, on: dt.date) -> None:
        self._session, self._sector, self._on = session, sector, on
        self._active = set(session.scalars(sa.select(Person.username).where(Person.active)))

    def who_reports(self, indicator: Indicator) -> str | None:
        for username in (indicator.reports, indicator.substitute):
            if username in self._active:
                return username
        for role in FALLBACK_ROLES:
            people = directory.people_with(self._session, role, self._sector, indicator.entity_code, self._on)
            if people:
                return people[0].username
        return None
