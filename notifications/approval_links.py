"""Mails to somebody who approves without signing in: the link to what waits for them, and the code that spends it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications import outbox
from notifications.rendering import Mail, render
from notifications.states import MailKind
from workflows.people.models import Person


def send_link(
    session: Session, now: dt.datetime, person: Person, task: UserTask, case: Instance, *,
    key: str, link: str, until: dt.datetime,
) -> None:  # fmt: skip
    """Write the mail with the link; `key` makes a second one impossible."""
    values = {
        "name": person.name, "task": task, "case_name": case.name, "link": link, "until": until,
        "entity": str(task.variables.get("entidad") or ""),
    }  # fmt: skip
    _write(session, now, person, f"aval/{key}", render("approval_link", values), case.tenant)


def send_code(session: Session, now: dt.datetime, person: Person, *, key: str, code: str) -> None:
    """Write the mail with the code; it leaves at once."""
    _write(session, now, person, f"aval/{key}/codigo", render("approval_code", {"name": person.name, "code": code}), "")


def _write(session: Session, now: dt.datetime, person: Person, key: str, mail: Mail, sector: str) -> None:
    """For its recipient's eyes alone: no page shows its text, and none is kept once it left."""
    outbox.enqueue(
        session, now=now, kind=MailKind.ACCESS_LINK, dedup_key=key, recipient=person.username, address=person.email,
        mail=mail, sector=sector,
    )  # fmt: skip
