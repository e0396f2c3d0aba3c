"""How the goals of the projects go in a year: what each month promised and what was done, and the money beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, lazyload, selectinload

from workflows.cycles.models import Period
from workflows.implementation import budget, programming, years
from workflows.implementation.budget import ProjectYear
from workflows.implementation.models import ActionPlan, PlannedActivity
from workflows.implementation.programming import Months
from workflows.implementation.states import ActionPlanState
from workflows.implementation.years import LinkedGoal
from workflows.indicators import formulas
from workflows.indicators.sheets import IndicatorSheet
from workflows.indicators.states import Annualization
from workflows.monitoring import facts
from workflows.monitoring.measurements import COUNTED
from workflows.monitoring.models import ActivityReport, Measurement
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Plan

HUNDRED = Decimal(100)
GAP = Decimal(25)
"""So many points between what was done and what is committed are told."""


@dataclass(frozen=True, slots=True)
class GoalCourse:
    """A goal of a project in a year, in its unit: increments add up, of levels the last counts.

    One that is measured tells what was reported of it, another what its activities did. `programmed` and `executed`
    are by month; `until` is the last month with something endorsed. `promised` is what was due by then, `done` what was
    reached of it, `share` that in per cent. `weight` is its own, else that of its activities. `places` is what was told
    of each locality, as increments add up and of levels the last counts; `appropriation`, `commitments` and `payments`
    are its own money, in pesos, as last endorsed.
    """

    goal: LinkedGoal
    programmed: Months
    executed: Months
    until: int | None
    promised: Decimal | None
    done: Decimal | None
    share: Decimal | None
    weight: Decimal
    places: Mapping[str, Decimal] = field(default_factory=dict)
    appropriation: Decimal | None = None
    commitments: Decimal | None = None
    payments: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProjectCourse:
    """A project in a year: its money, its goals, and how much of what was due is done.

    `physical` is the mean of its goals by their weight, each at most 100; none without data, and
    `coverage` how much of the weight has some. `committed` is the share of the appropriation.
    """

    money: ProjectYear
    goals: Sequence[GoalCourse]
    physical: Decimal | None
    coverage: Decimal | None
    committed: Decimal | None

    @property
    def gap(self) -> bool:
        """Whether what is done and what is committed are far apart, both known."""
        return self.physical is not None and self.committed is not None and abs(self.physical - self.committed) > GAP


def of_year(session: Session, plan_code: str, year: int) -> list[ProjectCourse]:
    """Every project of the plan, by entity and code; what nobody planned or reported is empty, never 0."""
    sheets = facts.sheets_of(session, session.get_one(Plan, plan_code))
    activities, reported = _activities(session, plan_code, year), _reported(session, plan_code, year)
    goals: dict[int, list[GoalCourse]] = {}
    linked = years.linked_goals(session, plan_code)
    measured = _measured(session, [one.indicator.id for one in linked if one.is_measured], year)
    for one in linked:
        if one.is_measured:
            told = measured.get(one.indicator.id, [])
            goals.setdefault(one.project.id, []).append(_told(one, sheets[one.indicator.id], year, told))
            continue
        mine = activities.get(one.goal.id, [])
        done = [reported.get(activity.id, {}) for activity in mine]
        course = _course(one, sheets[one.indicator.id], year, mine, done)
        goals.setdefault(one.project.id, []).append(course)
    return [_project(money, goals.get(money.project.id, [])) for money in budget.of_year(session, plan_code, year)]


def _course(
    goal: LinkedGoal, sheet: IndicatorSheet, year: int, activities: Sequence[PlannedActivity], done: Sequence[Months]
) -> GoalCourse:
    kind = goal.indicator.annualization
    programmed = programming.combined(kind, [programming.months_of(activity) for activity in activities])
    executed = programming.combined(kind, done)
    until = max(executed, default=None)
    promised = programming.reached(kind, _until(programmed, until))
    if kind == Annualization.CONSTANT and activities and until is not None:  # it has no months: each is as the year
        promised = sheet.target(year) if promised is None else promised
    reached = programming.reached(kind, executed)
    is_due = promised is not None and (promised != 0 or kind != Annualization.SUM)
    share = formulas.reached(sheet, reached, promised).percent if reached is not None and promised is not None else None
    weight = sum((activity.weight for activity in activities), Decimal(0))
    return GoalCourse(goal, programmed, executed, until, promised, reached, share if is_due else None, weight)


def _told(goal: LinkedGoal, sheet: IndicatorSheet, year: int, told: Sequence[tuple[int, Measurement]]) -> GoalCourse:
    """A measured goal, from what its responsible reported and the head endorsed."""
    kind = goal.indicator.annualization
    executed = {month: one.value for month, one in told if one.value is not None}
    until = max(executed, default=None)
    promised = sheet.programmed(year, until) if until is not None else None
    done = programming.reached(kind, executed)
    is_due = promised is not None and (promised != 0 or kind != Annualization.SUM)
    share = formulas.reached(sheet, done, promised).percent if done is not None and promised is not None else None
    money = next((one for _, one in reversed(told) if one.commitments is not None), None)
    return GoalCourse(
        goal,
        programming.proposal(sheet, year, goal.indicator.decimals) if sheet.target(year) is not None else {},
        executed,
        until,
        promised,
        done,
        share if is_due else None,
        goal.indicator.weight,
        _by_place(kind, [one for _, one in told]),
        money.appropriation if money else None,
        money.commitments if money else None,
        money.payments if money else None,
    )


def _by_place(kind: Annualization, told: Sequence[Measurement]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in told:
        for place, value in (one.places or {}).items():
            before = found.get(place, Decimal(0)) if kind == Annualization.SUM else Decimal(0)
            found[place] = before + Decimal(str(value))
    return found


def _measured(session: Session, sheets: Sequence[int], year: int) -> Mapping[int, list[tuple[int, Measurement]]]:
    """By sheet, what was endorsed of each month of a year, in order."""
    query = (
        sa.select(Period.month, Measurement)
        .join(Period, Period.id == Measurement.period_id)
        .where(Measurement.indicator_id.in_(sheets), Period.year == year, Measurement.state.in_(COUNTED))
        .options(lazyload(Measurement.evidence), lazyload(Measurement.indicator))
        .order_by(Period.month)
    )
    found: dict[int, list[tuple[int, Measurement]]] = {}
    for month, one in session.execute(query) if sheets else ():
        found.setdefault(one.indicator_id, []).append((month, one))
    return found


def _until(months: Months, last: int | None) -> Months:
    return {month: value for month, value in months.items() if last is not None and month <= last}


def _project(money: ProjectYear, goals: Sequence[GoalCourse]) -> ProjectCourse:
    whole = sum((one.weight for one in goals), Decimal(0))
    known = [(one.weight, min(max(one.share, Decimal(0)), HUNDRED)) for one in goals if one.share is not None]
    weight = sum((one for one, _ in known), Decimal(0))
    return ProjectCourse(
        money,
        goals,
        sum((one * share for one, share in known), Decimal(0)) / weight if weight else None,
        weight * HUNDRED / whole if whole else None,
        money.commitments * HUNDRED / money.appropriation
        if money.commitments is not None and money.appropriation
        else None,
    )


def _activities(session: Session, plan_code: str, year: int) -> Mapping[int, list[PlannedActivity]]:
    """By project goal, what the approved action plans of a year do for it."""
    query = (
        sa.select(PlannedActivity)
        .join(ActionPlan, ActionPlan.id == PlannedActivity.action_plan_id)
        .where(ActionPlan.plan_code == plan_code, ActionPlan.year == year, ActionPlan.state == ActionPlanState.APPROVED)
        .options(selectinload(PlannedActivity.months))
        .order_by(PlannedActivity.position)
    )
    found: dict[int, list[PlannedActivity]] = {}
    for activity in session.scalars(query):
        found.setdefault(activity.project_goal_id, []).append(activity)
    return found


def _reported(session: Session, plan_code: str, year: int) -> Mapping[int, Months]:
    """By activity, what the heads of the entities endorsed as done, by month."""
    query = (
        sa.select(ActivityReport.activity_id, Period.month, ActivityReport.executed)
        .join(Period, Period.id == ActivityReport.period_id)
        .where(Period.plan_code == plan_code, Period.year == year, ActivityReport.state == MeasurementState.ENDORSED)
    )
    found: dict[int, dict[int, Decimal]] = {}
    for activity, month, executed in session.execute(query):
        found.setdefault(activity, {})[month] = executed
    return found
