"""A walk done again in another copy, act by act; what has been drawn since is done by whoever has it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.definitions.diagram import DiagramModel
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from notifications import digest
from web.bootstrap import Application
from web.rehearsals.order import ANSWER, PASS, Act, Order
from workflows.calendar import BOGOTA, bogota_day
from workflows.forms.fields import Field
from workflows.forms.schema import FormSchema
from workflows.simulation.playing import MORNING, Play

ROUNDS = 20
"""So often what is new is done before a step that does not come is given up."""


def typed(schema: FormSchema, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody typed into a form, without its files and the numbers of its rows: those are of one copy alone."""
    return _typed(schema.fields(), raw)


def _typed(fields: Iterable[Field], raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        field.key: [_typed(field.children, row) for row in raw[field.key]] if field.is_list else raw[field.key]
        for field in fields
        if field.key in raw and field.type not in ("filepicker", "text") and not field.readonly
    }


def known(model: DiagramModel) -> list[str]:
    """The tasks that a drawing has: whatever else comes when a walk is done again was drawn since."""
    return [task.id for task in model.of_kind("userTask")]


def act_of(task: UserTask, what: str, values: Mapping[str, Any] | None = None) -> Act:
    """What was done with a task."""
    return Act(what, task.process_key, task.element_id, str(task.variables.get("entidad") or ""), values or {})


def pass_time(application: Application, clock: VirtualClock, play: Play, act: Act) -> None:
    """Let working days pass, or hours of one, with what the worker does and the mails of each morning."""
    for _each in range(act.days):
        pass_day(application, clock, play)
    if act.hours:
        clock.move_to(clock.now() + dt.timedelta(hours=act.hours))
        play.tick()


def pass_day(application: Application, clock: VirtualClock, play: Play) -> None:
    """To the morning of the next working day."""
    day = application.calendar.add_working_days(bogota_day(clock.now()), 1)
    clock.move_to(dt.datetime.combine(day, MORNING, BOGOTA))
    play.tick()
    write_digests(application)


def write_digests(application: Application) -> None:
    """The mails of a morning."""
    with application.database.unit_of_work() as session:
        digest.build_due(session, application.engine, application.calendar, base_url=application.config.base_url)


def follow(
    application: Application,
    clock: VirtualClock,
    play: Play,
    order: Order,
    scripted: dict[tuple[str, str, str], Mapping[str, Any]],
    process_key: str,
) -> None:
    """Do a walk again; `scripted` is where the people of the play look for what they type, by process, task, entity.

    A task that no longer comes is left out, and what comes of that is told by where the process goes.
    """
    for act in order.acts:
        if act.what == PASS:
            pass_time(application, clock, play, act)
            continue
        task_id = _awaited(application, play, act, process_key, order.known)
        if task_id is None:
            continue
        if act.what == ANSWER:
            scripted[act.process_key, act.element, act.entity] = act.values
        play.work(task_id)
        scripted.clear()
    while _do_new(application, play, process_key, order.known):
        pass


def _awaited(application: Application, play: Play, act: Act, process_key: str, old: Sequence[str]) -> int | None:
    for _each in range(ROUNDS):
        found = next((task_id for task_id, one in _open(application) if _same(one, act)), None)
        if found is not None or not _do_new(application, play, process_key, old):
            return found
    return None


def _do_new(application: Application, play: Play, process_key: str, old: Sequence[str]) -> bool:
    """Let whoever has them do the tasks that were drawn since; whether anything was done."""
    waiting = _open(application)
    new = [task_id for task_id, one in waiting if one.process_key == process_key and one.element not in old]
    return any([play.work(task_id) for task_id in new])


def _same(one: Act, other: Act) -> bool:
    return (one.process_key, one.element, one.entity) == (other.process_key, other.element, other.entity)


def _open(application: Application) -> list[tuple[int, Act]]:
    """The tasks that wait, each as if it were answered now."""
    with application.database.reading() as session:
        waiting = sa.select(UserTask).where(UserTask.state == UserTaskState.OPEN).order_by(UserTask.id)
        return [(task.id, act_of(task, ANSWER)) for task in session.scalars(waiting)]
