"""Whoever has a task asks others to fill in its form, or some rows of it; only the owner sends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import FourEyes, NotAllowed, TaskHeldByAnother
from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import assignment
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.errors import Conflict, NotFound, Refused
from workflows.forms import drafts
from workflows.forms.cells import is_blank
from workflows.forms.handlers import Prefill
from workflows.forms.models import Help
from workflows.forms.notation import format_number
from workflows.forms.opening import Layout
from workflows.forms.reading import by_identity, identity, rows_of
from workflows.forms.schema import FormSchema
from workflows.forms.values import as_json
from workflows.people import directory
from workflows.people.assigning import ensure_may_be_given
from workflows.people.naming import called
from workflows.spanish import enumeration

MOST_LETTERS = 1000
NOT_THE_OWNER = "Pide ayuda quien tiene la tarea. Tómela primero."
_OF_ANOTHER = UserTask.assignee.is_distinct_from(Help.helper)
"""A task may pass to who was asked for help with it: then there is nothing to hand over."""


@dataclass(frozen=True, slots=True)
class ToFill:
    """What somebody was asked to fill in, and has not handed over yet."""

    help: Help
    task: UserTask
    case_name: str


def ask(
    session: Session,
    engine: ProcessEngine,
    task_id: int,
    *,
    helper: str,
    rows: Sequence[str] = (),
    wanted_on: dt.date | None = None,
    note: str = "",
    actor: Actor,
) -> Help:
    """Let somebody fill in a task, or some rows of it, until a day.

    Raises `NotAllowed` (not one's task), `Refused` (nobody of the sector, oneself, who is checked by this task, a day
    that is past or after the deadline), `Conflict` (asked already).
    """
    task = _own(session, engine, task_id, actor)
    if not helper or helper == actor.id:
        raise Refused("Elija a quién le pide ayuda: otra persona de su sector.")
    words, today = note.strip(), bogota_day(engine.now())
    if len(words) > MOST_LETTERS:
        raise Refused(f"La nota tiene {len(words)} letras y caben {MOST_LETTERS}: acórtela.")
    ensure_may_be_given(session, helper, session.get_one(Instance, task.instance_id).tenant, today)
    if assignment.done_what_is_checked(session, task, helper):
        name = directory.person(session, helper).name
        raise Refused(f"{name} hizo lo que esta tarea revisa, y no puede llenarla. Elija a otra persona.")
    if wanted_on is not None and wanted_on < today:
        raise Refused("Esa fecha ya pasó. Escriba hasta qué día puede responder.")
    if wanted_on is not None and task.due_at is not None and wanted_on > bogota_day(task.due_at):
        raise Refused("Esa fecha es después del plazo de la tarea. Pida una anterior: usted revisa y envía.")
    if open_for(session, task_id, helper) is not None:
        name = directory.person(session, helper).name
        raise Conflict(f"Ya le pidió ayuda a {name} en esta tarea. Retire ese pedido antes de hacer otro.")
    asked = Help(
        task_id=task_id, helper=helper, asked_by=actor.id, asked_at=engine.now(), rows=list(dict.fromkeys(rows)),
        wanted_on=wanted_on, note=words,
    )  # fmt: skip
    session.add(asked)
    session.flush()
    _note(session, engine, actor, "pedir_ayuda", asked)
    return asked


def take_back(session: Session, engine: ProcessEngine, help_id: int, *, actor: Actor) -> Help:
    """End a request; what the helper typed stays as their draft until the task is sent. A second time does nothing.

    Raises `NotFound`, `NotAllowed`.
    """
    one = _found(session, help_id)
    _own(session, engine, one.task_id, actor)
    if one.ended_at is None:
        one.ended_at = engine.now()
        session.flush()
        _note(session, engine, actor, "retirar_ayuda", one)
    return one


def hand_over(session: Session, engine: ProcessEngine, task_id: int, *, actor: Actor) -> Help:
    """Say that what one was asked for is filled in; it may be said again after changing something.

    Raises `NotFound` (nobody asks it any more).
    """
    one = open_for(session, task_id, actor.id)
    if one is None:
        raise NotFound("Ya no le piden ayuda en esa tarea: quien la tiene retiró el pedido o la envió.")
    one.ready_at = engine.now()
    session.flush()
    _note(session, engine, actor, "entregar_ayuda", one)
    return one


def open_for(session: Session, task_id: int, username: str) -> Help | None:
    """What a person is asked for in a task, if it still is."""
    query = sa.select(Help).where(Help.task_id == task_id, Help.helper == username, Help.ended_at.is_(None))
    return session.scalars(query.order_by(Help.id)).first()


def of_task(session: Session, task_id: int) -> list[Help]:
    """Who is asked for help in a task, the first first; not who has it by now."""
    query = sa.select(Help).join(UserTask, UserTask.id == Help.task_id).where(Help.task_id == task_id)
    return list(session.scalars(query.where(Help.ended_at.is_(None), _OF_ANOTHER).order_by(Help.id)))


def wanted_by_task(session: Session) -> Mapping[int, Sequence[Help]]:
    """Who still has to hand over help with an open task by a day, by the task; one statement."""
    found: dict[int, list[Help]] = {}
    query = sa.select(Help).join(UserTask, UserTask.id == Help.task_id).where(UserTask.state == UserTaskState.OPEN)
    query = query.where(Help.ended_at.is_(None), Help.ready_at.is_(None), Help.wanted_on.is_not(None), _OF_ANOTHER)
    for one in session.scalars(query.order_by(Help.id)):
        found.setdefault(one.task_id, []).append(one)
    return found


def not_brought(session: Session, task_id: int) -> list[Help]:
    """What helpers handed over and the owner has not looked at: sending would lose it."""
    return [
        one
        for one in of_task(session, task_id)
        if one.ready_at is not None and (one.brought_at is None or one.brought_at < one.ready_at)
    ]


def why_not_yet(session: Session, task_id: int) -> str:
    """Why a task cannot be sent: somebody handed over what its owner has not brought; empty where nobody did."""
    waiting = not_brought(session, task_id)
    if not waiting:
        return ""
    names = directory.display_names(session, {one.helper for one in waiting})
    who = enumeration(sorted(called(names[one.helper]) for one in waiting))
    did, it = ("entregó", "lo") if len(waiting) == 1 else ("entregaron", "eso")
    return f"{who} {did} lo que usted pidió y no {it} ha traído: tráigalo, o retire el pedido, y envíe."


def to_fill(session: Session, actor: Actor) -> list[ToFill]:
    """What somebody is asked to fill in of open tasks of others, the nearest day first."""
    query = (
        sa.select(Help, UserTask, Instance.name)
        .join(UserTask, UserTask.id == Help.task_id)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Help.helper == actor.id, Help.ended_at.is_(None), Help.ready_at.is_(None))
        .where(UserTask.state == UserTaskState.OPEN, _OF_ANOTHER)
        .order_by(Help.wanted_on.is_(None), Help.wanted_on, Help.id)
    )
    return [ToFill(*row) for row in session.execute(query)]


def ensure_may_fill(session: Session, engine: ProcessEngine, task: UserTask, actor: Actor) -> Help | None:
    """Raise unless somebody may fill in a task: who may do it, or was asked for help, which is then answered."""
    try:
        assignment.ensure_may_work_on(session, engine, task, actor)
    except FourEyes:
        raise
    except (NotAllowed, TaskHeldByAnother):
        asked = open_for(session, task.id, actor.id) if task.state == UserTaskState.OPEN else None
        if asked is None:
            raise
        return asked
    return None


def for_helper(layout: Layout, asked: Help) -> Layout:
    """A form with the rows that a helper was asked for, and nothing else to fill in; whole, if all was asked."""
    if not asked.rows:
        return layout
    prefill, wanted = layout.prefill, frozenset(map(str, asked.rows))
    tables = [one for one in layout.schema.fields() if one.is_list and one.fixed]
    for table in tables:
        prefill = _only(prefill, table.key, wanted)
    others = {one.key for one in layout.schema.fields() if one not in tables}
    return replace(layout, prefill=replace(prefill, locked=frozenset(prefill.locked) | others))


def merged(
    schema: FormSchema, mine: Mapping[str, Any], theirs: Mapping[str, Any], rows: Collection[str]
) -> dict[str, Any]:
    """A draft with what a helper typed into the rows asked for, or anywhere; where that is nothing, one's own stays."""
    found, wanted = dict(mine), frozenset(map(str, rows))
    for one in schema.fields():
        typed = theirs.get(one.key)
        if one.is_list and one.fixed:
            kept, brought = (by_identity([], rows_of(draft)) for draft in (mine.get(one.key), typed))
            told = {row: cells for row, cells in brought.items() if not wanted or row in wanted}
            found[one.key] = list(
                (kept | {row: _over(kept.get(row, {}), cells) for row, cells in told.items()}).values()
            )
        elif not wanted and not is_blank(typed):
            found[one.key] = typed
    return found


def as_typed(schema: FormSchema, known: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the fields of a form before anybody types, as it would be typed; tables come with their rows."""
    return {
        one.key: format_number(value) if isinstance(value := known[one.key], Decimal) else as_json(value)
        for one in schema.fields()
        if one.key in known and not one.is_list
    }


def _over(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: value for key, value in theirs.items() if not is_blank(value)}
    return {**mine, **{key: _both(mine.get(key), value) for key, value in told.items()}}


def _both(mine: Any, theirs: Any) -> Any:
    """Files stand beside those that were there; of anything else, what the helper typed."""
    if not isinstance(theirs, list):
        return theirs
    before = drafts.as_list(mine)
    known = {str(one) for one in before}
    return [*before, *(one for one in theirs if str(one) not in known)]


def _only(prefill: Prefill, table: str, wanted: Collection[str]) -> Prefill:
    """A table with the wanted rows alone; what is said by place follows them."""
    rows = rows_of(prefill.values.get(table))
    kept = [place for place, row in enumerate(rows) if identity(row, place) in wanted]
    moved = {f"{table}.{before}": f"{table}.{now}" for now, before in enumerate(kept)}

    def at(path: str) -> str | None:
        head = ".".join(path.split(".")[:2])
        if not path.startswith(f"{table}."):
            return path
        return moved[head] + path[len(head) :] if head in moved else None

    def follow(told: Mapping[str, Any]) -> dict[str, Any]:
        return {new: value for path, value in told.items() if (new := at(path)) is not None}

    titles = prefill.row_titles.get(table, ())
    return replace(
        prefill,
        values={**prefill.values, table: [rows[place] for place in kept]},
        locked=frozenset(new for path in prefill.locked if (new := at(path)) is not None),
        row_titles={**prefill.row_titles, table: [titles[place] for place in kept if place < len(titles)]},
        notes=follow(prefill.notes),
        hints=follow(prefill.hints),
        courses=follow(prefill.courses),
    )


def _own(session: Session, engine: ProcessEngine, task_id: int, actor: Actor) -> UserTask:
    task = session.get(UserTask, task_id)
    if task is None or task.assignee != actor.id:
        raise NotAllowed(NOT_THE_OWNER, task_id=task_id)
    assignment.ensure_may_work_on(session, engine, task, actor)
    return task


def _found(session: Session, help_id: int) -> Help:
    one = session.get(Help, help_id)
    if one is None:
        raise NotFound("Ese pedido ya no está.")
    return one


def _note(session: Session, engine: ProcessEngine, actor: Actor, action: str, one: Help) -> None:
    auditing.record(
        session, engine.clock, actor, action, ("tarea", str(one.task_id)), reason=one.note,
        after={"a": one.helper, "filas": list(one.rows), "hasta": one.wanted_on.isoformat() if one.wanted_on else None},
    )  # fmt: skip
