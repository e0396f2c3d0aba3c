"""Lets a case stand still, and go on later: nothing fires, nothing is sent, and the time that passed is given back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from engine.errors import Conflict
from engine.instances import keeping
from engine.instances.execution import advance, receive
from engine.instances.holding import expected
from engine.instances.turn import Turn
from engine.instances.waiting import waiting_of
from engine.states import HistoryKind, UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from engine.timers import Timer


def suspend(turn: Turn, reason: str) -> None:
    """Let a case stand still. Raises `Conflict` if it does already."""
    if turn.instance.suspended_at is not None:
        raise Conflict("Ese proceso ya está suspendido.")
    turn.instance.suspended_at, turn.instance.suspended_by = turn.now, turn.actor.id
    turn.instance.suspended_why = reason
    turn.record(HistoryKind.SUSPENDED, motivo=reason)


def resume(turn: Turn, reason: str, *, keep_dates: bool) -> None:
    """Let it go on: its dates come later by the working days that it stood still, and messages that came are taken.

    With `keep_dates` they stay as they were; what is due by then happens at once. Raises `Conflict` if it is not
    suspended.
    """
    since = turn.instance.suspended_at
    if since is None:
        raise Conflict("Ese proceso no está suspendido.")
    turn.instance.suspended_at = turn.instance.suspended_by = turn.instance.suspended_why = None
    turn.record(HistoryKind.RESUMED, motivo=reason, desde=since.isoformat(), corre=not keep_dates)
    if not keep_dates:
        _postpone(turn, since)
    _take_kept(turn)


def _postpone(turn: Turn, since: dt.datetime) -> None:
    scope = turn.instance.scope

    def later(moment: dt.datetime, begun: dt.datetime | None) -> dt.datetime:
        lost_since = max(since, begun) if begun else since
        return turn.engine.calendar.postponed(moment, since=lost_since, until=turn.now, scope=scope)

    tasks = sa.select(UserTask).where(UserTask.instance_id == turn.instance.id, UserTask.state == UserTaskState.OPEN)
    for task in turn.session.scalars(tasks.where(UserTask.due_at.is_not(None))):
        before, after = task.due_at, later(task.due_at or turn.now, task.created_at)
        if after == before or before is None:
            continue
        task.due_at, task.due_since = after, None  # reckoned from the day it began, it would jump back
        turn.session.execute(sa.update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(due_at=after))
        node = turn.case.node(task.node_id)
        moments: dict[str, Any] = {"antes": before.isoformat(), "ahora": after.isoformat()}
        turn.record(HistoryKind.DEADLINE_POSTPONED, node, task_id=task.id, **moments)
    for timer in turn.session.scalars(sa.select(Timer).where(Timer.instance_id == turn.instance.id)):
        timer.due_at, timer.since = later(timer.due_at, timer.since), None


def _take_kept(turn: Turn) -> None:
    """Hand the case the messages that came meanwhile, the oldest first."""
    while True:
        wanted = [one for node in waiting_of(turn.case).held.values() for one in expected(turn, node)]
        message = keeping.take(turn.session, turn.instance.id, wanted, turn.now) if wanted else None
        if message is None:
            return
        receive(turn, message)
        advance(turn)
