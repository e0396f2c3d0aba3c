"""Creating a plan, and deciding from which month it is followed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.errors import Conflict
from workflows.lifecycle.models import FollowUpStart
from workflows.plan import development, participants
from workflows.plan.development import Described
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

RETROACTIVE = "cargue_retroactivo"


@dataclass(frozen=True, slots=True)
class NewPlan:
    """What a plan is born with. `entities` are the codes of those that take part, in their order.

    `development_plans` are those in whose frame it is made: registered already, or to be registered with it.
    """

    code: str
    name: str
    sector: str  # its code
    first_year: int
    years: int
    development_plans: Sequence[Described]
    first_level_name: str
    approval_rule: str
    guide_version: str
    entities: Sequence[str]

    @property
    def last_day(self) -> dt.date:
        """The last day of its last year."""
        return dt.date(self.first_year + self.years - 1, 12, 31)


def create(session: Session, engine: ProcessEngine, new: NewPlan, *, actor: Actor) -> Plan:
    """Create a plan in formulation. Raises `Conflict` if there is one with that code."""
    if session.get(Plan, new.code) is not None:
        raise Conflict(f"Ya existe el plan {new.code}.")
    plan = Plan(
        code=new.code,
        name=new.name,
        sector_code=new.sector,
        first_year=new.first_year,
        years=new.years,
        first_level_name=new.first_level_name,
        approval_rule=new.approval_rule,
        guide_version=new.guide_version,
        state=PlanState.FORMULATION,
        first_month=f"{new.first_year}-01",
        ends_on=new.last_day,
    )
    session.add(plan)
    session.flush()
    participants.link(session, plan.code, new.entities)
    frame = [_registered(session, engine, said, actor) for said in new.development_plans]
    development.frame(session, plan.code, frame)
    after = {"entidades": list(new.entities), "planes_de_desarrollo": frame}
    auditing.record(session, engine.clock, actor, "crear_plan", ("plan", plan.code), after=after)
    return plan


def _registered(session: Session, engine: ProcessEngine, said: Described, actor: Actor) -> str:
    """The code of a development plan: of the one so called, whose unknown days are known now, else of a new one."""
    known = development.named(session, said.name)
    before = development.in_force(known) if known else ""
    if known is None:
        one = development.register(session, said)
    else:
        starts_on, ends_on = known.starts_on or said.starts_on, known.ends_on or said.ends_on
        now = replace(development.described(known), starts_on=starts_on, ends_on=ends_on)
        one = development.describe(session, known, now)
    after = development.in_force(one)
    if before != after:
        action = "cambiar_plan_de_desarrollo" if before else "registrar_plan_de_desarrollo"
        auditing.record(
            session, engine.clock, actor, action, ("plan_de_desarrollo", one.code),
            before={"rige": before} if before else None, after={"nombre": one.name, "rige": after},
        )  # fmt: skip
    return one.code


def first_day(plan: Plan) -> dt.date:
    """The first day of the plan's years."""
    return dt.date(plan.first_year, 1, 1)


def decide_start(
    session: Session,
    engine: ProcessEngine,
    plan: Plan,
    choice: str,
    since: dt.date | None,
    reason: str,
    *,
    actor: Actor,
) -> FollowUpStart:
    """Decide from which month a plan adopted late is followed; `since` is any day of the first month to load."""
    before = plan.first_month
    if choice == RETROACTIVE and since is not None:
        plan.first_month = since.strftime("%Y-%m")
    decided = FollowUpStart(
        plan_code=plan.code,
        choice=choice,
        first_month=plan.first_month,
        reason=reason,
        decided_at=engine.now(),
        decided_by=actor.id,
    )
    auditing.record(
        session,
        engine.clock,
        actor,
        "decidir_cargue",
        ("plan", plan.code),
        reason=reason,
        before={"primer_mes": before},
        after={"primer_mes": plan.first_month},
    )
    return session.merge(decided)
