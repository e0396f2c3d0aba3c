"""A plan that ends before its time is evaluated with what there is."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.cycles import opening as cycles
from workflows.errors import NotFound, Refused
from workflows.people.permissions import ensure_coordinator
from workflows.plan.models import Plan

FINAL = "f6_evaluacion_final"


def is_early(plan: Plan) -> bool:
    """Whether the plan's end was brought forward."""
    return plan.ends_on < natural_end(plan)


def natural_end(plan: Plan) -> dt.date:
    """The last day of the plan's last year."""
    return dt.date(plan.first_year + plan.years - 1, 12, 31)


def end_early(
    session: Session, engine: ProcessEngine, plan_code: str, ends_on: dt.date, *, actor: Actor, reason: str
) -> Instance:
    """End the plan early and open its final evaluation by hand; later periods are not opened any more.

    Raises `Forbidden`, `NotFound` or `Refused` (no reason, a day that does not shorten the plan).
    """
    plan = session.get(Plan, plan_code)
    if plan is None:
        raise NotFound
    ensure_coordinator(actor, plan.sector_code)
    if not reason.strip():
        raise Refused("Diga el motivo por el que el plan termina antes: queda en la bitácora.")
    if not dt.date(plan.first_year, 1, 1) < ends_on < natural_end(plan):
        raise Refused("Terminar antes acorta el plan: elija un día anterior a su fin.")
    before, plan.ends_on = plan.ends_on, ends_on
    auditing.record(
        session,
        engine.clock,
        actor,
        "terminar_antes",
        ("plan", plan.code),
        reason=reason,
        before={"fin": before.isoformat()},
        after={"fin": ends_on.isoformat()},
    )
    return cycles.open_by_hand(session, engine, plan_code, FINAL, "", actor=actor, reason=reason)
