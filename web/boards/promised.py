"""The commitments of a plan that have not ended, with who answers and how far their day is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from workflows.meetings import commitments


@dataclass(frozen=True, slots=True)
class Promised:
    """A commitment as the board shows it."""

    id: int
    text: str
    who: str
    due_on: dt.date | None
    is_late: bool
    progress: str


def promised(session: Session, plan_code: str, today: dt.date) -> list[Promised]:
    """Those of a plan, the nearest day first; one statement."""
    return [
        Promised(
            one.id,
            one.text,
            who or "Sin responsable",
            one.due_on,
            bool(one.due_on and one.due_on < today),
            one.progress,
        )
        for one, who in commitments.followed(session, plan_code)
    ]
