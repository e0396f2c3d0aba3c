"""Several tasks at once: what would happen, doing it, and ten seconds in which it is undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from engine.errors import EngineError
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks import assignment, commands
from engine.tasks.inbox import View
from engine.tasks.models import UserTask
from notifications import nudges
from web.auth import SIGNED_IN, Of, allow
from web.inbox.blueprint import blueprint
from web.pages import actor, back_to, current, page
from workflows.calendar import bogota_day
from workflows.errors import WorkflowsError
from workflows.people import directory, passing_on
from workflows.people.models import Person

MOST = 100
"""So many at once; who has more does it twice."""
UNDO_SECONDS = 10
_SLOW = 20
"""Seconds that a slow network may take over the last of the ten."""
TAKE, GIVE_BACK, PASS_ON, REMIND = "tomar", "devolver", "reasignar", "recordar"
WORDS = {TAKE: "Tomar", GIVE_BACK: "Devolver al grupo", PASS_ON: "Reasignar", REMIND: "Recordar"}
ACTS: Mapping[View, Sequence[tuple[str, str]]] = {
    View.MINE: [(GIVE_BACK, WORDS[GIVE_BACK]), (PASS_ON, "Pasar a un colega")],
    View.GROUPS: [(TAKE, WORDS[TAKE])],
    View.SECTOR: [(REMIND, WORDS[REMIND]), (PASS_ON, WORDS[PASS_ON])],
    View.DONE: [],
}
"""What may be done with several tasks of a view."""
Failure = EngineError | WorkflowsError


@dataclass(frozen=True, slots=True)
class Chosen:
    """A task that was chosen. `why_not`: in words, where nothing can be done with it."""

    task: UserTask
    case_name: str
    holder: str
    why_not: str


@blueprint.post("/bandeja/varias")
@allow(SIGNED_IN, of=Of.OWN)
def several() -> Any:
    """Show what would happen with the chosen tasks; nothing happens yet."""
    return _preview()


@blueprint.post("/bandeja/varias/hacer")
@allow(SIGNED_IN, of=Of.OWN)
def do_several() -> Any:
    """Do it, each task by itself: one that cannot be keeps none of the others."""
    act, to, reason = (request.form.get(name, "").strip() for name in ("acto", "persona", "motivo"))
    if act not in WORDS:
        return back_to("inbox.filtered", "Elija qué hacer con las tareas.")
    if act == PASS_ON and not (to and reason):
        return _preview("Elija a la persona y escriba por qué: lo lee quien recibe."), 422
    if act == REMIND:
        return _remind(reason)
    application, me = current(), actor()
    done: list[tuple[int, str | None, str | None]] = []
    failed: list[str] = []
    for task_id in _chosen_ids():
        try:
            with application.database.unit_of_work() as session:
                task = session.get(UserTask, task_id)
                before = task.assignee if task is not None else None
                after = _do(session, act, task_id, to, reason).assignee
            done.append((task_id, before, after))
        except (EngineError, WorkflowsError) as wrong:
            failed.append(wrong.message)
    for words in dict.fromkeys(failed):
        flash(f"{failed.count(words)} sin cambiar: {words}")
    count = f"{len(done)} {'tarea' if len(done) == 1 else 'tareas'}"
    token = _signer().dumps([me.id, WORDS[act], done]) if done else ""
    flash(f"{WORDS[act]}: {count}.")
    return redirect(url_for("inbox.filtered", vista=request.form.get("vista", ""), hecho=token), 303)


@blueprint.post("/bandeja/varias/deshacer")
@allow(SIGNED_IN, of=Of.OWN)
def undo_several() -> Any:
    """Put each task back where it was, if nobody did anything with it since."""
    kept = _read(request.form.get("hecho", ""))
    if kept is None:
        return back_to("inbox.filtered", "Ya pasaron los diez segundos. Cambie las tareas una a una.")
    words, done = kept
    if words == WORDS[REMIND]:
        return _take_reminders_back(done)
    undone = 0
    for task_id, before, after in done:
        try:
            with current().database.unit_of_work() as session:
                undone += _put_back(session, task_id, before, after)
        except (EngineError, WorkflowsError):
            continue  # somebody has done it meanwhile: then it stays done, and the count says so
    return back_to("inbox.filtered", f"Se deshizo en {undone} de {len(done)}.", vista=request.form.get("vista", ""))


def undo_of(token: str) -> str:
    """What can be undone on the page that follows; empty where it is too late."""
    return token if token and _read(token) is not None else ""


def _remind(words: str) -> Any:
    """Write to who has or may take each task; what cannot be is left out, as the preview said."""
    application = current()
    with application.database.unit_of_work() as session:
        chosen = [_look(session, REMIND, task_id) for task_id in _chosen_ids()]
        able = [one.task.id for one in chosen if one is not None and not one.why_not]
        told = nudges.nudge(
            session, application.engine, able, actor=actor(), base_url=application.config.base_url, words=words
        )
    people = f"{told.people} {'persona' if told.people == 1 else 'personas'}"
    tasks = f"{told.tasks} {'tarea' if told.tasks == 1 else 'tareas'}"
    notice = f"Les llega a {people} el recordatorio de {tasks}." if told.tasks else "No había a quién recordarle nada."
    if told.nobody:
        notice += f" {told.nobody} sin nadie que pueda hacerlas: reasígnelas."
    done = [(task_id, told.at.isoformat(), None) for task_id in told.asked]
    token = _signer().dumps([actor().id, WORDS[REMIND], done]) if done else ""
    return back_to("inbox.filtered", notice, vista=request.form.get("vista", ""), hecho=token)


def _take_reminders_back(done: Sequence[tuple[int, str | None, str | None]]) -> Any:
    """Their mails wait half an hour for company: until one leaves, nobody has heard of it."""
    at = dt.datetime.fromisoformat(str(done[0][1]))
    with current().database.unit_of_work() as session:
        tasks = [task_id for task_id, _at, _nothing in done]
        undone = nudges.take_back(session, current().engine, tasks, at, actor=actor())
    late = "" if undone == len(done) else " Los demás ya habían salido."
    notice = f"No se recuerda nada de {undone} de {len(done)}.{late}"
    return back_to("inbox.filtered", notice, vista=request.form.get("vista", ""))


def _do(session: Session, act: str, task_id: int, to: str, reason: str) -> UserTask:
    engine, me = current().engine, actor()
    acts: Mapping[str, Callable[[], UserTask]] = {
        TAKE: lambda: commands.claim(session, engine, task_id, actor=me),
        GIVE_BACK: lambda: commands.release(session, engine, task_id, actor=me),
        PASS_ON: lambda: passing_on.pass_on(session, engine, task_id, to=to, reason=reason, actor=me),
    }
    return acts[act]()


def _put_back(session: Session, task_id: int, before: str | None, after: str | None) -> bool:
    """The signature says that this person moved it just now, which is why they may move it back."""
    engine, task = current().engine, session.get(UserTask, task_id)
    if task is None or task.state != UserTaskState.OPEN or task.assignee != after or before == after:
        return False
    tenant = session.get_one(Instance, task.instance_id).tenant
    acting = replace(actor(), supervises=actor().supervises | {tenant})
    if before is None:
        commands.release(session, engine, task_id, actor=acting)
    else:
        commands.reassign(session, engine, task_id, actor=acting, to=before, reason="Se deshizo.")
    return True


def _preview(error: str = "") -> Any:
    act, ids = request.form.get("acto", ""), _chosen_ids()
    if act not in WORDS or not ids:
        return back_to("inbox.filtered", "Marque al menos una tarea.", vista=request.form.get("vista", ""))
    with current().database.reading() as session:
        chosen = [_look(session, act, task_id) for task_id in ids]
        found = [one for one in chosen if one is not None]
        people = _people(session, [one.task for one in found if not one.why_not]) if act == PASS_ON else []
        return page(
            "inbox/several.html", act=act, words=WORDS[act], chosen=found, people=people, error=error,
            typed=request.form, view=request.form.get("vista", ""),
        )  # fmt: skip


def _look(session: Session, act: str, task_id: int) -> Chosen | None:
    task, me = session.get(UserTask, task_id), actor()
    if task is None:
        return None
    case = session.get_one(Instance, task.instance_id)
    supervises = me.may_supervise(case.tenant)
    groups = assignment.groups_of(session, task_id)
    if task.assignee != me.id and not supervises and me.groups.isdisjoint(groups):
        return None
    why = "" if task.state == UserTaskState.OPEN else "ya no está abierta"
    if not why and act == GIVE_BACK and not groups:
        why = "no es de ningún grupo: el proceso la puso a nombre de alguien"
    if not why and act == TAKE and task.assignee not in (None, me.id):
        why = "otra persona la tomó"
    if not why and act == PASS_ON and not supervises and task.assignee != me.id:
        why = "no es suya"
    if not why and act == REMIND and not supervises:
        why = "no la coordina usted"
    if not why and act == REMIND and task_id in nudges.asked_today(session, current().clock.now()):
        why = "ya se le recordó hoy"
    names = directory.display_names(session, {task.assignee} if task.assignee else ())
    return Chosen(task, case.name, names.get(task.assignee or "", "nadie"), why)


def _people(session: Session, tasks: Sequence[UserTask]) -> list[Person]:
    """Who could have all of them: colleagues of every one; for who supervises, anybody of the sector comes after."""
    me, today = actor(), bogota_day(current().clock.now())
    able: dict[str, Person] | None = None
    for task in tasks:
        tenant = session.get_one(Instance, task.instance_id).tenant
        may_all = me.may_supervise(tenant)
        theirs = directory.everybody(session, tenant) if may_all else passing_on.colleagues(session, task, me, today)
        named = {one.username: one for one in theirs}
        able = named if able is None else {name: one for name, one in able.items() if name in named}
    return list((able or {}).values())


def _chosen_ids() -> list[int]:
    typed = [text for text in request.form.getlist("tarea") if text.isascii() and text.isdecimal() and len(text) < 12]
    return list(dict.fromkeys(map(int, typed)))[:MOST]


def _read(token: str) -> tuple[str, list[tuple[int, str | None, str | None]]] | None:
    try:
        who, words, done = _signer().loads(token, max_age=UNDO_SECONDS + _SLOW)
    except (BadSignature, ValueError, TypeError):
        return None
    return (words, [(task_id, before, after) for task_id, before, after in done]) if who == actor().id else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current().config.secret_key, salt="several-tasks")
