"""The names of a plan's lines and objectives by code."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.goals.models import Line, Objective


def named(session: Session, level: type[Line] | type[Objective], plan_code: str) -> dict[str, str]:
    """Names by code, in the order of the plan."""
    query = sa.select(level.code, level.name).where(level.plan_code == plan_code).order_by(level.position)
    return {code: name for code, name in session.execute(query)}
