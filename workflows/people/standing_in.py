"""The tasks of who is away go to who stands in, and back; of who handed their work over, to who received it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.history import HistoryEntry
from engine.identity import SYSTEM
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, UserTaskState
from engine.tasks import commands
from engine.tasks.assignment import barred
from engine.tasks.models import UserTask
from workflows.calendar import bogota_day
from workflows.people import directory
from workflows.people.absences import Away, away
from workflows.people.models import Handover, StoodIn
from workflows.spanish import long_day


@dataclass(frozen=True, slots=True)
class Move:
    """A task of `owner`, in the hands of `held_by`, that is to go to `to`; back, where that is the owner."""

    task_id: int
    owner: str
    held_by: str
    to: str


def due(session: Session, on: dt.date) -> list[Move]:
    """What is to be moved on a day: to who stands in, on to another, back to who is here again. Six statements.

    Cases that began before somebody handed their work over still name them: what comes of those is their heir's.
    Whoever did what a task checks cannot stand in for it: it stays where it is.
    """
    gone, taken, handovers = away(session, on), _taken(session), _handovers(session)
    named = {*gone, *(one.giver for one in handovers)}
    if not named and not taken:
        return []
    in_hands = sa.or_(UserTask.id.in_(taken), UserTask.assignee.in_(named))
    query = sa.select(UserTask, Instance).join(Instance, Instance.id == UserTask.instance_id)
    found = session.execute(query.where(UserTask.state == UserTaskState.OPEN, in_hands).order_by(UserTask.id)).all()
    by_hand = _reassigned_by_hand(session, [task.id for task, _case in found]) if handovers else set()
    kept_out, moves = barred(session, [task for task, _case in found]), []
    for task, case in found:
        held_by = str(task.assignee)
        owner = taken.get(task.id, held_by)
        if task.id not in by_hand:
            owner = _heir(owner, task, case, handovers)
        to = gone[owner].stands_in if owner in gone else owner
        if to and to != held_by and to not in kept_out.get(task.id, ()):
            moves.append(Move(task.id, owner, held_by, to))
    return moves


def move(session: Session, engine: ProcessEngine, one: Move, on: dt.date) -> None:
    """Hand a task on, in the name of the system; nothing happens where it is in other hands by now."""
    task = session.get(UserTask, one.task_id, with_for_update=True, populate_existing=True)
    if task is None or task.state != UserTaskState.OPEN or task.assignee != one.held_by:
        return
    reason = _reason(session, one, task, away(session, on))
    commands.reassign(session, engine, one.task_id, actor=SYSTEM, to=one.to, reason=reason)
    before = sa.update(StoodIn).where(StoodIn.task_id == one.task_id, StoodIn.returned_at.is_(None))
    session.execute(before.values(returned_at=engine.now()))
    if one.to != one.owner:
        session.add(StoodIn(task_id=one.task_id, absent=one.owner, replacement=one.to, at=engine.now()))
    session.flush()


def _handovers(session: Session) -> Sequence[Handover]:
    return session.scalars(sa.select(Handover).order_by(Handover.id)).all()


def _heir(owner: str, task: UserTask, case: Instance, handovers: Sequence[Handover]) -> str:
    """Whose a task is that a case gives to `owner`: theirs who received the work since the case began, one after
    the other. What is late of a month goes on in a case of its own, which knows the people of that month.
    """
    month = str(task.variables.get("periodo") or "")
    for one in handovers:
        is_before = case.started_at <= one.at or (bool(month) and month <= f"{bogota_day(one.at):%Y-%m}")
        if one.giver == owner and is_before and case.tenant in one.sectors:
            owner = one.receiver
    return owner


def _reassigned_by_hand(session: Session, task_ids: Sequence[int]) -> set[int]:
    """The tasks that somebody gave to a person on purpose."""
    query = sa.select(HistoryEntry.task_id).where(
        HistoryEntry.task_id.in_(task_ids),
        HistoryEntry.kind == HistoryKind.TASK_REASSIGNED,
        HistoryEntry.actor_id != SYSTEM.id,
    )
    return {task_id for task_id in session.scalars(query) if task_id is not None}


def owners(session: Session, task_ids: Sequence[int]) -> Mapping[int, str]:
    """By task: the person in whose place somebody has it now."""
    query = sa.select(StoodIn.task_id, StoodIn.absent)
    query = query.join(UserTask, UserTask.id == StoodIn.task_id).where(
        StoodIn.task_id.in_(task_ids), StoodIn.returned_at.is_(None), UserTask.assignee == StoodIn.replacement
    )
    return {task_id: absent for task_id, absent in session.execute(query)}


def _taken(session: Session) -> Mapping[int, str]:
    """The open tasks that somebody has in another's place, and whose they are."""
    query = (
        sa.select(StoodIn.task_id, StoodIn.absent)
        .join(UserTask, UserTask.id == StoodIn.task_id)
        .where(StoodIn.returned_at.is_(None), UserTask.state == UserTaskState.OPEN)
        .where(UserTask.assignee == StoodIn.replacement)
    )
    return {task_id: absent for task_id, absent in session.execute(query)}


def _reason(session: Session, one: Move, task: UserTask, gone: Mapping[str, Away]) -> str:
    names = directory.display_names(session, {one.owner, one.to, one.held_by})
    if one.to == one.owner and task.id not in _taken(session):
        return f"{names[one.held_by]} entregó su trabajo a {names[one.to]}."
    if one.to == one.owner:
        return f"{names[one.owner]} ya está de vuelta."
    until = f" hasta el {long_day(gone[one.owner].until)}" if one.owner in gone else ""
    return f"{names[one.owner]} está ausente{until}; en su lugar queda {names[one.to]}."
