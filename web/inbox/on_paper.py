"""Registering an endorsement that came signed on paper, with what its signer answers for in view."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications import accounts
from web import forms
from web.auth import SIGNED_IN, Of, allow
from web.days import typed_day
from web.inbox.blueprint import blueprint
from web.pages import actor, current, page
from workflows.calendar import bogota_day
from workflows.documents import files
from workflows.errors import InvalidFile, Refused
from workflows.monitoring import on_paper
from workflows.people import directory


@blueprint.get("/tareas/<int:task_id>/aval-recibido")
@allow(SIGNED_IN, of=Of.TASK)
def paper_page(task_id: int) -> str:
    """What the signer answers for, and where the memorandum goes."""
    return _asking(task_id)


@blueprint.post("/tareas/<int:task_id>/aval-recibido")
@allow(SIGNED_IN, of=Of.TASK)
def register_paper(task_id: int) -> Any:
    """Endorse in the name of who signed, and tell them: nobody signs for another without their learning of it."""
    application, sent, signer = current(), request.files.get("memorando"), request.form.get("firma", "")
    try:
        content = sent.stream.read(files.LIMIT + 1) if sent is not None and sent.filename else b""
        memorandum = files.examine(sent.filename or "", content) if sent is not None and content else None
        with application.database.unit_of_work() as session:
            on_paper.register(
                session, application.engine, application.forms, task_id, signer=signer,
                signed_on=typed_day(request.form.get("fecha", "")), memorandum=memorandum, actor=actor(),
            )  # fmt: skip
            _tell_signer(session, task_id, signer)
    except (Refused, InvalidFile) as wrong:
        return _asking(task_id, error=wrong.message), 422
    flash("El aval quedó registrado con su memorando.")
    return redirect(url_for("inbox.sent", task_id=task_id), 303)


def _tell_signer(session: Session, task_id: int, signer: str) -> None:
    task = session.get_one(UserTask, task_id)
    case = session.get_one(Instance, task.instance_id)
    what, about = "quedó un aval a su nombre, con un memorando firmado", [f"{task.name}: {case.name}"]
    by = directory.person(session, actor().id).name
    now, whose = current().clock.now(), directory.person(session, signer)
    accounts.tell_changed(session, now, whose, what, by, details=about)


def _asking(task_id: int, error: str = "") -> str:
    application = current()
    with application.database.reading() as session:
        people = on_paper.signers(session, application.engine, task_id, actor())
        task = session.get_one(UserTask, task_id)
        shown = ""
        if people:
            signer = directory.actor(session, people[0].username, bogota_day(application.clock.now()))
            opened = application.forms.open(session, application.engine, task_id, signer)
            shown = forms.render(opened, facts=True, file_url=lambda one: url_for("files.show", file_id=one))
        return page(
            "inbox/on_paper.html", task=task, case=session.get_one(Instance, task.instance_id), people=people,
            form=shown, error=error, typed=request.form,
        )  # fmt: skip
