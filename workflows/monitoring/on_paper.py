"""An endorsement that came signed on paper: the liaison registers it with the memorandum, where the role allows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import UnknownTask
from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks import assignment
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.documents import files
from workflows.documents.files import Upload
from workflows.errors import Forbidden, Refused
from workflows.forms.handlers import OnPaper
from workflows.forms.models import Submission
from workflows.forms.submissions import Forms
from workflows.people import directory
from workflows.people.groups import Group
from workflows.people.models import Person, Role

SAYS_YES = {"avalar_reporte": {"decision": "avalo"}, "avalar_extemporaneo": {"avalo": "on"}}
"""By element, what its form says where the head endorses; a return is not taken on paper."""
LIAISON = "enlace_planeacion"


def may_register(session: Session, tasks: Iterable[UserTask], actor: Actor) -> frozenset[int]:
    """Of open tasks, those whose endorsement on paper this person may register. One statement, none without any."""
    mine = [task for task in tasks if task.element_id in SAYS_YES and _looks_after(session, task, actor)]
    if not mine or not _roles(session):
        return frozenset()
    return frozenset(task.id for task in mine if _groups(session, task))


def signers(session: Session, engine: ProcessEngine, task_id: int, actor: Actor) -> Sequence[Person]:
    """Who may have signed: the holders of its role who did not do what it checks.

    Raises `UnknownTask`, `Forbidden` (not the liaison nor the coordination; the role approves in Cauce alone), and what
    says that the task is not open.
    """
    task = session.get(UserTask, task_id)
    if task is None:
        raise UnknownTask(task_id=task_id)
    assignment.ensure_open(task)
    if task.id not in may_register(session, [task], actor):
        raise Forbidden("Ese aval se da en Cauce, por quien lo tiene. En papel, solo si el rol lo permite.")
    return able(session, task, _groups(session, task), bogota_day(engine.now()))


def able(session: Session, task: UserTask, groups: Iterable[str], on: dt.date) -> list[Person]:
    """The members of these groups who are there on a day and may endorse: who did what it checks may not."""
    barred = assignment.barred(session, [task]).get(task.id, frozenset())
    found = {one.username: one for group in groups for one in directory.members(session, group, on)}
    return [one for name, one in found.items() if name not in barred and task.assignee in (None, name)]


def register(
    session: Session,
    engine: ProcessEngine,
    forms: Forms,
    task_id: int,
    *,
    signer: str,
    signed_on: dt.date | None,
    memorandum: Upload | None,
    actor: Actor,
) -> Submission:
    """Endorse in the name of who signed, with the memorandum in the frozen record.

    Raises as `signers`, and `Refused` (nobody who may sign, no day, a day to come, no memorandum).
    """
    today = bogota_day(engine.now())
    if signer not in {one.username for one in signers(session, engine, task_id, actor)}:
        raise Refused("Elija quién firmó el memorando.")
    if signed_on is None or signed_on > today:
        raise Refused("Escriba qué día se firmó, así: 22/11/2026. No puede ser un día que no ha llegado.")
    if memorandum is None:
        raise Refused("Adjunte el memorando firmado: sin él no hay aval.")
    stored = files.keep_upload(session, engine.clock, actor.id, memorandum, task_id=task_id)
    task = session.get_one(UserTask, task_id)
    sent = forms.submit(
        session, engine, task_id, directory.actor(session, signer, today), SAYS_YES[task.element_id],
        outside=OnPaper(actor.id, signed_on, stored.id),
    )  # fmt: skip
    auditing.record(
        session, engine.clock, actor, "registrar_aval_recibido", ("tarea", str(task_id)),
        after={"firmó": signer, "fecha": signed_on.isoformat(), "sha256": stored.sha256},
    )  # fmt: skip
    return sent


def _looks_after(session: Session, task: UserTask, actor: Actor) -> bool:
    sector = session.get_one(Instance, task.instance_id).tenant
    entity = str(task.variables.get("entidad") or "")
    return actor.may_supervise(sector) or str(Group(LIAISON, sector, entity)) in actor.groups


def _groups(session: Session, task: UserTask) -> list[str]:
    roles = _roles(session)
    return [group for group in assignment.groups_of(session, task.id) if Group.parse(group).role in roles]


def _roles(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(sa.select(Role.id).where(Role.approves_on_paper)))
