"""The SWOT of the sector: entries of each entity, what they have in common, and the problems nobody solves alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from workflows.prioritization.models import ArticulationProblem, SwotEntry

QUADRANTS = {
    "debilidad": "Debilidad",
    "oportunidad": "Oportunidad",
    "fortaleza": "Fortaleza",
    "amenaza": "Amenaza",
}


def entries(session: Session, plan_code: str) -> list[SwotEntry]:
    """Every entry, by quadrant and entity."""
    query = sa.select(SwotEntry).where(SwotEntry.plan_code == plan_code)
    order = list(QUADRANTS)
    return sorted(session.scalars(query), key=lambda entry: (order.index(entry.quadrant), entry.entity_code, entry.id))


def record(session: Session, plan_code: str, entity: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the entries of an entity; recording again replaces them."""
    replace_rows(
        session,
        SwotEntry,
        {"plan_code": plan_code, "entity_code": entity},
        (
            {
                "quadrant": row["cuadrante"],
                "text": row["texto"],
                "evidence": row.get("evidencia") or "",
                "score": int(row["puntaje"]),
                "joint_score": None,
            }
            for row in rows
        ),
    )


def consolidate(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what the sector made of each entry (`entry_id`): its group, its score, whether it comes first."""
    for row in rows:
        entry = session.get_one(SwotEntry, row["entry_id"])
        entry.cluster, entry.joint_score = row["grupo"], int(row["puntaje"])
        entry.is_priority = bool(row["prioritaria"])
    session.flush()


def identify_problems(session: Session, plan_code: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the problems of articulation; identifying them again replaces them."""
    replace_rows(
        session,
        ArticulationProblem,
        {"plan_code": plan_code},
        (
            {"problem": row["problema"], "entities": row["entidades"], "cause": row["causa"], "position": position}
            for position, row in enumerate(rows)
        ),
    )


def problems(session: Session, plan_code: str) -> list[ArticulationProblem]:
    """The problems of articulation."""
    query = sa.select(ArticulationProblem).where(ArticulationProblem.plan_code == plan_code)
    return list(session.scalars(query.order_by(ArticulationProblem.position)))
