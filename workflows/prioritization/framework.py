"""The strategic framework of the sector (*MES*): mission, vision, values, and objectives with two roots each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from workflows.plan.models import Plan
from workflows.prioritization.models import FrameworkObjective, FrameworkValue, Theme


def objectives(session: Session, plan_code: str) -> list[FrameworkObjective]:
    """The objectives as the framework states them."""
    query = sa.select(FrameworkObjective).where(FrameworkObjective.plan_code == plan_code)
    return list(session.scalars(query.order_by(FrameworkObjective.position)))


def values(session: Session, plan_code: str) -> list[FrameworkValue]:
    """The values of the sector."""
    query = sa.select(FrameworkValue).where(FrameworkValue.plan_code == plan_code)
    return list(session.scalars(query.order_by(FrameworkValue.position)))


def roots(session: Session, plan_code: str) -> list[tuple[FrameworkObjective, str, str]]:
    """Each objective with the names of its government theme and its citizens' theme."""
    names = {theme.id: theme.name for theme in session.scalars(sa.select(Theme).where(Theme.plan_code == plan_code))}
    return [
        (objective, names[objective.government_theme_id], names[objective.citizen_theme_id])
        for objective in objectives(session, plan_code)
    ]


def structure(
    session: Session,
    plan_code: str,
    *,
    mission: str,
    vision: str,
    objective_rows: Sequence[Mapping[str, Any]],
    value_rows: Sequence[Mapping[str, Any]],
) -> None:
    """Keep the framework; structuring again replaces it. Themes come as their ids."""
    plan = session.get_one(Plan, plan_code)
    plan.mission, plan.vision = mission, vision
    plan.values = [row["valor"] for row in value_rows]
    replace_rows(
        session,
        FrameworkObjective,
        {"plan_code": plan_code},
        (
            {
                "code": row["codigo"],
                "name": row["nombre"],
                "theme_id": int(row["tema"]),
                "government_theme_id": int(row["fuente_gobierno"]),
                "citizen_theme_id": int(row["fuente_ciudadana"]),
                "position": position,
            }
            for position, row in enumerate(objective_rows)
        ),
    )
    replace_rows(
        session,
        FrameworkValue,
        {"plan_code": plan_code},
        (
            {"name": row["valor"], "description": row["descripcion"], "position": position}
            for position, row in enumerate(value_rows)
        ),
    )
