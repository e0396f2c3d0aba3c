"""How a plan will be followed up: its traffic light and its cadence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from engine.identity import Actor
from workflows.formulation.models import FollowUpTool
from workflows.indicators.traffic_light import Bands
from workflows.plan.models import Plan
from workflows.records import writing


def find(session: Session, plan_code: str) -> FollowUpTool | None:
    """The tool as it was designed; `None` before."""
    return session.get(FollowUpTool, plan_code)


def last_year(plan: Plan) -> int:
    """The last calendar year of a plan."""
    return plan.first_year + plan.years - 1


def design(
    session: Session,
    plan_code: str,
    bands: Bands,
    *,
    cadence: str,
    reason: str,
    description: str,
    files: Sequence[int],
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Keep the tool. While the plan is formulated its thresholds hold from the first day."""
    plan = session.get_one(Plan, plan_code)
    plan.follow_up = cadence
    writing.write_thresholds(session, plan, bands, dt.date(plan.first_year, 1, 1))
    session.merge(
        FollowUpTool(
            plan_code=plan_code,
            cadence=cadence,
            reason=reason,
            description=description,
            files=list(files),
            designed_by=actor.id,
            designed_at=now,
        )
    )
    session.flush()
