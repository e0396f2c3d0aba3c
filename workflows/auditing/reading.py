"""Looking into the *bitácora*."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.auditing.models import AuditEntry
from workflows.auditing.states import Outcome


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; empty means all. `object_id` finds what begins with it; days are whole, in UTC moments.

    `whose` bounds what the reader may see at all.
    """

    actor_id: str = ""
    action: str = ""
    object_kind: str = ""
    object_id: str = ""
    outcome: Outcome | None = None
    since: dt.datetime | None = None
    before: dt.datetime | None = None
    whose: sa.ColumnElement[bool] | None = None


def entries(session: Session, sought: Sought, *, older_than: int | None = None, limit: int) -> Sequence[AuditEntry]:
    """The newest entries that match, before the one with that id."""
    query = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    for column in ("actor_id", "action", "object_kind"):
        if wanted := getattr(sought, column):
            query = query.where(getattr(AuditEntry, column) == wanted)
    if sought.object_id:
        query = query.where(AuditEntry.object_id.startswith(sought.object_id, autoescape=True))
    if sought.whose is not None:
        query = query.where(sought.whose)
    if sought.outcome is not None:
        query = query.where(AuditEntry.outcome == sought.outcome)
    if sought.since is not None:
        query = query.where(AuditEntry.at >= sought.since)
    if sought.before is not None:
        query = query.where(AuditEntry.at < sought.before)
    if older_than is not None:
        query = query.where(AuditEntry.id < older_than)
    return session.scalars(query).all()


def of_plan(code: str) -> sa.ColumnElement[bool]:
    """What was done to a plan or to something of it, which is named by the plan's code and a slash."""
    return sa.or_(AuditEntry.object_id == code, AuditEntry.object_id.startswith(f"{code}/", autoescape=True))


def actions(session: Session, whose: sa.ColumnElement[bool] | None = None) -> Sequence[str]:
    """Every kind of act there is, by name; of what the reader may see, where that is bounded."""
    query = sa.select(AuditEntry.action).distinct().order_by(AuditEntry.action)
    return session.scalars(query if whose is None else query.where(whose)).all()
