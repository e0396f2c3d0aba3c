"""Who may read a stored file, and what was sent with a task."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from workflows.documents.models import StoredFile
from workflows.documents.states import Reserve
from workflows.errors import Forbidden
from workflows.forms.models import StartFile, SubmissionFile
from workflows.people.groups import Group
from workflows.people.permissions import COORDINATOR

CONTROL = "control_interno"

DRAFT = "Ese archivo es de un borrador: lo ve quien tiene la tarea o es de su grupo, hasta que la envíen."
RESERVED = (
    "Ese archivo es de información clasificada o reservada: lo ven quienes trabajan en eso o lo revisan, la "
    "coordinación y control interno."
)

_ENTITY = sa.func.coalesce(
    sa.func.nullif(UserTask.context["entidad"].as_string(), ""), UserTask.variables["entidad"].as_string(), ""
)
"""Whose a task is; empty: of the whole sector."""


def ensure_may_read(session: Session, me: Actor, stored: StoredFile, sectors: Collection[str]) -> None:
    """Raise `Forbidden` unless somebody of one of these sectors may read the file.

    What was not sent yet is of whoever has or may take the task. Then, what is public is for all staff of the sector;
    the rest for the coordination, for who works on it or reviews it, and for internal control of its entity.
    """
    if stored.stored_by == me.id:
        return
    task = session.get(UserTask, stored.task_id) if stored.task_id else None
    if task is not None and _is_draft(session, stored, task):
        if not _has(session, task, me):
            raise Forbidden(DRAFT)
        return
    if stored.reserve == Reserve.PUBLIC or any(str(Group(COORDINATOR, sector)) in me.groups for sector in sectors):
        return
    if task is None:
        may = _works_where_it_began(session, stored, me) or _controls(me, sectors)
    else:
        may = works_on(session, task, me) or controls(session, task, me, sectors)
    if not may:
        raise Forbidden(RESERVED)


def works_on(session: Session, task: UserTask, me: Actor) -> bool:
    """Whether somebody did, has or may take a task of the same case that is of the same entity.

    One of no entity counts for who has a role in the whole sector: they review. Who has theirs in another entity, and
    came to a meeting of the case, does not work on it.
    """
    entity = _entity(session, task)
    query = sa.select(UserTask.id).where(UserTask.instance_id == task.instance_id, _mine(me))
    if entity:
        query = query.where(_ENTITY.in_([entity, ""] if _is_of_whole_sector(session, task, me) else [entity]))
    return session.scalar(query.limit(1)) is not None


def _is_of_whole_sector(session: Session, task: UserTask, me: Actor) -> bool:
    sector = session.scalar(sa.select(Instance.tenant).where(Instance.id == task.instance_id))
    return any(group.sector == sector and not group.entity for group in map(Group.parse, me.groups))


def _works_where_it_began(session: Session, stored: StoredFile, me: Actor) -> bool:
    """Whether somebody works in the case that began with a file."""
    cases = sa.select(StartFile.instance_id).where(StartFile.file_id == stored.id)
    query = sa.select(UserTask.id).where(UserTask.instance_id.in_(cases), _mine(me)).limit(1)
    return session.scalar(query) is not None


def _is_draft(session: Session, stored: StoredFile, task: UserTask) -> bool:
    """Whether it was not sent with its task, nor with a correction of what was."""
    sent = sa.select(SubmissionFile.file_id).where(SubmissionFile.file_id == stored.id).limit(1)
    came_later = task.completed_at is not None and stored.stored_at > task.completed_at
    return (task.state == UserTaskState.OPEN or came_later) and session.scalar(sent) is None


def _has(session: Session, task: UserTask, me: Actor) -> bool:
    """Whether somebody has a task, or is of a group that may take or support it."""
    return session.scalar(sa.select(UserTask.id).where(UserTask.id == task.id, _mine(me))) is not None


def _mine(me: Actor) -> sa.ColumnElement[bool]:
    offered = sa.exists().where(TaskCandidate.task_id == UserTask.id, TaskCandidate.group_id.in_(sorted(me.groups)))
    return sa.or_(UserTask.completed_by == me.id, UserTask.assignee == me.id, offered)


def controls(session: Session, task: UserTask, me: Actor, sectors: Collection[str]) -> bool:
    """Whether somebody is of internal control of the entity of a task; of any, where the whole sector is concerned."""
    return _controls(me, sectors, _entity(session, task))


def _controls(me: Actor, sectors: Collection[str], entity: str = "") -> bool:
    held = [group for group in map(Group.parse, me.groups) if group.role == CONTROL and group.sector in sectors]
    return any(not entity or group.entity == entity for group in held)


def _entity(session: Session, task: UserTask) -> str:
    return session.scalar(sa.select(_ENTITY).where(UserTask.id == task.id)) or ""
