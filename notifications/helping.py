"""Mails about help with a task: who is asked hears of it at once, who asked once it is filled in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from notifications import urgent
from notifications.mail_templates import written
from notifications.states import MailKind
from workflows.forms.models import Help
from workflows.people import directory


def tell_asked(session: Session, engine: ProcessEngine, one: Help, base_url: str) -> None:
    """Write to who is asked; a second call writes none."""
    _write(session, engine, one, one.helper, "help_asked", f"apoyo/{one.id}", base_url)


def tell_ready(session: Session, engine: ProcessEngine, one: Help, base_url: str) -> None:
    """Write to who has the task now that it is filled in; a second call of the same moment writes none."""
    owner = session.get_one(UserTask, one.task_id).assignee or one.asked_by
    at = one.ready_at.isoformat() if one.ready_at else ""
    _write(session, engine, one, owner, "help_ready", f"apoyo/{one.id}/{at}", base_url)


def _write(session: Session, engine: ProcessEngine, one: Help, to: str, template: str, key: str, base_url: str) -> None:
    task = session.get_one(UserTask, one.task_id)
    case = session.get_one(Instance, task.instance_id)
    person, names = directory.person(session, to), directory.display_names(session, {one.asked_by, one.helper})
    values = {
        "help": one, "task": task, "case_name": case.name, "asked_by": names[one.asked_by],
        "helper": names[one.helper], "to": person, "base_url": base_url.rstrip("/"),
    }  # fmt: skip
    mail = written(session, engine.now(), template, values, sector=case.tenant)
    urgent.tell(
        session, person, now=engine.now(), kind=MailKind.HELP, dedup_key=key, mail=mail, sector=case.tenant,
        task_id=task.id,
    )  # fmt: skip
