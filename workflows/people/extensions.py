"""More time for a task (*prórroga*): somebody asks with a reason, the liaison or the coordination grants or refuses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.errors import NotAllowed, UnknownTask
from engine.identity import SYSTEM, Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import commands
from engine.tasks.assignment import ensure_may_work_on
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day, end_of_day
from workflows.errors import Conflict, NotFound, Refused
from workflows.people import contacts, directory
from workflows.people.groups import Group
from workflows.people.models import Extension, Person
from workflows.people.states import ExtensionState
from workflows.spanish import long_day

GOES_ON_IN = "completar_reporte"
"""The form of the late case, in which what a closed month did not wait for is done."""
LONGEST = dt.timedelta(days=92)
MOST_LETTERS = 2000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wish that waits for an answer, with its task and case. `closes_on`: the case goes on without it that day."""

    extension: Extension
    task: UserTask
    case_name: str
    closes_on: dt.date | None


def ask(
    session: Session, engine: ProcessEngine, task_id: int, *, wanted_on: dt.date | None, reason: str, actor: Actor
) -> Extension:
    """Ask for a task until another day. Raises `NotAllowed`, `Refused` (no reason, no later day), `Conflict`."""
    task = _task(session, task_id)
    ensure_may_work_on(session, engine, task, actor)
    reason = _words(reason, "Diga por qué necesita más tiempo: quien decide lo lee.")
    day = _later_day(task, wanted_on, bogota_day(engine.now()))
    if any(one.state == ExtensionState.ASKED for one in of_task(session, task_id)):
        raise Conflict("Ya pidió una prórroga para esta tarea. Espere la respuesta.")
    asked = Extension(
        task_id=task_id, about=_about(task), asked_by=actor.id, asked_at=engine.now(), reason=reason, wanted_on=day,
        due_before=task.due_at,
    )  # fmt: skip
    session.add(asked)
    session.flush()
    _note(session, engine, actor, "pedir_prorroga", asked, reason)
    return asked


def grant(
    session: Session, engine: ProcessEngine, extension_id: int, *, until: dt.date | None, answer: str, actor: Actor
) -> Extension:
    """Give the task that day: the deadline and the reminders of that person move, nobody else's.

    Raises `NotFound`, `NotAllowed`, `Refused`, `Conflict` (answered already).
    """
    one, task = _to_decide(session, extension_id, actor)
    day = _later_day(task, until or one.wanted_on, bogota_day(engine.now()))
    who = directory.display_names(session, [one.asked_by])[one.asked_by]
    reason = f"Prórroga hasta el {long_day(day)} que pidió {who}: {one.reason}"
    commands.extend(session, engine, task.id, due_at=end_of_day(day), actor=actor, reason=reason)
    _answer(session, engine, one, ExtensionState.GRANTED, answer.strip()[:MOST_LETTERS], actor)
    one.granted_on = day
    _note(session, engine, actor, "conceder_prorroga", one, answer)
    return one


def refuse(session: Session, engine: ProcessEngine, extension_id: int, *, answer: str, actor: Actor) -> Extension:
    """Say no, and why. Raises as `grant`."""
    one, _task_of_it = _to_decide(session, extension_id, actor)
    words = _words(answer, "Diga por qué no: la persona lo lee.")
    _answer(session, engine, one, ExtensionState.REFUSED, words, actor)
    _note(session, engine, actor, "negar_prorroga", one, words)
    return one


def give(
    session: Session, engine: ProcessEngine, task_id: int, *, until: dt.date | None, reason: str, actor: Actor
) -> Extension:
    """Give a task another day without being asked: as an answer to a wish that nobody wrote.

    Raises `NotAllowed`, `Refused` (no reason, no later day), `UnknownTask`.
    """
    task, now = _task(session, task_id), engine.now()
    if not actor.may_supervise(session.get_one(Instance, task.instance_id).tenant):
        raise NotAllowed("El plazo de otras personas lo mueve la coordinación.")
    reason, day = (
        _words(reason, "Diga por qué se da más plazo: lo leen las personas."),
        _later_day(task, until, bogota_day(now)),
    )
    given = Extension(
        task_id=task_id, about=_about(task), asked_by=task.assignee or actor.id, asked_at=now, reason=reason,
        wanted_on=day, due_before=task.due_at, state=ExtensionState.GRANTED, granted_on=day, decided_by=actor.id,
        decided_at=now,
    )  # fmt: skip
    session.add(given)
    words = f"Prórroga hasta el {long_day(day)}: {reason}"
    commands.extend(session, engine, task_id, due_at=end_of_day(day), actor=actor, reason=words)
    session.flush()
    _note(session, engine, actor, "conceder_prorroga", given, reason)
    return given


def of_task(session: Session, task_id: int) -> list[Extension]:
    """What was asked for a task, the last first."""
    query = sa.select(Extension).where(Extension.task_id == task_id).order_by(Extension.id.desc())
    return list(session.scalars(query))


def to_decide(session: Session, engine: ProcessEngine, actor: Actor) -> list[Waiting]:
    """What waits for this person's answer, the nearest deadline first; two statements and the bundles of the cases."""
    query = (
        sa.select(Extension, UserTask, Instance)
        .join(UserTask, UserTask.id == Extension.task_id)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Extension.state == ExtensionState.ASKED, UserTask.state == UserTaskState.OPEN)
        .order_by(UserTask.due_at, Extension.id)
    )
    return [
        Waiting(one, task, case.name, closes_on(session, engine, task, case))
        for one, task, case in session.execute(query)
        if _decides(actor, one, task, case.tenant)
    ]


def deciders(session: Session, one: Extension, on: dt.date) -> list[Person]:
    """Who may answer: the liaisons of the task's entity; where there are none others, who coordinates the sector."""
    task = _task(session, one.task_id)
    sector = session.get_one(Instance, task.instance_id).tenant
    return [contact.person for contact in contacts.of_task(session, task, sector, but=one.asked_by, on=on)]


def closes_on(session: Session, engine: ProcessEngine, task: UserTask, case: Instance) -> dt.date | None:
    """The day on which the case goes on without this task, if a date closes what it stands in."""
    if not task.variables.get("cierre"):
        return None
    bundle = catalogue.by_sha(session, case.bundle_sha256)
    closing = [
        element.deadline
        for diagram in bundle.diagrams.values()
        for element in diagram.of_kind("boundaryEvent")
        if element.properties.get("cierra_al_vencer") == "si" and element.deadline.startswith("cierre+")
    ]
    since, data = engine.now(), task.variables
    days = [
        bogota_day(engine.calendar.deadline(text, since=since, variables=data, scope=case.scope)) for text in closing
    ]
    due = bogota_day(task.due_at) if task.due_at else None
    return min((day for day in days if due is None or day >= due), default=None)


def uncarried(session: Session) -> list[tuple[int, int]]:
    """Granted wishes whose task the calendar closed, with the open task in which the same work goes on."""
    query = (
        sa.select(Extension.id, Extension.about)
        .join(UserTask, UserTask.id == Extension.task_id)
        .where(Extension.state == ExtensionState.GRANTED, Extension.carried_at.is_(None), Extension.about != "")
        .where(UserTask.state == UserTaskState.CANCELLED)
    )
    granted = {about: extension_id for extension_id, about in session.execute(query.order_by(Extension.id))}
    if not granted:
        return []
    open_ones = sa.select(UserTask).where(UserTask.state == UserTaskState.OPEN, UserTask.form_key == GOES_ON_IN)
    return [(granted[_about(task)], task.id) for task in session.scalars(open_ones) if _about(task) in granted]


def carry(session: Session, engine: ProcessEngine, extension_id: int, task_id: int) -> None:
    """Give the granted day to the task in which the work goes on; a second time does nothing."""
    one = session.get_one(Extension, extension_id, with_for_update=True, populate_existing=True)
    if one.carried_at is not None or one.granted_on is None:
        return
    task, due_at = _task(session, task_id), end_of_day(one.granted_on)
    if task.due_at is None or task.due_at < due_at:
        reason = f"Tiene prórroga concedida hasta el {long_day(one.granted_on)}."
        commands.extend(session, engine, task_id, due_at=due_at, actor=SYSTEM, reason=reason)
    one.carried_at = engine.now()


def _task(session: Session, task_id: int) -> UserTask:
    found = session.get(UserTask, task_id)
    if found is None:
        raise UnknownTask(task_id=task_id)
    return found


def _to_decide(session: Session, extension_id: int, actor: Actor) -> tuple[Extension, UserTask]:
    one = session.get(Extension, extension_id, with_for_update=True, populate_existing=True)
    if one is None:
        raise NotFound("Esa prórroga no existe.")
    task = _task(session, one.task_id)
    if not _decides(actor, one, task, session.get_one(Instance, task.instance_id).tenant):
        raise NotAllowed("Una prórroga la decide el enlace de la entidad o la coordinación, y no quien la pidió.")
    if one.state != ExtensionState.ASKED:
        raise Conflict("Esa prórroga ya tuvo respuesta. Actualice la página.")
    return one, task


def _decides(actor: Actor, one: Extension, task: UserTask, sector: str) -> bool:
    if actor.id == one.asked_by:
        return False
    entity = str(task.variables.get("entidad") or "")
    return actor.may_supervise(sector) or (
        bool(entity) and str(Group(contacts.LIAISON, sector, entity)) in actor.groups
    )


def _later_day(task: UserTask, day: dt.date | None, today: dt.date) -> dt.date:
    if day is None:
        raise Refused("Escriba hasta qué día, por ejemplo 13/11/2026.")
    yesterday = today - dt.timedelta(days=1)
    last = max(yesterday, bogota_day(task.due_at)) if task.due_at is not None else yesterday
    if day <= last:
        raise Refused(f"Escriba un día después del {long_day(last)}: el plazo nuevo va después del que tiene la tarea.")
    if day - today > LONGEST:
        raise Refused("Una prórroga es de tres meses a lo sumo. Escriba un día más cercano.")
    return day


def _words(text: str, missing: str) -> str:
    if not text.strip():
        raise Refused(missing)
    return text.strip()[:MOST_LETTERS]


def _about(task: UserTask) -> str:
    parts = [str(task.variables.get(name) or "") for name in ("plan", "periodo", "entidad", "responsable")]
    return "/".join(parts)[:200] if all(parts) else ""


def _answer(
    session: Session, engine: ProcessEngine, one: Extension, state: ExtensionState, words: str, actor: Actor
) -> None:
    one.state, one.answer, one.decided_by, one.decided_at = state, words, actor.id, engine.now()
    session.flush()


def _note(session: Session, engine: ProcessEngine, actor: Actor, action: str, one: Extension, reason: str) -> None:
    day = one.granted_on or one.wanted_on
    auditing.record(
        session, engine.clock, actor, action, ("tarea", str(one.task_id)), reason=reason,
        after={"hasta": day.isoformat()},
    )  # fmt: skip
