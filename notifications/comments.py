"""Mails about what people ask: who is mentioned reads it at once, who takes part with the next digest."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from notifications import urgent
from notifications.mail_templates import written
from notifications.recipients import recipients_of
from notifications.states import MailKind
from workflows.calendar import bogota_day
from workflows.people import comments, directory
from workflows.people.models import Comment, Person


def tell_said(session: Session, engine: ProcessEngine, one: Comment, base_url: str) -> None:
    """Write to who is mentioned, and leave a note for who has the task or took part; a second call writes none."""
    case = session.get_one(Instance, one.instance_id)
    task = session.get(UserTask, one.task_id) if one.task_id else None
    now = engine.now()
    others = comments.thread_of(session, one).people
    if task is not None and task.state == UserTaskState.OPEN:
        others |= recipients_of(session, task, bogota_day(now))
    author = directory.person(session, one.author)
    values = {
        "one": one, "author": author, "case": case, "task_name": task.name if task else "",
        "base_url": base_url.rstrip("/"),
    }  # fmt: skip
    for username in sorted(others | set(one.mentioned)):
        person = session.get(Person, username)
        if person is None or not person.active or username == one.author:
            continue
        is_asked = username in one.mentioned
        mail = written(session, now, "comment", {**values, "to": person, "is_asked": is_asked}, sector=case.tenant)
        key = f"pregunta/{one.id}/{username}"
        if is_asked:
            urgent.tell(
                session, person, now=now, kind=MailKind.COMMENT, dedup_key=key, mail=mail, sector=case.tenant,
                at_once=True, reply_to=author.email,
            )  # fmt: skip
        else:
            urgent.leave(session, person, now=now, kind=MailKind.COMMENT, dedup_key=key, mail=mail, sector=case.tenant)
