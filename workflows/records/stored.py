"""The plan that the database holds, as the same data that a workbook says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from workflows.cycles.models import Period
from workflows.goals.models import Line, Objective
from workflows.indicators.models import Indicator, MonthTarget, Thresholds, YearTarget
from workflows.indicators.sheets import Month
from workflows.indicators.states import Annualization
from workflows.indicators.traffic_light import DEFAULT_BANDS, Bands, read_bands
from workflows.monitoring.facts import COUNTING
from workflows.monitoring.models import Measurement
from workflows.people.models import Person, PersonRole
from workflows.people.roles import CATALOGUE
from workflows.plan import development
from workflows.plan.models import Plan, Project, ProjectBudget, ProjectGoal
from workflows.records.data import (
    BudgetRecord,
    EntityRecord,
    HolidayRecord,
    IndicatorRecord,
    LineRecord,
    ObjectiveRecord,
    PersonRecord,
    PlanData,
    PlanRecord,
    ProjectRecord,
)
from workflows.sectors import registry
from workflows.sectors.models import LocalHoliday, SectorEntity

_DAYS = (
    sa.select(LocalHoliday)
    .where(LocalHoliday.sector_code.in_(("", sa.bindparam("sector"))), LocalHoliday.entity_code == "")
    .order_by(LocalHoliday.day)
)


def stored_plan(session: Session, plan_code: str) -> PlanData | None:
    """The plan as it stands, with the measurements that count; `None` if there is no such plan."""
    plan = session.get(Plan, plan_code)
    if plan is None:
        return None
    return PlanData(
        plan=_plan(plan),
        entities=tuple(entities(session, plan.sector_code)),
        people=tuple(people(session, plan.sector_code)),
        lines=tuple(LineRecord(line.code, line.name, line.weight) for line in lines(session, plan_code)),
        objectives=tuple(_objectives(session, plan_code)),
        indicators=tuple(_indicators(session, plan_code)),
        projects=tuple(_projects(session, plan_code)),
        goals=tuple(_goals(session, plan_code)),
        measurements=_measurements(session, plan_code),
        late=_late(session, plan_code),
        bands=latest_bands(session, plan_code),
        holidays=tuple(
            HolidayRecord(holiday.day, holiday.name) for holiday in session.scalars(_DAYS, {"sector": plan.sector_code})
        ),
        development_plans=tuple(map(development.described, plan.development_plans)),
    )


def entities(session: Session, sector: str) -> list[EntityRecord]:
    """The sector's entities, in order."""
    return [EntityRecord(e.code, e.name, link.sector_role) for e, link in registry.entities(session, sector)]


def lines(session: Session, plan_code: str) -> list[Line]:
    """The plan's lines, in order, without those that were taken out (weight 0)."""
    query = sa.select(Line).where(Line.plan_code == plan_code).order_by(Line.position, Line.code)
    return [line for line in session.scalars(query) if line.weight]


def latest_bands(session: Session, plan_code: str) -> Bands:
    """The thresholds that came into force last."""
    query = sa.select(Thresholds).where(Thresholds.plan_code == plan_code).order_by(Thresholds.valid_from.desc())
    thresholds = session.scalars(query).first()
    return read_bands(thresholds.bands) if thresholds else DEFAULT_BANDS


def _plan(plan: Plan) -> PlanRecord:
    act = plan.adoption_act
    return PlanRecord(
        code=plan.code,
        name=plan.name,
        sector=plan.sector.name,
        first_year=plan.first_year,
        years=plan.years,
        development_plans=tuple(one.name for one in plan.development_plans),
        first_level_name=plan.first_level_name,
        approval_rule=plan.approval_rule,
        state=plan.state,
        first_month=plan.first_month,
        mission=plan.mission,
        vision=plan.vision,
        values=tuple(plan.values),
        act_kind=act.get("kind", ""),
        act_number=act.get("number", ""),
        act_on=dt.date.fromisoformat(act["on"]) if act.get("on") else None,
        act_issuer=act.get("issuer", ""),
    )


def people(session: Session, sector: str) -> list[PersonRecord]:
    """Who works in an entity of a sector or holds a role there, active or not, with their roles in it."""
    held: dict[str, set[str]] = {}
    holdings = sa.select(PersonRole.username, PersonRole.role_id).join(PersonRole.person)
    own = PersonRole.entity_code.in_(("", sa.func.coalesce(Person.entity_code, "")))
    for username, role in session.execute(holdings.where(PersonRole.sector_code == sector, own)):
        held.setdefault(username, set()).add(role)
    at_work = sa.select(SectorEntity.entity_code).where(SectorEntity.sector_code == sector)
    query = sa.select(Person).where(Person.entity_code.in_(at_work) | Person.username.in_(held))
    shipped = [role.id for role in CATALOGUE]
    order = [*shipped, *sorted({role for roles in held.values() for role in roles} - set(shipped))]
    return [
        PersonRecord(
            person.username,
            person.name,
            person.email,
            person.entity_code or "",
            tuple(role for role in order if role in held.get(person.username, ())),
            person.active,
        )
        for person in session.scalars(query.order_by(Person.username))
    ]


def _objectives(session: Session, plan_code: str) -> list[ObjectiveRecord]:
    query = (
        sa.select(Objective, Line.code)
        .join(Line, Line.id == Objective.line_id)
        .where(Objective.plan_code == plan_code)
        .order_by(Objective.position, Objective.code)
    )
    return [
        ObjectiveRecord(o.code, line, o.name, o.weight, o.lead_entity, o.theme, o.expected_result)
        for o, line in session.execute(query)
        if o.weight
    ]


def _indicators(session: Session, plan_code: str) -> list[IndicatorRecord]:
    query = (
        sa.select(Indicator, Objective.code)
        .join(Objective, Objective.id == Indicator.objective_id)
        .where(Indicator.plan_code == plan_code)
        .order_by(Indicator.position, Indicator.code)
    )
    return _sheets(session, [(indicator, objective) for indicator, objective in session.execute(query)])


def _goals(session: Session, plan_code: str) -> list[IndicatorRecord]:
    """The goals of the investment projects that have a sheet."""
    fed = aliased(Indicator)
    query = (
        sa.select(Indicator, ProjectGoal, fed.code)
        .join(ProjectGoal, ProjectGoal.sheet_id == Indicator.id)
        .outerjoin(fed, fed.id == ProjectGoal.indicator_id)
        .where(Indicator.plan_code == plan_code)
        .order_by(Indicator.position, Indicator.code)
    )
    found = session.execute(query).all()
    return [
        replace(
            record,
            feeds=feeds or "",
            contribution=goal.contribution,
            territorial=goal.territorial,
            funded=goal.funded,
        )
        for record, (_, goal, feeds) in zip(_sheets(session, [(one, "") for one, _, _ in found]), found, strict=True)
    ]


def _sheets(session: Session, found: Sequence[tuple[Indicator, str]]) -> list[IndicatorRecord]:
    ids = [indicator.id for indicator, _objective in found]
    targets: dict[int, dict[int, Decimal]] = {}
    for row in session.scalars(sa.select(YearTarget).where(YearTarget.indicator_id.in_(ids))):
        if row.target is not None:
            targets.setdefault(row.indicator_id, {})[row.year] = row.target
    monthly: dict[int, dict[Month, Decimal]] = {}
    for asked in session.scalars(sa.select(MonthTarget).where(MonthTarget.indicator_id.in_(ids))):
        monthly.setdefault(asked.indicator_id, {})[(asked.year, asked.month)] = asked.programmed
    return [_indicator(i, o, targets.get(i.id, {}), monthly.get(i.id, {})) for i, o in found]


def _indicator(i: Indicator, objective: str, targets: Any, monthly: Any) -> IndicatorRecord:
    return IndicatorRecord(
        code=i.code,
        objective=objective,
        kind=i.kind,
        entity=i.entity_code,
        weight=i.weight,
        name=i.name,
        unit=i.unit,
        decimals=i.decimals,
        annualization=i.annualization,
        baseline=i.baseline,
        baseline_year=i.baseline_year,
        final_target=i.final_target or Decimal(0),
        periodicity=i.periodicity,
        lag_days=i.lag_days,
        project=i.project_code or "",
        reports=i.reports or "",
        reviews=i.reviews or "",
        substitute=i.substitute or "",
        definition=i.definition,
        formula=i.formula,
        source=i.source,
        active=i.active,
        direction=i.direction if i.annualization == Annualization.CONSTANT else "",
        tolerance=i.tolerance,
        minimum=i.minimum,
        maximum=i.maximum,
        rule=i.rule,
        targets=targets,
        monthly=monthly,
    )


def _projects(session: Session, plan_code: str) -> list[ProjectRecord]:
    budgets: dict[int, dict[int, BudgetRecord]] = {}
    query = sa.select(ProjectBudget).join(Project, Project.id == ProjectBudget.project_id)
    for row in session.scalars(query.where(Project.plan_code == plan_code).order_by(ProjectBudget.year)):
        known = BudgetRecord(row.appropriation, row.commitments, row.payments)
        budgets.setdefault(row.project_id, {})[row.year] = known
    projects = session.scalars(sa.select(Project).where(Project.plan_code == plan_code).order_by(Project.id))
    return [ProjectRecord(p.code, p.name, p.entity_code, budgets.get(p.id, {})) for p in projects]


def _late(session: Session, plan_code: str) -> dict[str, dict[Month, str]]:
    query = (
        sa.select(Indicator.code, Period.code.label("period"), Period.year, Period.month, Measurement.counts_from)
        .join(Period, Period.id == Measurement.period_id)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .where(Period.plan_code == plan_code, Measurement.state.in_(COUNTING), Measurement.value.is_not(None))
        .where(Measurement.late)
        .order_by(Indicator.position, Period.code)
    )
    late: dict[str, dict[Month, str]] = {}
    for row in session.execute(query):
        late.setdefault(row.code, {})[(row.year, row.month)] = row.counts_from or row.period
    return late


def _measurements(session: Session, plan_code: str) -> dict[str, dict[Month, Decimal]]:
    query = (
        sa.select(Indicator.code, Period.year, Period.month, Measurement.value)
        .join(Period, Period.id == Measurement.period_id)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .where(Period.plan_code == plan_code, Measurement.state.in_(COUNTING), Measurement.value.is_not(None))
        .order_by(Indicator.position, Period.code)
    )
    series: dict[str, dict[Month, Decimal]] = {}
    for row in session.execute(query):
        series.setdefault(row.code, {})[(row.year, row.month)] = row.value
    return series
