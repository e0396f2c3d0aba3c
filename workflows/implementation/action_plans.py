"""An entity's action plan: proposed, sent, approved or returned, published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.documents import versions
from workflows.documents.states import DocumentKind
from workflows.implementation import programming, years
from workflows.implementation.models import ActionPlan, PlannedActivity, PlannedMonth
from workflows.implementation.states import ActionPlanState
from workflows.implementation.years import LinkedGoal
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import IndicatorSheet
from workflows.people import directory
from workflows.spanish import long_day, number

WHOLE = Decimal(100)
ACTIVITY_HEAD = ("Proyecto", "Meta del PES", "Actividad", "Producto", "Peso", "Fechas", "Responsable")


@dataclass(frozen=True, slots=True)
class ActivityData:
    """An activity as an entity defines it; `months` by month number, in the indicator's unit; `weight` in %."""

    project_id: int
    goal_id: int
    indicator_id: int
    name: str
    product: str
    weight: Decimal
    starts_on: dt.date
    ends_on: dt.date
    responsible: str
    months: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for a project goal before anybody types: its share of the project and the linear programme."""

    linked: LinkedGoal
    weight: Decimal
    months: Mapping[int, Decimal]


def propose(session: Session, plan: ActionPlan, sheets: Mapping[int, IndicatorSheet]) -> list[Proposal]:
    """One activity per project goal that the year programmes; the weights of a project are equal and add up to 100."""
    linked = [
        goal
        for goal in years.linked_goals(session, plan.plan_code, plan.entity_code)
        if sheets[goal.indicator.id].target(plan.year)
    ]
    return [
        Proposal(
            linked_goal,
            _share(
                [other.indicator.id for other in linked if other.project.id == linked_goal.project.id],
                linked_goal.indicator.id,
            ),
            programming.proposal(sheets[linked_goal.indicator.id], plan.year, linked_goal.indicator.decimals),
        )
        for linked_goal in linked
    ]


def send(
    session: Session, engine: ProcessEngine, plan: ActionPlan, rows: Sequence[ActivityData], *, actor: Actor
) -> None:
    """Keep the activities in place of those it had, and ask for approval."""
    plan.activities = []
    session.flush()
    plan.activities = [_activity(row, place) for place, row in enumerate(rows)]
    plan.sent_by, plan.sent_at = actor.id, engine.now()
    _move(
        session, engine, plan, ActionPlanState.SENT, "enviar", actor, after={"actividades": [row.name for row in rows]}
    )


def approve(session: Session, engine: ProcessEngine, plan: ActionPlan, *, actor: Actor) -> None:
    """The head of the entity answers for it."""
    plan.return_reason = ""
    plan.approved_by, plan.approved_at = actor.id, engine.now()
    _move(session, engine, plan, ActionPlanState.APPROVED, "aprobar", actor)


def send_back(session: Session, engine: ProcessEngine, plan: ActionPlan, *, reason: str, actor: Actor) -> None:
    """The head of the entity returns it with a reason."""
    plan.return_reason = reason
    _move(session, engine, plan, ActionPlanState.RETURNED, "devolver", actor, reason=reason)


def publish(session: Session, engine: ProcessEngine, plan_code: str, year: int) -> None:
    """Write the action plans of a year down as one document and put it on the portal. Once."""
    plans = [plan for plan in years.of_year(session, plan_code, year) if plan.state == ActionPlanState.APPROVED]
    title = f"Planes de acción de {year}"
    document = versions.find_or_begin(session, plan_code, DocumentKind.ACTION_PLAN, title, key=str(year))
    content = {"sections": [_section(session, plan) for plan in plans]}
    version = versions.make(session, document, "1.0", content, now=engine.now(), by=SYSTEM.id)
    version.frozen_at = version.frozen_at or engine.now()
    for plan in plans:
        plan.published_at = plan.published_at or engine.now()


def _share(of_project: Sequence[int], indicator_id: int) -> Decimal:
    """An equal part of 100, to two decimals; the last takes what is left."""
    part = round(WHOLE / len(of_project), 2)
    return WHOLE - part * (len(of_project) - 1) if of_project[-1] == indicator_id else part


def _activity(row: ActivityData, place: int) -> PlannedActivity:
    return PlannedActivity(
        position=place,
        project_id=row.project_id,
        project_goal_id=row.goal_id,
        indicator_id=row.indicator_id,
        name=row.name,
        product=row.product,
        weight=row.weight,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        responsible=row.responsible,
        months=[PlannedMonth(month=month, programmed=value) for month, value in row.months.items()],
    )


def _move(
    session: Session,
    engine: ProcessEngine,
    plan: ActionPlan,
    state: ActionPlanState,
    action: str,
    actor: Actor,
    *,
    reason: str = "",
    after: Mapping[str, Any] | None = None,
) -> None:
    target = (DocumentKind.ACTION_PLAN, str(plan.id))
    auditing.move(session, engine.clock, actor, action, target, plan, state, reason=reason, after=after)


def activity_rows(session: Session, plan: ActionPlan) -> list[tuple[str, ...]]:
    """The activities of a plan as they are shown, under `ACTIVITY_HEAD`."""
    names = directory.display_names(session, [planned_activity.responsible for planned_activity in plan.activities])
    return [
        (
            activity.project.code,
            f"{activity.indicator.code} {activity.indicator.name}",
            activity.name,
            activity.product,
            f"{number(activity.weight)} %",
            f"{long_day(activity.starts_on)} a {long_day(activity.ends_on)}",
            names[activity.responsible],
        )
        for activity in plan.activities
    ]


def _section(session: Session, plan: ActionPlan) -> dict[str, Any]:
    approved = directory.display_names(session, [plan.approved_by or ""]).get(plan.approved_by or "", "")
    rows = [
        [*row, _programme(activity)]
        for activity, row in zip(plan.activities, activity_rows(session, plan), strict=True)
    ]
    head = [*ACTIVITY_HEAD, "Programación"]
    tables = [{"caption": "Actividades", "head": head, "rows": rows}]
    money = [
        [allocation.project.code, allocation.source.replace("_", " "), number(allocation.amount), allocation.act]
        for allocation in plan.allocations
    ]
    if money:
        tables.append(
            {"caption": "Recursos (pesos)", "head": ["Proyecto", "Fuente", "Apropiación", "Acto"], "rows": money}
        )
    text = f"Aprobado por {approved} el {long_day(plan.approved_at)}."
    if plan.other_resources:
        text += f"\n\nRecursos físicos y humanos: {plan.other_resources}"
    return {"code": plan.entity_code, "title": plan.entity_code, "text": text, "tables": tables}


def _programme(activity: PlannedActivity) -> str:
    indicator: Indicator = activity.indicator
    told = [f"{one.month}: {number(one.programmed, indicator.decimals)}" for one in activity.months]
    return " · ".join(told) or "lineal"


def first_day(year: int) -> dt.date:
    """1 January."""
    return dt.date(year, 1, 1)


def last_day(year: int) -> dt.date:
    """31 December."""
    return dt.date(year, 12, 31)
