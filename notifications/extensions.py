"""Mails about more time: who decides hears of the wish at once, who asked of the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from notifications import urgent
from notifications.mail_templates import written
from notifications.recipients import active_people, recipients_of
from notifications.states import MailKind
from workflows.calendar import bogota_day
from workflows.people import directory, extensions
from workflows.people.models import Extension, Person


def tell_asked(session: Session, engine: ProcessEngine, one: Extension, base_url: str) -> None:
    """Write to who may answer; a second call writes none."""
    people = extensions.deciders(session, one, bogota_day(engine.now()))
    _write(session, engine, one, people, "extension_asked", f"prorroga/{one.id}", base_url)


def tell_answered(session: Session, engine: ProcessEngine, one: Extension, base_url: str) -> None:
    """Write to who asked; a second call writes none."""
    people = [directory.person(session, one.asked_by)]
    _write(session, engine, one, people, "extension_answered", f"prorroga/{one.id}/respuesta", base_url)


def tell_given(session: Session, engine: ProcessEngine, one: Extension, base_url: str) -> None:
    """Write to who may do the task that it has another day; a second call writes none."""
    task, active = session.get_one(UserTask, one.task_id), active_people(session)
    able = recipients_of(session, task, bogota_day(engine.now()))
    people = [active[username] for username in sorted(able & active.keys())]
    _write(session, engine, one, people, "extension_given", f"prorroga/{one.id}/dada", base_url)


def _write(
    session: Session,
    engine: ProcessEngine,
    one: Extension,
    people: Iterable[Person],
    template: str,
    key: str,
    base_url: str,
) -> None:
    task = session.get_one(UserTask, one.task_id)
    case = session.get_one(Instance, task.instance_id)
    names = directory.display_names(session, {one.asked_by, one.decided_by or one.asked_by})
    values: dict[str, Any] = {
        "extension": one,
        "task": task,
        "entity": str(task.variables.get("entidad") or ""),
        "case_name": case.name,
        "asked_by": names[one.asked_by],
        "decided_by": names[one.decided_by or one.asked_by],
        "base_url": base_url.rstrip("/"),
    }
    for person in people:
        urgent.tell(
            session,
            person,
            now=engine.now(),
            kind=MailKind.EXTENSION,
            dedup_key=f"{key}/{person.username}",
            mail=written(session, engine.now(), template, {**values, "to": person}, sector=case.tenant),
            sector=case.tenant,
        )
