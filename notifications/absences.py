"""Mails about who is away: who stands in is told, and whoever coordinates hears at once that nobody does."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.states import UserTaskState
from engine.tasks.models import UserTask
from notifications import urgent
from notifications.mail_templates import written
from notifications.states import MailKind
from workflows.calendar import end_of_day
from workflows.people import absences, directory
from workflows.people.models import Absence, Person


def tell_registered(session: Session, absence: Absence, now: dt.datetime, *, by: str, base_url: str) -> None:
    """Write to who stands in, and to who is away where somebody else registered it. Once per replacement."""
    person = directory.person(session, absence.username)
    stand_in = session.get(Person, absence.replacement) if absence.replacement else None
    values = {"absence": absence, "person": person, "stand_in": stand_in, "base_url": base_url.rstrip("/")}
    for other in (stand_in, person):
        if other is not None and other.username != by:
            urgent.tell(
                session,
                other,
                now=now,
                kind=MailKind.ABSENCE,
                dedup_key=f"ausencia/{absence.id}/{absence.replacement or ''}/{other.username}",
                mail=written(session, now, "standing_in", {**values, "to": other}),
            )


def uncovered(session: Session, on: dt.date) -> dict[str, list[UserTask]]:
    """By person who is away and has nobody in their place: their tasks that fall due before they are back."""
    alone = {one.username: one for one in absences.away(session, on).values() if one.stands_in is None}
    if not alone:
        return {}
    query = sa.select(UserTask).where(
        UserTask.state == UserTaskState.OPEN, UserTask.assignee.in_(alone), UserTask.due_at.is_not(None)
    )
    found: dict[str, list[UserTask]] = defaultdict(list)
    for task in session.scalars(query.order_by(UserTask.due_at, UserTask.id)):
        username = str(task.assignee)
        if task.due_at is not None and task.due_at <= end_of_day(alone[username].until):
            found[username].append(task)
    return found


def tell_uncovered(
    session: Session, username: str, tasks: Sequence[UserTask], now: dt.datetime, on: dt.date, *, base_url: str
) -> None:
    """Write to whoever coordinates that a person's due work has nobody; again only when more of it comes."""
    gone, person = absences.away(session, on)[username], directory.person(session, username)
    newest = max(task.id for task in tasks)
    for other in absences.supervisors_of(session, username, on):
        urgent.tell(
            session,
            other,
            now=now,
            kind=MailKind.ABSENCE,
            dedup_key=f"sin_reemplazo/{username}/{gone.until}/{newest}/{other.username}",
            mail=written(
                session,
                now,
                "uncovered",
                {"to": other, "person": person, "gone": gone, "tasks": tasks, "base_url": base_url.rstrip("/")},
            ),
        )
