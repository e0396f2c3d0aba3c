"""A recovery plan on its way: opened, formulated, reviewed, carried out, decided on, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from engine.identity import SYSTEM, Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.auditing.models import AuditEntry
from workflows.calendar import bogota_day, month_end
from workflows.cycles.models import Period
from workflows.documents.models import StoredFile
from workflows.errors import NotFound
from workflows.forms.values import as_json
from workflows.indicators.models import Indicator
from workflows.monitoring.models import Bottleneck
from workflows.plan.models import Plan
from workflows.recovery import cutoffs
from workflows.recovery.models import RecoveryAction, RecoveryPlan
from workflows.recovery.states import OverdueDecision, RecoveryState

STATE_WORDS = {
    RecoveryState.TO_FORMULATE: "por formular",
    RecoveryState.IN_REVIEW: "en revisión",
    RecoveryState.RETURNED: "devuelto",
    RecoveryState.TO_APPROVE: "por aprobar",
    RecoveryState.RUNNING: "en ejecución",
    RecoveryState.TO_DECIDE: "vencido, por decidir",
    RecoveryState.TO_VERIFY: "por verificar",
    RecoveryState.CLOSED: "cerrado",
}
HIGH = "alta"
KIND = "plan_de_choque"
"""What the *bitácora* calls a recovery plan."""


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action as it is formulated."""

    action: str
    responsible: str
    starts_on: dt.date
    ends_on: dt.date
    product: str


@dataclass(frozen=True, slots=True)
class Formulation:
    """What the responsible proposes; `recovery_target` in the indicator's unit."""

    problem: str
    root_cause: str
    resources: str
    recovery_target: Decimal
    target_on: dt.date
    actions: Sequence[PlannedAction]


def open_for(session: Session, engine: ProcessEngine, bottleneck: Bottleneck) -> RecoveryPlan | None:
    """Begin the recovery plan of a bottleneck; nothing if its indicator has one that is not closed."""
    if is_open_for(session, bottleneck.indicator_id):
        return None
    period = session.get_one(Period, bottleneck.period_id)
    plan = RecoveryPlan(
        plan_code=period.plan_code,
        indicator_id=bottleneck.indicator_id,
        entity_code=bottleneck.entity_code,
        bottleneck_id=bottleneck.id,
        since_period=period.code,
        severity=bottleneck.severity,
        state=RecoveryState.TO_FORMULATE,
        opened_at=engine.now(),
    )
    session.add(plan)
    session.flush()
    return plan


def is_open_for(session: Session, indicator_id: int) -> bool:
    """Whether an indicator has a recovery plan that is not closed."""
    query = sa.select(RecoveryPlan.id).where(
        RecoveryPlan.indicator_id == indicator_id, RecoveryPlan.state != RecoveryState.CLOSED
    )
    return session.scalar(query.limit(1)) is not None


def of_case(session: Session, instance: Instance, variables: Mapping[str, Any]) -> RecoveryPlan:
    """The recovery plan a case is about, by the bottleneck its message named. Raises `NotFound`."""
    query = sa.select(RecoveryPlan).where(RecoveryPlan.plan_code == instance.scope)
    plan = session.scalar(query.where(RecoveryPlan.instance_id == instance.id)) or session.scalar(
        query.where(RecoveryPlan.bottleneck_id == variables.get("cuello"), RecoveryPlan.instance_id.is_(None))
    )
    if plan is None:
        raise NotFound("Este plan de choque no tiene un cuello de botella registrado.")
    return plan


def of_plan(session: Session, plan_code: str) -> list[RecoveryPlan]:
    """Every recovery plan, oldest first."""
    query = sa.select(RecoveryPlan).where(RecoveryPlan.plan_code == plan_code).order_by(RecoveryPlan.id)
    whole = selectinload(RecoveryPlan.indicator), selectinload(RecoveryPlan.actions).selectinload(RecoveryAction.files)
    return list(session.scalars(query.options(*whole)))


def of_indicator(session: Session, indicator_id: int) -> list[RecoveryPlan]:
    """Every recovery plan of an indicator, the last first."""
    query = sa.select(RecoveryPlan).where(RecoveryPlan.indicator_id == indicator_id).order_by(RecoveryPlan.id.desc())
    return list(session.scalars(query))


def actions(plan: RecoveryPlan) -> list[RecoveryAction]:
    """The actions of the present round."""
    return [action for action in plan.actions if action.round == plan.round]


def formulate(
    session: Session, engine: ProcessEngine, plan: RecoveryPlan, case_id: int, said: Formulation, *, actor: Actor
) -> None:
    """Keep what is proposed and send it to review; from then on it has its cut-off of verification.

    What was only returned is replaced; what was carried out and failed stays, as an earlier round.
    """
    plan.instance_id = case_id
    for old in [
        action for action in actions(plan) if plan.state in (RecoveryState.TO_FORMULATE, RecoveryState.RETURNED)
    ]:
        plan.actions.remove(old)
        session.delete(old)
    session.flush()
    plan.problem, plan.root_cause, plan.resources = said.problem, said.root_cause, said.resources
    plan.recovery_target, plan.target_on = said.recovery_target, said.target_on
    _verify_after(session, engine, plan, said.target_on)
    plan.actions += [
        RecoveryAction(
            round=plan.round,
            position=place,
            action=planned_action.action,
            responsible=planned_action.responsible,
            starts_on=planned_action.starts_on,
            ends_on=planned_action.ends_on,
            product=planned_action.product,
        )
        for place, planned_action in enumerate(said.actions)
    ]
    _move(session, engine, plan, RecoveryState.IN_REVIEW, "formular", actor, after=_proposal(said))


def review(
    session: Session, engine: ProcessEngine, plan: RecoveryPlan, *, agrees: bool, reason: str, actor: Actor
) -> None:
    """The liaison agrees or returns it; one of high severity goes on to be approved."""
    plan.return_reason = "" if agrees else reason
    agreed = RecoveryState.TO_APPROVE if plan.severity == HIGH else RecoveryState.RUNNING
    _move(session, engine, plan, agreed if agrees else RecoveryState.RETURNED, "revisar", actor, reason=reason)


def approve(
    session: Session, engine: ProcessEngine, plan: RecoveryPlan, *, agrees: bool, reason: str, actor: Actor
) -> None:
    """The coordinator approves or returns it."""
    plan.return_reason = "" if agrees else reason
    state = RecoveryState.RUNNING if agrees else RecoveryState.RETURNED
    _move(session, engine, plan, state, "aprobar", actor, reason=reason)


def declare(
    session: Session,
    engine: ProcessEngine,
    plan: RecoveryPlan,
    done: Mapping[int, tuple[bool, Sequence[int]]],
    *,
    actor: Actor,
) -> None:
    """Record which actions were done, by action id, each with the files that show it."""
    for action in actions(plan):
        action.done, files = done[action.id]
        action.files = list(session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(files))))
        if action.done:
            action.percentage = Decimal(100)
    told = {"cumplidas": sum(recovery_action.done for recovery_action in actions(plan)), "acciones": len(actions(plan))}
    session.flush()
    after = {"estado": plan.state, **told}
    auditing.record(session, engine.clock, actor, "declarar", (KIND, str(plan.id)), after=after)


def decide(
    session: Session,
    engine: ProcessEngine,
    plan: RecoveryPlan,
    *,
    decision: str,
    argument: str,
    target_on: dt.date | None,
    actor: Actor,
) -> None:
    """The head of the sector decides on a plan that ran out; one that goes on has another cut-off of verification."""
    if decision == OverdueDecision.EXTEND and target_on is not None:
        plan.target_on = target_on
        _verify_after(session, engine, plan, target_on)
        state = RecoveryState.RUNNING
    elif decision == OverdueDecision.REFORMULATE:
        plan.round += 1
        plan.return_reason = argument
        state = RecoveryState.TO_FORMULATE
    else:
        state = RecoveryState.TO_VERIFY
    _move(session, engine, plan, state, decision, actor, reason=argument)


def close(
    session: Session, engine: ProcessEngine, plan: RecoveryPlan, *, effective: bool, lesson: str, actor: Actor
) -> None:
    """Say whether it worked and what is learnt from it."""
    plan.effective, plan.lesson, plan.closed_at = effective, lesson, engine.now()
    _move(session, engine, plan, RecoveryState.CLOSED, "verificar", actor, reason=lesson)


def found(session: Session, engine: ProcessEngine, plan: RecoveryPlan, *, recovered: bool, evidence: str) -> None:
    """Keep what the figures said of the recovery."""
    plan.recovered, plan.evidence = recovered, evidence
    state = RecoveryState.TO_VERIFY if recovered else RecoveryState.TO_DECIDE
    _move(session, engine, plan, state, "evaluar", SYSTEM, reason=evidence)


def wait_for_datum(session: Session, engine: ProcessEngine, plan: RecoveryPlan, cutoff: str, *, evidence: str) -> None:
    """There was no datum of its own at the cut-off of verification: it moves to this one, once."""
    plan.verify_cutoff, plan.verify_moved, plan.evidence = cutoff, True, evidence
    after = {"estado": plan.state, "corte_verificacion": cutoff}
    auditing.record(session, engine.clock, SYSTEM, "esperar_dato", (KIND, str(plan.id)), reason=evidence, after=after)


def _verify_after(session: Session, engine: ProcessEngine, plan: RecoveryPlan, target_on: dt.date) -> None:
    """Judge it at the first due cut-off on or after its target day. `verify_on` is for cases of the first diagram."""
    plan.verify_cutoff, plan.verify_moved = cutoffs.on_or_after(session, plan, target_on), False
    plan.verify_on = verification_day(session, engine, plan.plan_code, target_on)


def verification_day(session: Session, engine: ProcessEngine, plan_code: str, target_on: dt.date) -> dt.date:
    """16 working days after the cut-off that follows the target day, at most 20 after the plan's last."""
    last = session.get_one(Plan, plan_code).ends_on
    cutoff = min(month_end(target_on.year, target_on.month), last)

    def after(day: dt.date, count: int) -> dt.date:
        moment = engine.calendar.deadline(
            f"cierre+{count}dh", since=engine.now(), variables={"cierre": day.isoformat()}, scope=plan_code
        )
        return bogota_day(moment)

    return min(after(cutoff, 16), after(last, 20))


def history(session: Session, plan: RecoveryPlan) -> list[AuditEntry]:
    """Everything that was done with it, oldest first."""
    return auditing.of_object(session, KIND, str(plan.id))


def indicator_words(indicator: Indicator) -> str:
    """«IR-2.1 Kilómetros recuperados»."""
    return f"{indicator.code} {indicator.name}"


def _proposal(said: Formulation) -> dict[str, Any]:
    return {
        "meta_recuperacion": as_json(said.recovery_target),
        "fecha_objetivo": said.target_on.isoformat(),
        "acciones": [action.action for action in said.actions],
    }


def _move(
    session: Session,
    engine: ProcessEngine,
    plan: RecoveryPlan,
    state: RecoveryState,
    action: str,
    actor: Actor,
    *,
    reason: str = "",
    after: Mapping[str, Any] | None = None,
) -> None:
    target = (KIND, str(plan.id))
    auditing.move(session, engine.clock, actor, action, target, plan, state, reason=reason, after=after)
