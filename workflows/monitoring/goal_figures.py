"""How the goals of the investment projects stand at a month: judged as indicators are, in no figure of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from workflows.calendar import month_end
from workflows.indicators import formulas
from workflows.indicators.formulas import Assessment
from workflows.indicators.traffic_light import bands_at
from workflows.monitoring import facts
from workflows.monitoring.facts import IndicatorFacts


@dataclass(frozen=True, slots=True)
class GoalFigure:
    """A goal of a project at a month, and what is known of it."""

    fact: IndicatorFacts
    assessment: Assessment


def of_period(session: Session, plan_code: str, period: str) -> Mapping[str, GoalFigure]:
    """By code, the goals that were followed in a month; of one that is closed always the same."""
    found = facts.goals(session, plan_code, period)
    if not found:
        return {}
    month = facts.read_month(period)
    bands = bands_at(facts.thresholds(session, plan_code), month_end(*month))
    return {one.code: GoalFigure(one, formulas.judge(one.sheet, one.series, *month, bands, one.late)) for one in found}


def as_json(found: Mapping[str, GoalFigure], told: Any) -> dict[str, Any]:
    """The goals with the keys of the golden results; `told` tells an assessment in them."""
    return {
        code: {"proyecto": one.fact.project, **told(one.assessment, one.fact.decimals)} for code, one in found.items()
    }
