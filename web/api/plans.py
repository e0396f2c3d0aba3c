"""Plans: their tree, indicators and sheets, periods and figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from web.api import cursors
from web.api.blueprint import blueprint, operation
from web.api.shapes import Listing, Page, Shape
from web.auth import Of
from web.auth.scopes import Scope
from web.errors import UnknownPage
from web.pages import actor, current
from workflows.cycles.models import Period
from workflows.indicators.models import Indicator
from workflows.indicators.states import OF_PLAN
from workflows.monitoring import figures, overview
from workflows.monitoring.period_figures import IndicatorFigure, LevelFigure
from workflows.people.groups import sectors_of
from workflows.plan.models import Plan as PlanRow


class Plan(Shape):
    """A sectoral strategic plan."""

    code: str
    name: str
    sector: str
    state: str
    first_year: int
    years: int
    first_month: str
    ends_on: dt.date
    follow_up: str


class PlanPage(Page[Plan]):
    """Some plans, by code."""


class ObjectiveBranch(Shape):
    """An objective with its indicators, by code."""

    code: str
    name: str
    weight: Decimal
    indicators: list[str]


class LineBranch(Shape):
    """A line with its objectives."""

    code: str
    name: str
    weight: Decimal
    objectives: list[ObjectiveBranch]


class PlanTree(Shape):
    """A plan and what it promises, from lines down."""

    plan: Plan
    lines: list[LineBranch]


class IndicatorShape(Shape):
    """An indicator of a plan. Decimals are text, exact: `12.5`."""

    code: str
    name: str
    kind: str
    objective: str
    entity: str
    unit: str
    decimals: int
    weight: Decimal
    annualization: str
    periodicity: str
    direction: str
    baseline: Decimal | None
    final_target: Decimal | None
    reports: str | None
    reviews: str | None


class IndicatorPage(Page[IndicatorShape]):
    """Some indicators, by code."""


class TargetOfYear(Shape):
    """What is promised for a year."""

    year: int
    target: Decimal | None


class IndicatorSheet(Shape):
    """The data sheet of an indicator."""

    indicator: IndicatorShape
    line: str
    definition: str
    formula: str
    source: str
    targets: list[TargetOfYear]


class PeriodShape(Shape):
    """A month of a plan; `state` abierto, en_validacion, consolidado or cerrado."""

    code: str
    state: str
    cutoff_on: dt.date
    case_id: int | None
    opened_at: dt.datetime | None
    frozen_at: dt.datetime | None


class PeriodPage(Page[PeriodShape]):
    """The months of a plan, the newest first."""


class FigureOfIndicator(Shape):
    """How an indicator stands at a month. Percentages are exact; pages round them to one decimal."""

    code: str
    entity: str
    objective: str
    executed: Decimal | None
    programmed_to_date: Decimal | None
    year_target: Decimal | None
    year_progress: Decimal | None
    compliance: Decimal | None
    color: str | None
    status: str | None


class FigureOfLevel(Shape):
    """How an objective, a line, an entity or the plan stands at a month, in %."""

    code: str
    name: str
    compliance: Decimal | None
    uncapped: Decimal | None
    coverage: Decimal | None
    opportunity: Decimal | None
    color: str | None


class FiguresOfPeriod(Shape):
    """Every figure of a plan at a month. `frozen`: the month is closed and they stay."""

    plan: str
    period: str
    cutoff_on: dt.date
    frozen: bool
    formula_version: str
    overall: FigureOfLevel | None
    lines: list[FigureOfLevel]
    objectives: list[FigureOfLevel]
    entities: list[FigureOfLevel]
    indicators: list[FigureOfIndicator]


@blueprint.get("/plans")
@operation(Scope.PLANS_READ, PlanPage, of=Of.NONE)
def list_plans(query: Listing) -> PlanPage:
    """The plans of the sectors where roles are held."""
    after = cursors.read_text(query.cursor)
    with current().database.reading() as session:
        later = (plan for plan in overview.plans(session, sectors_of(actor())) if plan.code > after)
        plans = sorted(later, key=lambda plan: plan.code)
        shown = plans[: query.limit]
        following = cursors.of_text(shown[-1].code) if len(plans) > query.limit else None
        return PlanPage(items=[_plan(plan) for plan in shown], next=following)


@blueprint.get("/plans/<plan_code>")
@operation(Scope.PLANS_READ, PlanTree, of=Of.PLAN)
def get_plan(plan_code: str) -> PlanTree:
    """A plan with its lines, objectives and the codes of its indicators."""
    with current().database.reading() as session:
        plan = session.get_one(PlanRow, plan_code)
        return PlanTree(plan=_plan(plan), lines=[_line(branch) for branch in overview.tree(session, plan_code)])


@blueprint.get("/plans/<plan_code>/indicators")
@operation(Scope.PLANS_READ, IndicatorPage, of=Of.PLAN)
def list_indicators(plan_code: str, query: Listing) -> IndicatorPage:
    """The indicators of a plan that are followed."""
    wanted = sa.select(Indicator).where(
        Indicator.plan_code == plan_code,
        Indicator.active,
        Indicator.kind.in_(OF_PLAN),
        Indicator.code > cursors.read_text(query.cursor),
    )
    with current().database.reading() as session:
        found = session.scalars(
            wanted.options(joinedload(Indicator.objective)).order_by(Indicator.code).limit(query.limit + 1)
        ).all()
        shown, following = cursors.cut(found, query.limit, lambda one: cursors.of_text(one.code))
        return IndicatorPage(items=[_indicator(one) for one in shown], next=following)


@blueprint.get("/plans/<plan_code>/indicators/<indicator_code>")
@operation(Scope.PLANS_READ, IndicatorSheet, of=Of.PLAN)
def get_indicator(plan_code: str, indicator_code: str) -> IndicatorSheet:
    """The data sheet of an indicator."""
    with current().database.reading() as session:
        sheet = overview.sheet(session, plan_code, indicator_code)
        if sheet is None:
            raise UnknownPage("El plan no tiene ese indicador.")
        return IndicatorSheet(
            indicator=_indicator(sheet.indicator), line=sheet.line.code, definition=sheet.indicator.definition,
            formula=sheet.indicator.formula, source=sheet.indicator.source,
            targets=[TargetOfYear(year=one.year, target=one.target) for one in sheet.targets],
        )  # fmt: skip


@blueprint.get("/plans/<plan_code>/periods")
@operation(Scope.PLANS_READ, PeriodPage, of=Of.PLAN)
def list_periods(plan_code: str, query: Listing) -> PeriodPage:
    """The months of a plan that were opened or loaded."""
    wanted, before = sa.select(Period).where(Period.plan_code == plan_code), cursors.read_text(query.cursor)
    if before:
        wanted = wanted.where(Period.code < before)
    with current().database.reading() as session:
        found = session.scalars(wanted.order_by(Period.code.desc()).limit(query.limit + 1)).all()
    shown, following = cursors.cut(found, query.limit, lambda one: cursors.of_text(one.code))
    return PeriodPage(items=[_period(one) for one in shown], next=following)


@blueprint.get("/plans/<plan_code>/periods/<period>")
@operation(Scope.PLANS_READ, FiguresOfPeriod, of=Of.PLAN)
def get_figures(plan_code: str, period: str) -> FiguresOfPeriod:
    """The figures of a month: those that were kept once it was consolidated, else computed now."""
    with current().database.reading() as session:
        ensure_period(session, plan_code, period)
        found = figures.of_period(session, plan_code, period)
    return FiguresOfPeriod(
        plan=plan_code, period=period, cutoff_on=found.cutoff, frozen=found.frozen,
        formula_version=found.formula_version, overall=_level(found.plan) if found.plan else None,
        lines=_levels(found.lines), objectives=_levels(found.objectives), entities=_levels(found.entities),
        indicators=[_figure(one) for one in found.indicators.values()],
    )  # fmt: skip


def ensure_period(session: Session, plan_code: str, period: str) -> Period:
    """The month of the plan. Raises `UnknownPage` where it was not opened."""
    found = session.scalar(sa.select(Period).where(Period.plan_code == plan_code, Period.code == period))
    if found is None:
        raise UnknownPage("El plan no tiene ese mes, o todavía no se abre.")
    return found


def _plan(plan: PlanRow) -> Plan:
    return Plan(
        code=plan.code, name=plan.name, sector=plan.sector_code, state=str(plan.state), first_year=plan.first_year,
        years=plan.years, first_month=plan.first_month, ends_on=plan.ends_on, follow_up=plan.follow_up,
    )  # fmt: skip


def _line(branch: overview.LineBranch) -> LineBranch:
    return LineBranch(
        code=branch.line.code, name=branch.line.name, weight=branch.line.weight,
        objectives=[
            ObjectiveBranch(
                code=one.objective.code, name=one.objective.name, weight=one.objective.weight,
                indicators=[indicator.code for indicator in one.indicators],
            )
            for one in branch.objectives
        ],
    )  # fmt: skip


def _indicator(one: Indicator) -> IndicatorShape:
    return IndicatorShape(
        code=one.code, name=one.name, kind=str(one.kind), entity=one.entity_code,
        objective=one.objective.code if one.objective else "",
        unit=one.unit, decimals=one.decimals, weight=one.weight, annualization=str(one.annualization),
        periodicity=one.periodicity, direction=one.direction, baseline=one.baseline, final_target=one.final_target,
        reports=one.reports, reviews=one.reviews,
    )  # fmt: skip


def _period(one: Period) -> PeriodShape:
    return PeriodShape(
        code=one.code, state=str(one.state), cutoff_on=one.cutoff_on, case_id=one.instance_id,
        opened_at=one.opened_at, frozen_at=one.frozen_at,
    )  # fmt: skip


def _levels(found: Mapping[str, LevelFigure]) -> list[FigureOfLevel]:
    return [_level(one) for one in found.values()]


def _level(one: LevelFigure) -> FigureOfLevel:
    return FigureOfLevel(
        code=one.code, name=one.name, compliance=one.capped, uncapped=one.uncapped, coverage=one.coverage,
        opportunity=one.opportunity, color=_word(one.color),
    )  # fmt: skip


def _figure(one: IndicatorFigure) -> FigureOfIndicator:
    found = one.assessment
    return FigureOfIndicator(
        code=one.code, entity=one.entity, objective=one.objective, executed=found.executed,
        programmed_to_date=found.programmed_to_date, year_target=found.year_target, year_progress=found.year_progress,
        compliance=found.compliance, color=_word(found.color), status=_word(found.status),
    )  # fmt: skip


def _word(value: Any) -> str | None:
    return None if value is None else str(value)
