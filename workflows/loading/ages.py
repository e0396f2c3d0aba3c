"""Whether a file is older than the plan on record: loading it would bring back what was changed since."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.auditing.models import AuditEntry
from workflows.auditing.states import Outcome
from workflows.calendar import bogota_day
from workflows.records.data import PlanData
from workflows.records.problems import WARNING, Problem

READS = ("exportar",)
"""Acts on a plan that change nothing of it."""


def problems(session: Session, data: PlanData) -> list[Problem]:
    """A warning where the plan, or the roles of somebody in the file, changed after the file left Cauce."""
    if data.taken_at is None:
        return []
    changed = _changed_after(session, data, data.taken_at)
    if changed is None:
        return []
    message = (
        f"El libro es del {bogota_day(data.taken_at):%d/%m/%Y}, y después cambió en Cauce, el "
        f"{bogota_day(changed):%d/%m/%Y}: lo que se cambió entonces volvería a como dice el libro. Mire cada cambio, "
        "o exporte el libro de nuevo y escriba en él."
    )
    return [Problem(message, severity=WARNING)]


def _changed_after(session: Session, data: PlanData, taken_at: dt.datetime) -> dt.datetime | None:
    of_people = sa.and_(
        AuditEntry.object_kind == "persona", AuditEntry.object_id.in_([person.username for person in data.people])
    )
    of_plan = sa.and_(AuditEntry.object_kind == "plan", AuditEntry.object_id == data.plan.code)
    query = sa.select(sa.func.max(AuditEntry.at)).where(
        sa.or_(of_plan, sa.and_(of_people, AuditEntry.action == "cambiar_roles")),
        AuditEntry.action.not_in(READS),
        AuditEntry.outcome == Outcome.DONE,
        AuditEntry.at > taken_at,
    )
    found: dt.datetime | None = session.scalar(query)
    return found
