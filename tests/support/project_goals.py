"""The demo plan with an indicator that is computed from two goals of a project."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.identity import SYSTEM
from tests.support.plan import PLAN, House
from workflows.indicators.states import IndicatorKind
from workflows.loading import importing
from workflows.records.data import IndicatorRecord, PlanData
from workflows.records.stored import stored_plan

COMPUTED = "IP-1.1.2"
ON_SITE, REMOTE = "1094-1", "1094-2"
YEARS = {ON_SITE: (40, 50, 50, 30), REMOTE: (20, 30, 30, 10)}


def goal(code: str, weight: int, *, territorial: bool = False, funded: bool = False) -> IndicatorRecord:
    """A goal of project 1094 that adds up, and feeds the computed indicator."""
    targets = {2017 + place: Decimal(value) for place, value in enumerate(YEARS[code])}
    return IndicatorRecord(
        code=code,
        objective="",
        kind=IndicatorKind.PROJECT_GOAL,
        entity="SDG",
        weight=Decimal(weight),
        name=f"Prestar {sum(YEARS[code])} asistencias",
        unit="asistencias",
        decimals=0,
        annualization="suma",
        baseline=None,
        baseline_year=None,
        final_target=sum(targets.values(), Decimal(0)),
        periodicity="mensual",
        project="1094",
        feeds=COMPUTED,
        territorial=territorial,
        funded=funded,
        targets=targets,
    )


def with_goals(data: PlanData) -> PlanData:
    """The plan with the two goals, and the indicator computed from them."""
    return replace(
        data,
        indicators=tuple(replace(one, rule="suma") if one.code == COMPUTED else one for one in data.indicators),
        goals=(goal(ON_SITE, 60, territorial=True), goal(REMOTE, 40, funded=True)),
    )


def let_have_goals(house: House) -> None:
    """Load the goals into a house that holds the demo plan."""
    with house.database.unit_of_work() as session:
        data = stored_plan(session, PLAN)
        assert data is not None
        importing.apply(session, house.engine.clock, SYSTEM, with_goals(data), appoints=True)
