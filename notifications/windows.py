"""Mails about a window that was moved: everybody of the month hears of the new day and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from notifications import ladders, urgent
from notifications.ladders import Target
from notifications.mail_templates import written
from notifications.states import MailKind
from workflows.calendar import WorkingCalendar, bogota_day
from workflows.monitoring.windows import Effect
from workflows.people.models import Person
from workflows.plan.models import Plan


@dataclass(frozen=True, slots=True)
class Reminded:
    """The days on which whoever has such a task is reminded of it, if it is not done before."""

    name: str
    due_on: dt.date
    days: Sequence[dt.date]


def tell(
    session: Session, engine: ProcessEngine, effect: Effect, plan_code: str, *, reason: str, base_url: str
) -> None:
    """Write to everybody of the month; a second call writes to nobody."""
    sector = session.get_one(Plan, plan_code).sector_code
    people = session.scalars(sa.select(Person).where(Person.username.in_(effect.told)).order_by(Person.username))
    values = {"effect": effect, "reason": reason.strip(), "base_url": base_url.rstrip("/")}
    for person in people:
        urgent.tell(
            session, person, now=engine.now(), kind=MailKind.EXTENSION,
            dedup_key=f"ventana/{effect.move_id}/{person.username}",
            mail=written(session, engine.now(), "window_moved", {**values, "to": person}, sector=sector), sector=sector,
        )  # fmt: skip


def reminders(session: Session, engine: ProcessEngine, effect: Effect, plan_code: str) -> Sequence[Reminded]:
    """When the open tasks would be reminded of, those that are due on one day together; two statements."""
    calendar, today = engine.calendar, bogota_day(engine.now())
    assert isinstance(calendar, WorkingCalendar)  # noqa: S101
    policies = ladders.of_all(session)
    ids = [one.task_id for one in effect.tasks]
    tasks = {one.id: one for one in session.scalars(sa.select(UserTask).where(UserTask.id.in_(ids)))}
    found: dict[tuple[dt.date, str], list[dt.date]] = {}
    for one in effect.tasks:
        task = tasks[one.task_id]
        if one.after is None or one.after == one.before:
            continue
        ladder = ladders.holding(policies, Target(plan_code, task.process_key, task.element_id), task.properties)
        days = [calendar.add_working_days(one.after, offset, plan_code) for offset in ladder.reminders]
        found[one.after, one.name] = [day for day in days if day > today]
    return [Reminded(name, due_on, days) for (due_on, name), days in sorted(found.items())]
