"""An endorsement given at a link by mail: who may, where their role allows it, and the act itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import assignment
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.errors import Forbidden
from workflows.forms.handlers import ByLink
from workflows.forms.models import Submission
from workflows.forms.submissions import Forms
from workflows.monitoring.on_paper import SAYS_YES, able
from workflows.people import directory
from workflows.people.groups import Group
from workflows.people.models import Person, Role


def waiting(session: Session, on: dt.date) -> Iterator[tuple[UserTask, Person]]:
    """Each open endorsement with each person who may give it at a link; one statement where no role may."""
    roles = _roles(session)
    if not roles:
        return
    query = sa.select(UserTask).where(UserTask.state == UserTaskState.OPEN, UserTask.element_id.in_(SAYS_YES))
    for task in session.scalars(query.order_by(UserTask.id)).all():
        for person in able(session, task, _groups(session, task, roles), on):
            yield task, person


def ensure_may(session: Session, task: UserTask, username: str, on: dt.date) -> None:
    """Raise `Forbidden` unless this person may still give this endorsement so; what says that it is not open."""
    assignment.ensure_open(task)
    people = able(session, task, _groups(session, task, _roles(session)), on)
    if username not in {one.username for one in people} or task.element_id not in SAYS_YES:
        raise Forbidden("Este aval ya no se da por enlace. Ingrese a Cauce, o pida ayuda al enlace de su entidad.")


def endorse(
    session: Session, engine: ProcessEngine, forms: Forms, task_id: int, username: str, given: ByLink
) -> Submission:
    """Endorse, with how it came in the frozen record and in the *bitácora*. Raises as `ensure_may` and sending does."""
    today = bogota_day(engine.now())
    task = session.get_one(UserTask, task_id)
    ensure_may(session, task, username, today)
    me = directory.actor(session, username, today)
    sent = forms.submit(session, engine, task_id, me, SAYS_YES[task.element_id], outside=given)
    auditing.record(
        session, engine.clock, me, "avalar_por_enlace", ("tarea", str(task_id)),
        after={"codigo": given.code_sent_at.isoformat()},
    )  # fmt: skip
    return sent


def _groups(session: Session, task: UserTask, roles: frozenset[str]) -> list[str]:
    return [group for group in assignment.groups_of(session, task.id) if Group.parse(group).role in roles]


def _roles(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(sa.select(Role.id).where(Role.approves_by_mail)))
