"""The life of a plan: its six phases, and how far it has come with each row of the guide."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.states import InstanceState
from engine.tasks.models import TaskCandidate, UserTask
from web import choosing, deadlines
from web.auth import SIGNED_IN, Of, allow
from web.days import typed_day
from web.lifecycle import picture
from web.numbers import row_id
from web.pages import actor, back_to, current, page, person
from web.paging import paged
from web.people import everybody
from workflows import guide
from workflows.calendar import bogota_day
from workflows.errors import Refused
from workflows.formulation import execution
from workflows.lifecycle import changeover, coverage, early_end, guide_progress, pasos, phases, starting
from workflows.lifecycle.dossier import answering
from workflows.lifecycle.guide_progress import RowProgress
from workflows.monitoring import overview
from workflows.people.groups import sectors_of
from workflows.plan import succession
from workflows.plan.models import Plan

blueprint = Blueprint("lifecycle", __name__)

COORDINATOR, ADMINISTRATOR = "coordinador_pes", "administrador"
HANDS_TO = "entrega."
"""How the fields begin that say who receives from whom."""
SHOWN_PAPERS = 6
ELABORATION = 2
"""The phase that has a work schedule."""
STATES = {
    phases.TO_COME: ("gris", "○", "Por comenzar"),
    phases.UNDER_WAY: ("amarillo", "◐", "En curso"),
    phases.DONE: ("verde", "●", "Terminada"),
    phases.BEFORE: ("verde", "●", "Terminada antes de cargar el plan"),
}
ROW_STATES = {
    guide_progress.TO_COME: ("gris", "○", "Por comenzar"),
    guide_progress.UNDER_WAY: ("amarillo", "◐", "En curso"),
    guide_progress.DONE: ("verde", "●", "Con todos sus productos"),
    phases.BEFORE: ("verde", "●", "Terminada antes de cargar el plan"),
}


@blueprint.get("/ciclo")
@allow(SIGNED_IN, of=Of.PLAN)
def show() -> str:
    """The six phases of a plan: state, dates, what is open and with whom, documents."""
    with current().database.reading() as session:
        plans = overview.plans(session, sectors_of(actor()))
        begun = _begun_without_plan(session)
        plan = _chosen(plans)
        if plan is None:
            return page("lifecycle/none.html", begun=begun, sectors=choosing.choices(session))
        shown = phases.of_plan(session, plan)
        ended = next((one.ended_on for one in shown if one.number == ELABORATION), None)
        schedule = execution.of_plan(session, plan.code, bogota_day(current().clock.now()), ended)
        work = {
            phase.number: paged(phase.open, f"fase_{phase.number}", anchor=f"fase-{phase.number}") for phase in shown
        }
        mine = _mine(session, [open_work.task_id for found in work.values() for open_work in found.rows])
        answers = answering.of_plan(session, plan.code)
        steps = {phase.number: pasos.of_phase(phase, answers) for phase in shown}
        case, sectors = starting.case_of(session, plan.code), choosing.choices(session)
    now = current().clock.now()
    return page(
        "lifecycle/plan.html",
        plan=plan,
        plans=plans,
        begun=begun,
        sectors=sectors,
        phases=shown,
        picture=picture.draw(shown, bogota_day(now)),
        work=work,
        pasos=steps,
        schedule=schedule,
        mine=mine,
        case=case,
        states=STATES,
        shown_papers=SHOWN_PAPERS,
        deadline=lambda due_at: deadlines.deadline(due_at, now, current().calendar.within(plan.code)),
        natural_end=early_end.natural_end(plan),
        succession=succession.of_plan(plan, plans),
    )


@blueprint.get("/guia")
@allow(SIGNED_IN, of=Of.PLAN)
def rows() -> str:
    """Every row of the guide: what it asks, which steps execute it, and how far the plan has come with it."""
    application = current()
    doers = coverage.doers_of(application.forms.handlers, application.engine.service_tasks)
    with application.database.reading() as session:
        plans = overview.plans(session, sectors_of(actor()))
        plan = _chosen(plans)
        diagrams = coverage.published(session)
        covered = coverage.of_diagrams(diagrams, doers)
        progress = guide_progress.of_plan(session, plan.code if plan else "", covered, diagrams)
        mine = _mine(session, [task_id for row in progress for task_id, _name, _entity in row.open_tasks])
        loaded = plan is not None and starting.case_of(session, plan.code) is None
        answers = answering.of_plan(session, plan.code) if plan else {}
    names = {
        f"{model.process_key}/{element.id}": element.name or element.id
        for model in diagrams
        for element in model.elements.values()
    }
    return page(
        "lifecycle/guide.html",
        plan=plan,
        plans=plans,
        phases=guide.PHASES,
        rows=progress,
        answers=answers,
        names=names,
        mine=mine,
        states=ROW_STATES,
        state_of=lambda row: _row_state(row, loaded=loaded),
        covered=sum(row.is_covered for row in covered),
    )


@blueprint.post("/ciclo/<plan_code>/cronograma")
@allow(COORDINATOR, ADMINISTRATOR, of=Of.PLAN)
def note_activity(plan_code: str) -> Any:
    """Write down that an activity of the work schedule was finished on a day, or that it goes on."""
    application, day = current(), request.form.get("fecha", "")
    if day and typed_day(day) is None:
        return back_to("lifecycle.show", "Escriba la fecha en que terminó, por ejemplo 9/11/2026.", plan=plan_code)
    try:
        with application.database.unit_of_work() as session:
            one = execution.note(
                session, application.clock, plan_code, request.form.get("actividad", 0, type=row_id), typed_day(day),
                actor=actor(),
            )  # fmt: skip
            said = f"«{one.name}» quedó terminada." if one.done_on else f"«{one.name}» sigue en curso."
    except Refused as wrong:
        said = f"No se guardó. {wrong.message}"
    return back_to("lifecycle.show", said, plan=plan_code, _anchor="cronograma")


@blueprint.post("/ciclo/nuevo")
@allow(COORDINATOR, of=Of.NONE)
def start() -> Any:
    """Begin a plan: its first task creates it."""
    with current().database.unit_of_work() as session:
        sector, code = choosing.chosen(session, request.form.get("sector", "")), request.form.get("codigo", "")
        case = starting.start_plan(session, current().engine, sector, code, actor=actor())
        case_id = case.id
    return back_to("cases.show", "El plan comenzó: la primera tarea es crearlo.", case_id=case_id)


@blueprint.post("/ciclo/<plan_code>/fin-anticipado")
@allow(COORDINATOR, of=Of.PLAN)
def end_early(plan_code: str) -> Any:
    """End a plan early and open its final evaluation."""
    ends_on = _day(request.form.get("fin", ""))
    with current().database.unit_of_work() as session:
        early_end.end_early(
            session, current().engine, plan_code, ends_on, actor=actor(), reason=request.form.get("motivo", "")
        )
    return back_to("lifecycle.show", "El fin anticipado quedó registrado y la evaluación comenzó.", plan=plan_code)


@blueprint.get("/ciclo/<plan_code>/empalme")
@allow(COORDINATOR, ADMINISTRATOR, of=Of.PLAN)
def change_over(plan_code: str) -> str:
    """A change of government: why, and who hands over to whom."""
    with current().database.reading() as session:
        plan = session.get_one(Plan, plan_code)
        gives = person().may([ADMINISTRATOR], plan.sector_code)
        people = everybody(session, [plan.sector_code])
        earlier = changeover.of_plan(session, plan_code)
    holders = [(one, [role.role.name for role in one.roles if role.sector_code == plan.sector_code]) for one in people]
    return page(
        "lifecycle/changeover.html",
        plan=plan,
        holders=[(one, roles) for one, roles in holders if roles] if gives else [],
        people=people,
        earlier=earlier,
        goes_on=plan.state in changeover.GOES_ON,
    )


@blueprint.post("/ciclo/<plan_code>/empalme")
@allow(COORDINATOR, ADMINISTRATOR, of=Of.PLAN)
def hand_over(plan_code: str) -> Any:
    """Keep what there is of the plan, hand over what was chosen, and go on."""
    given = {
        name.removeprefix(HANDS_TO): to for name, to in request.form.items() if name.startswith(HANDS_TO) and to.strip()
    }
    with current().database.unit_of_work() as session:
        changeover.hand_over(
            session, current().engine, plan_code, given, actor=actor(), reason=request.form.get("motivo", "")
        )
    told = "El empalme quedó en el expediente; sus archivos estarán en un momento. El plan sigue."
    return back_to("lifecycle.show", told, plan=plan_code)


def _row_state(row: RowProgress, *, loaded: bool) -> str:
    """A plan that was loaded went through its formulation elsewhere."""
    formulated = loaded and row.coverage.row.phase in phases.CALLED
    return phases.BEFORE if formulated and row.state == guide_progress.TO_COME else row.state


def _chosen(plans: list[Plan]) -> Plan | None:
    """The plan asked for, else the first. A plan that is named and is not there is a wrong address."""
    asked = request.args.get("plan")
    if asked:
        return next((plan for plan in plans if plan.code == asked), None) or abort(404)
    return plans[0] if plans else None


def _begun_without_plan(session: Session) -> list[Instance]:
    """Plans that were begun and whose first task is still to be done."""
    query = sa.select(Instance).where(
        Instance.process_key == starting.MASTER,
        Instance.state == InstanceState.ACTIVE,
        Instance.tenant.in_(sectors_of(actor())),
        Instance.business_key.not_in(sa.select(Plan.code)),
    )
    return list(session.scalars(query.order_by(Instance.id)))


def _mine(session: Session, task_ids: list[int]) -> set[int]:
    """Those of these tasks that are the reader's or are offered to their groups: only they are links."""
    reader = actor()
    offered = sa.select(TaskCandidate.task_id).where(TaskCandidate.group_id.in_(sorted(reader.groups)))
    query = sa.select(UserTask.id).where(
        UserTask.id.in_(task_ids),
        sa.or_(UserTask.assignee == reader.id, sa.and_(UserTask.assignee.is_(None), UserTask.id.in_(offered))),
    )
    return set(session.scalars(query))


def _day(text: str) -> dt.date:
    day = typed_day(text)
    if day is None:
        raise Refused("Escriba el último día del plan, por ejemplo 30/06/2019.")
    return day
