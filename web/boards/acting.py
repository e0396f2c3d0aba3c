"""What is done from the board: remind, give more time, write down what somebody promised and how it ended."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from notifications import extensions as extension_mails
from notifications import nudges
from notifications.nudges import Nudged
from web.auth import Of, allow
from web.boards.views import blueprint
from web.days import typed_day
from web.deadlines import deadline
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.errors import NotFound, Refused
from workflows.meetings import commitments
from workflows.people import directory, extensions
from workflows.people.roles import COORDINATING
from workflows.plan.models import Plan
from workflows.spanish import long_day


@blueprint.post("/tareas/<int:task_id>/recordar")
@allow(*COORDINATING, of=Of.TASK)
def nudge(task_id: int) -> Response:
    """Remind who may do a task."""
    application = current()
    with application.database.unit_of_work() as session:
        done = nudges.nudge(
            session, application.engine, [task_id], actor=actor(), base_url=application.config.base_url,
            words=request.form.get("mensaje", ""),
        )  # fmt: skip
        plan = session.get_one(UserTask, task_id).variables.get("plan") or ""
    return back_to("boards.month", _told(done), plan=plan)


@blueprint.post("/planes/<plan_code>/recordar")
@allow(*COORDINATING, of=Of.PLAN)
def nudge_all(plan_code: str) -> Response:
    """Remind everybody who has open work of a month, of one entity where one is chosen."""
    application, month, entity = current(), request.form.get("periodo", ""), request.form.get("entidad", "")
    with application.database.unit_of_work() as session:
        tasks = [one.id for one in _of_month(session, plan_code, month, entity)]
        done = nudges.nudge(
            session, application.engine, tasks, actor=actor(), base_url=application.config.base_url,
            words=request.form.get("mensaje", ""),
        )  # fmt: skip
    return back_to("boards.month", _told(done), plan=plan_code)


@blueprint.get("/planes/<plan_code>/prorrogar")
@allow(*COORDINATING, of=Of.PLAN)
def choose_extension(plan_code: str) -> str:
    """Choose which open tasks of an entity get more time, until when, and why."""
    with current().database.reading() as session:
        return _extending(session, plan_code)


def _extending(session: Session, plan_code: str, **context: Any) -> str:
    month, entity = request.values.get("periodo", ""), request.values.get("entidad", "")
    application = current()
    tasks = _of_month(session, plan_code, month, entity)
    if not tasks:
        raise NotFound("Ahí no hay tareas abiertas con plazo. Vuelva al seguimiento.")
    chosen = request.values.getlist("tarea", type=row_id)
    calendar = application.calendar.within(plan_code)
    return page(
        "boards/extend.html",
        plan=session.get(Plan, plan_code) or abort(404),
        month=month,
        entity=entity,
        tasks=[(one, deadline(one.due_at, application.clock.now(), calendar)) for one in tasks],
        chosen=set(chosen or [one.id for one in tasks]),
        **{"error": "", **context},
    )


@blueprint.post("/planes/<plan_code>/prorrogar")
@allow(*COORDINATING, of=Of.PLAN)
def extend(plan_code: str) -> Any:
    """Give these tasks another day, all or none; who may do them is told."""
    application, until = current(), typed_day(request.form.get("hasta", ""))
    asked = request.form.getlist("tarea", type=row_id)
    try:
        with application.database.unit_of_work() as session:
            month, entity = request.form.get("periodo", ""), request.form.get("entidad", "")
            tasks = [one.id for one in _of_month(session, plan_code, month, entity) if one.id in asked]
            if not tasks:
                raise Refused("Elija al menos una tarea.")
            for task_id in tasks:
                given = extensions.give(
                    session, application.engine, task_id, until=until, reason=request.form.get("motivo", ""),
                    actor=actor(),
                )  # fmt: skip
                extension_mails.tell_given(session, application.engine, given, application.config.base_url)
    except Refused as wrong:
        with application.database.reading() as session:
            return _extending(session, plan_code, error=wrong.message), 422
    what = "Una tarea tiene" if len(tasks) == 1 else f"{len(tasks)} tareas tienen"
    return back_to("boards.month", f"{what} plazo hasta el {long_day(until)}. Se les dijo.", plan=plan_code)


@blueprint.get("/planes/<plan_code>/compromisos/nuevo")
@allow(*COORDINATING, of=Of.PLAN)
def new_commitment(plan_code: str) -> str:
    """The form of a commitment."""
    with current().database.reading() as session:
        return _committing(session, plan_code)


def _committing(session: Session, plan_code: str, **context: Any) -> str:
    plan = session.get(Plan, plan_code) or abort(404)
    people = directory.everybody(session, plan.sector_code)
    return page("boards/commitment.html", plan=plan, people=people, typed=request.values, **{"error": "", **context})


@blueprint.post("/planes/<plan_code>/compromisos")
@allow(*COORDINATING, of=Of.PLAN)
def keep_commitment(plan_code: str) -> Any:
    """Write down what somebody promised."""
    application, typed = current(), request.form
    try:
        with application.database.unit_of_work() as session:
            kept = commitments.record(
                session, application.engine, plan_code, text=typed.get("texto", ""),
                responsible=typed.get("responsable", ""), due_on=typed_day(typed.get("fecha", "")), actor=actor(),
            )  # fmt: skip
            day = kept.due_on
    except (Refused, NotFound) as wrong:
        with application.database.reading() as session:
            return _committing(session, plan_code, error=wrong.message), 422
    return back_to("boards.month", f"Quedó el compromiso, para el {long_day(day)}.", plan=plan_code)


@blueprint.post("/planes/<plan_code>/compromisos/<int:commitment_id>")
@allow(*COORDINATING, of=Of.PLAN)
def settle_commitment(plan_code: str, commitment_id: int) -> Response:
    """Write down how a commitment ended."""
    application = current()
    with application.database.unit_of_work() as session:
        commitments.settle(
            session, application.engine, plan_code, commitment_id, outcome=request.form.get("estado", ""),
            note=request.form.get("nota", ""), actor=actor(),
        )  # fmt: skip
    return back_to("boards.month", "Quedó cómo terminó el compromiso.", plan=plan_code)


def _of_month(session: Session, plan_code: str, month: str, entity: str) -> list[UserTask]:
    """The open tasks of a plan with a deadline, of a month and an entity where they are given, the soonest first."""
    query = (
        sa.select(UserTask)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.scope == plan_code, UserTask.state == UserTaskState.OPEN, UserTask.due_at.is_not(None))
        .order_by(UserTask.due_at, UserTask.id)
    )
    return [
        task
        for task in session.scalars(query)
        if month in ("", task.variables.get("periodo")) and entity in ("", task.variables.get("entidad"))
    ]


def _told(done: Nudged) -> str:
    """What became of asking, in words."""
    parts = []
    if done.tasks:
        who = "1 persona" if done.people == 1 else f"{done.people} personas"
        parts.append(f"Se le recuerda a {who}; les llega hoy, o en el próximo resumen si ya recibieron un aviso.")
    if done.already:
        parts.append("Hoy ya se había recordado." if not done.tasks else f"{done.already} ya se habían recordado hoy.")
    if done.nobody:
        s = "" if done.nobody == 1 else "s"
        parts.append(f"{done.nobody} sin quien la{s} haga: reasígnela{s}.")
    return " ".join(parts) or "No hay a quién recordarle nada."
