"""How the goals of the projects go in a year: what each month promised and what was done, and the money beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

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
from workflows.monitoring.models import ActivityReport
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Plan

HUNDRED = Decimal(100)
GAP = Decimal(25)
"""So many points between what was done and what is committed are told."""


@dataclass(frozen=True, slots=True)
class GoalCourse:
    """A goal of a project in a year, in its indicator's unit: increments add up, of levels the last counts.

    `programmed` and `executed` are by month; `until` is the last month with something endorsed. `promised` is what was
    due by then, `done` what was reached of it, `share` that in per cent. `weight` is that of its activities.
    """

    goal: LinkedGoal
    programmed: Months
    executed: Months
    until: int | None
    promised: Decimal | None
    done: Decimal | None
    share: Decimal | None
    weight: Decimal


@dataclass(frozen=True, slots=True)
class ProjectCourse:
    """A project in a year: its money, its goals, and how much of what was due is done.

    `physical` is the mean of its goals by the weight of their activities, each at most 100; none without data, and
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
    for one in years.linked_goals(session, plan_code):
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
