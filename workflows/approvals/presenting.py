"""The call to the presentation of an adopted plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.approvals.models import PresentationCall


@dataclass(frozen=True, slots=True)
class Call:
    """Who is called, for when, and how."""

    audiences: Sequence[str]
    planned_on: dt.date
    medium: str
    message: str
    file_id: int | None


def of_case(session: Session, instance_id: int) -> PresentationCall | None:
    """The call of a case, if it was made."""
    return session.scalar(sa.select(PresentationCall).where(PresentationCall.instance_id == instance_id))


def call(
    session: Session, engine: ProcessEngine, plan_code: str, instance_id: int, wanted: Call, *, actor: Actor
) -> PresentationCall:
    """Record the call."""
    kept = of_case(session, instance_id) or PresentationCall(plan_code=plan_code, instance_id=instance_id)
    kept.audiences, kept.planned_on, kept.medium = list(wanted.audiences), wanted.planned_on, wanted.medium
    kept.message, kept.file_id = wanted.message, wanted.file_id
    kept.called_by, kept.called_at = actor.id, engine.now()
    session.add(kept)
    session.flush()
    return kept
