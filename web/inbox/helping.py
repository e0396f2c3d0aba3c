"""Asking others to fill in one's task or some rows of it, bringing what they typed, and what one was asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from notifications.helping import tell_asked, tell_ready
from web.auth import SIGNED_IN, Of, allow
from web.days import typed_day
from web.deadlines import ago, deadline
from web.inbox.blueprint import blueprint
from web.inbox.cards import Card
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.calendar import bogota_day, end_of_day, of_entity
from workflows.errors import Conflict, NotFound, Refused
from workflows.forms import helping
from workflows.forms.models import Help
from workflows.forms.opening import OpenForm
from workflows.forms.reading import identity
from workflows.people import directory


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for help on the page of its owner. `is_late`: its day has passed, and nothing was handed over."""

    help: Help
    name: str
    ready: str
    is_late: bool


@blueprint.get("/tareas/<int:task_id>/apoyo")
@allow(SIGNED_IN, of=Of.TASK)
def choose_help(task_id: int) -> str:
    """Whom to ask, for which rows, until when."""
    return _asking(task_id)


@blueprint.post("/tareas/<int:task_id>/apoyo")
@allow(SIGNED_IN, of=Of.TASK)
def ask_help(task_id: int) -> Any:
    """Ask; what one has typed in the form stays in its draft."""
    application, typed = current(), request.form
    day = typed_day(typed.get("hasta", ""))
    try:
        if typed.get("hasta", "").strip() and day is None:
            raise Refused("Escriba hasta qué día así: 22/11/2026. También puede dejarlo en blanco.")
        with application.database.unit_of_work() as session:
            asked = helping.ask(
                session, application.engine, task_id, helper=typed.get("persona", ""), rows=typed.getlist("fila"),
                wanted_on=day, note=typed.get("nota", ""), actor=actor(),
            )  # fmt: skip
            tell_asked(session, application.engine, asked, application.config.base_url)
            name = directory.person(session, asked.helper).name
    except (Refused, Conflict, NotFound) as wrong:
        return _asking(task_id, error=wrong.message), 422
    return back_to("inbox.show", f"Le pidió ayuda a {name}. Le llega por correo.", task_id=task_id)


@blueprint.post("/tareas/<int:task_id>/apoyo/traer")
@allow(SIGNED_IN, of=Of.TASK)
def bring_help(task_id: int) -> Any:
    """Put what a helper typed into one's own draft."""
    application = current()
    try:
        with application.database.unit_of_work() as session:
            who = application.forms.bring(session, application.engine, _which(), actor())
            notice = f"Quedó en su borrador lo que llenó {directory.person(session, who).name}. Revíselo y envíe."
    except NotFound as wrong:
        notice = wrong.message
    return back_to("inbox.show", notice, task_id=task_id)


@blueprint.post("/tareas/<int:task_id>/apoyo/retirar")
@allow(SIGNED_IN, of=Of.TASK)
def end_help(task_id: int) -> Any:
    """Take a request back."""
    application = current()
    with application.database.unit_of_work() as session:
        helping.take_back(session, application.engine, _which(), actor=actor())
    return back_to("inbox.show", "Retiró el pedido de ayuda.", task_id=task_id)


def hand_over(task_id: int) -> Any:
    """Tell whoever has the task that what they asked for is filled in; it was saved just now."""
    application = current()
    with application.database.unit_of_work() as session:
        one = helping.hand_over(session, application.engine, task_id, actor=actor())
        tell_ready(session, application.engine, one, application.config.base_url)
        name = directory.person(session, one.asked_by).name
    return back_to("inbox.mine", f"Entregado: {name} lo revisa y lo envía.")


def first_bring(task_id: int) -> str:
    """Why a task cannot be sent yet: somebody handed over what its owner has not brought; empty where nobody did."""
    with current().database.reading() as session:
        return helping.why_not_yet(session, task_id)


def asked_of(session: Session, task_id: int) -> list[Asked]:
    """Whom one asked for help in a task, and how it stands."""
    found = helping.of_task(session, task_id)
    if not found:
        return []
    now, names = current().clock.now(), directory.display_names(session, {one.helper for one in found})
    today = bogota_day(now)
    return [
        Asked(
            one,
            names[one.helper],
            ago(one.ready_at, now) if one.ready_at else "",
            one.ready_at is None and one.wanted_on is not None and one.wanted_on < today,
        )
        for one in found
    ]


def to_fill(session: Session) -> list[Card]:
    """What one was asked to fill in of others' tasks, as lines of the inbox."""
    application = current()
    found = helping.to_fill(session, actor())
    names = directory.display_names(session, {one.help.asked_by for one in found})
    return [_card(one, names, application.clock.now()) for one in found]


def _card(one: helping.ToFill, names: dict[str, str], now: dt.datetime) -> Card:
    asked, task = one.help, one.task
    count = len(asked.rows)
    what = f"{count} {'fila' if count == 1 else 'filas'}" if count else "toda la tarea"
    due = end_of_day(asked.wanted_on) if asked.wanted_on else task.due_at
    calendar = current().calendar.within(
        of_entity(str(task.variables.get("plan") or ""), task.variables.get("entidad"))
    )
    about = (f"se lo pide {names[asked.asked_by]}", what, *([f"«{asked.note}»"] if asked.note else []))
    return Card(task.id, task.name, task.instance_id, one.case_name, about, deadline(due, now, calendar))


def _asking(task_id: int, error: str = "") -> str:
    application, me = current(), actor()
    with application.database.reading() as session:
        opened = application.forms.open(session, application.engine, task_id, me)
        sector = session.get_one(Instance, opened.task.instance_id).tenant
        entity = str(opened.task.variables.get("entidad") or "")
        people = [one for one in directory.everybody(session, sector) if one.username != me.id]
        near = [one for one in people if entity and one.entity_code == entity]
        return page(
            "inbox/ask_help.html", task=opened.task, case=opened.instance, rows=_rows(opened), near=near,
            others=[one for one in people if one not in near], error=error, typed=request.form,
            chosen=request.form.getlist("fila"),
        )  # fmt: skip


def _rows(opened: OpenForm) -> Sequence[tuple[str, str]]:
    """The rows of the form that somebody may be asked for: what identifies each, what it is called."""
    found = []
    for table in (one for one in opened.schema.fields() if one.is_list and one.fixed and not one.readonly):
        titles = opened.prefill.row_titles.get(table.key, ())
        for place, row in enumerate(opened.shown.get(table.key) or ()):
            if not opened.is_readonly(table, f"{table.key}.{place}"):
                name = identity(row, place)
                found.append((name, titles[place] if place < len(titles) else name))
    return found


def _which() -> int:
    return request.form.get("pedido", 0, type=row_id)
