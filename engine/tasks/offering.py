"""User tasks come and go as a case moves: to whom each is offered, and by when it is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
from SpiffWorkflow.task import Task as Node

from engine import limits, timers
from engine.errors import InvalidVariables, UnknownRole
from engine.events import TaskCancelled, TaskCreated
from engine.instances.case import caller_of, element_id, loop_context, process_key
from engine.instances.turn import Turn
from engine.prepared import Prepared
from engine.states import HistoryKind, IncidentKind, UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from engine.variables import fill, plain

DEFAULT_PRIORITY = 50

_TASKS, _CANDIDATES = cast(sa.Table, UserTask.__table__), cast(sa.Table, TaskCandidate.__table__)
_INSERT_TASKS = Prepared(
    sa.insert(_TASKS).returning(_TASKS.c.id, _TASKS.c.node_id),
    *("instance_id", "node_id", "process_key", "element_id", "name", "form_key", "properties", "variables", "context"),
    *("state", "assignee", "priority", "created_at", "due_at", "due_since"),
)
_INSERT_CANDIDATES = Prepared(sa.insert(_CANDIDATES), "task_id", "group_id", "due_at")
_FORGET_CANDIDATES = Prepared(sa.delete(_CANDIDATES).where(_CANDIDATES.c.task_id == sa.bindparam("closed_id")))


def offer(turn: Turn, nodes: list[Node]) -> None:
    """Open the tasks of `nodes`. A role or deadline that can't be worked out opens an incident, not a hole."""
    offers = [(node, _task(turn, node), _groups(turn, node)) for node in nodes]
    inserted = turn.send(_INSERT_TASKS.of(*(task for _, task, _ in offers)))[0]
    ids = {node_id: task_id for task_id, node_id in inserted.rows}
    candidates = [
        {"task_id": ids[task["node_id"]], "group_id": group, "due_at": task["due_at"]}
        for _, task, groups in offers
        for group in groups
    ]
    if candidates:
        turn.write(_INSERT_CANDIDATES.of(*candidates))
    for node, task, _ in offers:
        task_id = ids[task["node_id"]]
        turn.record(HistoryKind.TASK_CREATED, node, task_id=task_id, **_shown(task))
        of_element = task["process_key"], task["element_id"]
        turn.events.append(TaskCreated(turn.now, turn.actor.id, turn.instance.id, task_id, *of_element))


def offer_again(turn: Turn, node: Node) -> None:
    """Work out the role and deadline of an open task once more (after an incident)."""
    task = turn.session.scalars(sa.select(UserTask).where(UserTask.node_id == node.id.hex)).one()
    groups = _groups(turn, node)
    task.due_at, task.assignee = _due_at(turn, node), task.assignee or _assignee(turn, node)
    task.due_since = turn.now if task.due_at else None
    forget_candidates(turn, [task.id])
    if groups:
        rows = [{"task_id": task.id, "group_id": group, "due_at": task.due_at} for group in groups]
        turn.write(_INSERT_CANDIDATES.of(*rows))


def renew(turn: Turn, node: Node, *, deadline: bool) -> None:
    """Let an open task be what its version says now; `deadline`: its date too, which else stays as it was."""
    task = turn.session.scalars(sa.select(UserTask).where(UserTask.node_id == node.id.hex)).one()
    fresh = _task(turn, node)
    names = ("element_id", "name", "form_key", "properties", "context")
    for name in (*names, "due_at", "due_since") if deadline else names:
        setattr(task, name, fresh[name])
    if fresh["assignee"]:
        task.assignee = fresh["assignee"]
    groups = _groups(turn, node)
    forget_candidates(turn, [task.id])
    if groups:
        rows = [{"task_id": task.id, "group_id": group, "due_at": task.due_at} for group in groups]
        turn.write(_INSERT_CANDIDATES.of(*rows))


def withdraw(turn: Turn, node_ids: list[str]) -> None:
    """Cancel the open tasks of nodes that are gone, in the order in which they were offered."""
    query = sa.select(UserTask).where(UserTask.node_id.in_(node_ids), UserTask.state == UserTaskState.OPEN)
    tasks = turn.session.scalars(query.order_by(UserTask.id)).all()
    for task in tasks:
        task.state, task.ended_at = UserTaskState.CANCELLED, turn.now
        turn.entries.append(
            {
                "instance_id": turn.instance.id,
                "at": turn.now,
                "actor_id": turn.actor.id,
                "kind": HistoryKind.TASK_CANCELLED,
                "process_key": task.process_key,
                "element_id": task.element_id,
                "element_name": task.name,
                "task_id": task.id,
                "data": {},
            }
        )
        turn.events.append(TaskCancelled(turn.now, turn.actor.id, turn.instance.id, task.id))
    if tasks:
        forget_candidates(turn, [task.id for task in tasks])


def forget_candidates(turn: Turn, task_ids: list[int]) -> None:
    """A closed task is offered to nobody."""
    turn.write(_FORGET_CANDIDATES.of(*({"closed_id": task_id} for task_id in task_ids)))


def _shown(task: Mapping[str, Any]) -> dict[str, Any]:
    return {"vence": task["due_at"].isoformat()} if task["due_at"] else {}


def _task(turn: Turn, node: Node) -> dict[str, Any]:
    """The row of a task; rows, not objects, because a case may open hundreds at once."""
    element, due_at = turn.element(node), _due_at(turn, node)
    return dict(
        instance_id=turn.instance.id,
        node_id=node.id.hex,
        process_key=process_key(node),
        element_id=element_id(node),
        name=limits.told(fill(element.name, node.data) or element.name or element.id, limits.NAME),
        form_key=element.form_key or None,
        properties=dict(element.properties),
        variables=plain(node.data),
        context=loop_context(node),
        state=UserTaskState.OPEN,
        assignee=_assignee(turn, node),
        priority=DEFAULT_PRIORITY,
        created_at=turn.now,
        due_at=due_at,
        due_since=turn.now if due_at else None,
    )


def _assignee(turn: Turn, node: Node) -> str | None:
    try:
        person = fill(turn.element(node).assignee, node.data) or None
        if person and not limits.fits(person, limits.PERSON):
            raise InvalidVariables(f"La persona «{limits.told(person, 60)}» no existe: ningún usuario se llama así.")
        return person
    except Exception as failure:
        turn.fail(node, IncidentKind.ASSIGNMENT, failure)
        return None


def _due_at(turn: Turn, node: Node) -> dt.datetime | None:
    element = turn.element(node)
    if not element.deadline:
        return None
    try:
        return timers.due_at(
            turn.engine, element, since=turn.now, variables=plain(node.data), scope=turn.instance.scope
        )
    except Exception as failure:
        turn.fail(node, IncidentKind.DEADLINE, failure)
        return None


def _groups(turn: Turn, node: Node) -> list[str]:
    roles, data = _roles(turn, node)
    try:
        return list(dict.fromkeys(_group(turn, role, data) for role in roles))
    except UnknownRole as failure:
        if _assignee(turn, node):  # a person named wins over the group, which need not be known here
            return []
        turn.fail(node, IncidentKind.ASSIGNMENT, failure)
        return []
    except Exception as failure:
        turn.fail(node, IncidentKind.ASSIGNMENT, failure)
        return []


def _group(turn: Turn, role: str, data: Mapping[str, Any]) -> str:
    filled = fill(role, data)
    if not filled:
        raise UnknownRole(f"El rol «{role}» no tiene valor en este punto del proceso.")
    group = turn.engine.groups.resolve(turn.session, filled, plain(data), turn.instance.tenant)
    if not limits.fits(group, limits.GROUP):
        raise UnknownRole(f"El grupo «{limits.told(group, 60)}» no existe: ninguno se llama así.")
    return group


def _roles(turn: Turn, node: Node) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    """The roles of a task and the variables they are read with; a called process without lanes takes its caller's."""
    asked: Node | None = node
    while asked is not None:
        if element_id(asked) and (roles := turn.element(asked).roles):
            return roles, asked.data
        asked = caller_of(asked)
    return (), node.data
