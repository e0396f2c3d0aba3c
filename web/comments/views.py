"""What people ask and answer: written on the page of a task or of its case, settled on either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.errors import UnknownInstance, UnknownTask
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications.comments import tell_said
from web.auth import SIGNED_IN, WORKING, Of, allow
from web.auth.gate import may_open
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.calendar import bogota_day
from workflows.errors import NotFound, Refused
from workflows.forms.opening import OpenForm
from workflows.people import comments
from workflows.people.comments import About
from workflows.people.naming import called

blueprint = Blueprint("comments", __name__)

PLACE = "conversacion"
"""Where it stands on a page."""


@blueprint.post("/tareas/<int:task_id>/comentarios")
@allow(WORKING, of=Of.TASK)
def on_task(task_id: int) -> Any:
    """Ask or comment about a task, or a row of it."""
    with current().database.reading() as session:
        task = session.get(UserTask, task_id)
        if task is None:
            raise UnknownTask(task_id=task_id)
        case_id = task.instance_id
    return _say(case_id, task_id)


@blueprint.post("/casos/<int:case_id>/comentarios")
@allow(WORKING, of=Of.CASE)
def on_case(case_id: int) -> Any:
    """Ask or comment about a case, or answer in one of its threads."""
    return _say(case_id, None)


@blueprint.get("/casos/<int:case_id>/comentarios/personas")
@allow(SIGNED_IN, of=Of.CASE)
def people(case_id: int) -> Any:
    """Who may be mentioned in a case, about an entity (`entidad`) where one is named: what `@` offers as one types."""
    me, application, entity = actor(), current(), request.args.get("entidad", "")
    with application.database.reading() as session:
        case = _about(session, case_id, None).case
        may = comments.may_see(me, case.tenant, entity)
        today = bogota_day(application.clock.now())
        found = comments.readers(session, case.tenant, entity, today) if may else []
        told = [{"usuario": one.username, "nombre": called(one.name)} for one in found]
    return jsonify([one for one in told if one["usuario"] != me.id])


@blueprint.post("/comentarios/resolver")
@allow(WORKING, of=Of.OWN)
def resolve() -> Response:
    """Say that a question is settled, or that it is not."""
    application, resolved = current(), "abrir" not in request.form
    with application.database.unit_of_work() as session:
        head = comments.resolve(
            session, application.engine, request.form.get("comentario", 0, type=row_id), resolved=resolved,
            actor=actor(),
        )  # fmt: skip
        case_id = head.instance_id
    notice = "La pregunta quedó resuelta." if resolved else "La pregunta quedó abierta otra vez."
    task_id = request.form.get("tarea", 0, type=row_id)
    if task_id:
        return back_to("inbox.show", notice, task_id=task_id, _anchor=PLACE)
    return back_to("cases.show", notice, case_id=case_id, _anchor=PLACE)


def conversation(session: Session, about: About, opened: OpenForm | None = None) -> Mapping[str, Any]:
    """What a page needs to show what was said, and to ask."""
    me = actor()
    entity = about.entity if about.task is not None else None
    if about.task is not None:
        may_answer = may_open("comments.on_task", task_id=about.task.id)
    else:
        may_answer = may_open("comments.on_case", case_id=about.case.id)
    return {
        "said": comments.of_case(session, about.case, me, entity or None),
        "asked": comments.to_ask(session, about, me, bogota_day(current().clock.now())),
        "rows": _rows(opened) if opened is not None else (),
        "may_answer": may_answer,
        "may_say": may_answer
        and (
            comments.may_see(me, about.case.tenant, about.entity)
            or (about.task is not None and about.task.assignee == me.id)
        ),
        "me": me.id,
        "plan": about.case.scope,
        "people": url_for("comments.people", case_id=about.case.id, entidad=about.entity or None),
    }


def _say(case_id: int, task_id: int | None) -> Any:
    application, typed = current(), {name: request.form.get(name, "") for name in ("texto", "para", "fila")}
    thread_id = request.form.get("hilo", 0, type=row_id)
    try:
        with application.database.unit_of_work() as session:
            about = _about(session, case_id, task_id)
            said = comments.say(
                session, application.engine, about, typed["texto"], actor=actor(), to=typed["para"],
                row=typed["fila"], thread_id=thread_id,
            )  # fmt: skip
            tell_said(session, application.engine, said, application.config.base_url)
            told = bool(said.mentioned)
    except (Refused, NotFound) as wrong:
        with application.database.reading() as session:
            about = _about(session, case_id, task_id)
            shown = page(
                "comments/again.html", about=about, error=wrong.message, typed={**typed, "hilo": thread_id or ""},
                talk=conversation(session, about),
            )  # fmt: skip
        return shown, 422
    notice = "Quedó escrito, y le llega por correo ya mismo." if told else "Quedó escrito."
    if task_id:
        return back_to("inbox.show", notice, task_id=task_id, _anchor=PLACE)
    return back_to("cases.show", notice, case_id=case_id, _anchor=PLACE)


def _about(session: Session, case_id: int, task_id: int | None) -> About:
    case = session.get(Instance, case_id)
    if case is None:
        raise UnknownInstance(instance_id=case_id)
    return About(case, session.get(UserTask, task_id) if task_id else None)


def _rows(opened: OpenForm) -> Sequence[str]:
    """The rows of the tables of a form as people call them."""
    found: list[str] = []
    for table in (one for one in opened.schema.fields() if one.is_list and one.fixed):
        heads = [column.key for column in table.columns("titulo")[:2]]
        for row in opened.shown.get(table.key) or ():
            told = " ".join(str(row.get(key) or "") for key in heads).strip()
            if told:
                found.append(told[: comments.LONGEST_ROW])
    return list(dict.fromkeys(found))
