"""Adoption: the approved version becomes the plan in force, and the calendar counts from here."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.approvals import acts
from workflows.approvals.models import AdministrativeAct, PlanVersion
from workflows.auditing import recording as auditing
from workflows.calendar import add_months
from workflows.documents import versions
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

FIRST = "1.0"


def first_full_month(adopted_on: dt.date) -> str:
    """The first month that is whole after a day: its own if it is the first day, else the next."""
    first = adopted_on.replace(day=1)
    return (first if adopted_on.day == 1 else add_months(first, 1)).strftime("%Y-%m")


def adopt(session: Session, engine: ProcessEngine, act: AdministrativeAct, *, actor: Actor) -> Plan:
    """Put the plan in force by an act that has its number. Doing it twice changes nothing."""
    plan = session.get_one(Plan, act.plan_code)
    if session.get(PlanVersion, (plan.code, 1)) is not None or act.dated_on is None:
        return plan
    adopted = _adopted_version(session, engine, act, actor)
    before = {"estado": plan.state, "primer_mes": plan.first_month}
    plan.state, plan.version = PlanState.IN_FORCE, 1
    plan.first_month = max(first_full_month(act.dated_on), f"{plan.first_year}-01")  # adopted before its years begin
    plan.adoption_act = act_facts(act)
    session.add(
        PlanVersion(
            plan_code=plan.code,
            number=1,
            valid_from=plan.first_month,
            made_at=engine.now(),
            document_version_id=adopted.id,
            act_id=act.id,
        )
    )
    after = {"estado": plan.state, "primer_mes": plan.first_month, "acto": acts.name_of(act)}
    auditing.record(session, engine.clock, actor, "adoptar_plan", ("plan", plan.code), before=before, after=after)
    session.flush()
    return plan


def has_earlier_months(plan: Plan) -> bool:
    """Whether months of the plan went by before its adoption."""
    return plan.first_month > f"{plan.first_year}-01"


def act_facts(act: AdministrativeAct) -> dict[str, str]:
    """What the plan's page says of its act."""
    return {
        "kind": acts.KINDS[act.kind],
        "number": act.number,
        "on": act.dated_on.isoformat() if act.dated_on else "",
        "issuer": act.issuer or "",
    }


def _adopted_version(session: Session, engine: ProcessEngine, act: AdministrativeAct, actor: Actor) -> DocumentVersion:
    """The approved content under the number 1.0."""
    approved = session.get_one(DocumentVersion, act.version_id)
    document = session.get_one(PlanDocument, approved.document_id)
    adopted = versions.make(session, document, FIRST, approved.content, now=engine.now(), by=actor.id)
    adopted.frozen_at = adopted.frozen_at or engine.now()
    return adopted
