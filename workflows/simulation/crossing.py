"""Whether anything of a sector reached another: what a simulation of several holds after every tick."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from workflows.errors import WorkflowsError
from workflows.people.groups import Group
from workflows.people.models import PersonRole
from workflows.plan.models import Plan


class Crossed(WorkflowsError):
    """Something of a sector that is in the hands of another."""

    sentence = "Algo de un sector llegó a otro."


def ensure_apart(session: Session) -> None:
    """Raise `Crossed` where a case is not of its plan's sector, or an open task is offered or given outside its own."""
    found = [*_cases(session), *_offered(session), *_given(session)]
    if found:
        raise Crossed("; ".join(found))


def _cases(session: Session) -> list[str]:
    query = sa.select(Instance.business_key, Instance.tenant).join(Plan, Plan.code == Instance.scope)
    rows = session.execute(query.where(Instance.tenant != Plan.sector_code))
    return [f"el caso {key} es de «{tenant}»" for key, tenant in rows]


def _offered(session: Session) -> list[str]:
    query = (
        sa.select(UserTask.id, TaskCandidate.group_id, Instance.tenant)
        .join(TaskCandidate, TaskCandidate.task_id == UserTask.id)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN)
    )
    rows = session.execute(query)
    return [f"la tarea {id_} de {own} se ofrece a {who}" for id_, who, own in rows if Group.parse(who).sector != own]


def _given(session: Session) -> list[str]:
    held = sa.exists().where(PersonRole.username == UserTask.assignee, PersonRole.sector_code == Instance.tenant)
    query = (
        sa.select(UserTask.id, UserTask.assignee, Instance.tenant)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN, UserTask.assignee.is_not(None), ~held)
    )
    return [f"la tarea {id_} de {own} es de {who}" for id_, who, own in session.execute(query)]
