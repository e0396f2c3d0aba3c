"""Open deadlines and timers follow the calendar when its days change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from SpiffWorkflow.task import Task as Node
from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.instances import locking, turning
from engine.instances.case import process_key
from engine.instances.models import Instance
from engine.instances.turn import Turn
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, InstanceState, UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from engine.timers import Timer
from engine.variables import plain


def cases_that_wait(session: Session) -> list[int]:
    """The running cases with a deadline or a timer that the calendar reckoned."""
    tasks = sa.select(UserTask.instance_id).where(UserTask.state == UserTaskState.OPEN, UserTask.due_since.is_not(None))
    timers = sa.select(Timer.instance_id).where(Timer.since.is_not(None))
    running = sa.select(Instance.id).where(Instance.state == InstanceState.ACTIVE, Instance.suspended_at.is_(None))
    return list(session.scalars(running.where(Instance.id.in_(tasks.union(timers))).order_by(Instance.id)))


def reckon_again(
    session: Session, engine: ProcessEngine, instance_id: int, *, actor: Actor = SYSTEM, reason: str = ""
) -> int:
    """Give each deadline and timer of a case the moment that the calendar says now; how many moved.

    Deadlines that people agreed on have no `due_since` and stay. A second call moves nothing. `reason`: why somebody
    changed what the calendar says, for the history.
    """
    instance = locking.lock(session, instance_id)
    if instance is None or instance.state != InstanceState.ACTIVE or instance.suspended_at is not None:
        return 0
    why: dict[str, Any] = {"motivo": reason} if reason else {}
    with turning.turn(session, engine, instance, actor) as turn:
        moved = [_move_task(turn, task, why) for task in _tasks(turn)]
        moved += [_move_timer(turn, timer, why) for timer in _timers(turn)]
    return sum(moved)


def _tasks(turn: Turn) -> list[UserTask]:
    query = sa.select(UserTask).where(UserTask.instance_id == turn.instance.id, UserTask.state == UserTaskState.OPEN)
    return list(turn.session.scalars(query.where(UserTask.due_since.is_not(None)).order_by(UserTask.id)))


def _timers(turn: Turn) -> list[Timer]:
    query = sa.select(Timer).where(Timer.instance_id == turn.instance.id, Timer.since.is_not(None))
    return list(turn.session.scalars(query.order_by(Timer.id)))


def _move_task(turn: Turn, task: UserTask, why: Mapping[str, Any]) -> bool:
    node = turn.case.node(task.node_id)
    before, after = task.due_at, _reckoned(turn, node, task.element_id, task.due_since)
    if before is None or after == before:
        return False
    task.due_at = after
    turn.session.execute(sa.update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(due_at=after))
    days: dict[str, Any] = {"antes": before.isoformat(), "ahora": after.isoformat(), **why}
    turn.record(HistoryKind.DEADLINE_MOVED, node, task_id=task.id, **days)
    return True


def _move_timer(turn: Turn, timer: Timer, why: Mapping[str, Any]) -> bool:
    node = turn.case.node(timer.node_id)
    before, after = timer.due_at, _reckoned(turn, node, timer.element_id, timer.since)
    if after == before:
        return False
    timer.due_at = after
    element = turn.bundle.element(process_key(node), timer.element_id)
    turn.record(
        HistoryKind.DEADLINE_MOVED,
        node,
        evento=element.name or element.id,
        antes=before.isoformat(),
        ahora=after.isoformat(),
        **why,
    )
    return True


def _reckoned(turn: Turn, node: Node, element_id: str, since: dt.datetime | None) -> dt.datetime:
    element = turn.bundle.element(process_key(node), element_id)
    return turn.engine.calendar.deadline(
        element.deadline, since=since or turn.now, variables=plain(node.data), scope=turn.instance.scope
    )
