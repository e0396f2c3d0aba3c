"""Whoever coordinates asks for open work: one note a person, task and day, written down who asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from notifications import urgent
from notifications.mail_templates import written
from notifications.models import MailNote
from notifications.recipients import active_people, recipients_of
from notifications.states import MailKind
from workflows.auditing import recording
from workflows.calendar import BOGOTA, bogota_day
from workflows.people import directory

LONGEST = 500
"""Letters of what may be added."""


@dataclass(frozen=True, slots=True)
class Nudged:
    """What became of asking: how many people are told, of how many tasks; of how many they were told today already.

    `nobody` counts the tasks that nobody can do: those are to be given to somebody. `asked` are the tasks whose people
    are told, `at` that moment: with both it is taken back.
    """

    people: int
    tasks: int
    already: int
    nobody: int
    asked: Sequence[int]
    at: dt.datetime


def nudge(
    session: Session, engine: ProcessEngine, task_ids: Iterable[int], *, actor: Actor, base_url: str, words: str = ""
) -> Nudged:
    """Remind who may do these tasks; of one task nobody is reminded twice a day."""
    now, today = engine.now(), bogota_day(engine.now())
    open_ones = sa.select(UserTask).where(UserTask.id.in_(list(task_ids)), UserTask.state == UserTaskState.OPEN)
    before, people = asked_today(session, now), active_people(session)
    by = directory.display_names(session, [actor.id])[actor.id]
    answers = people[actor.id].email if actor.id in people else ""
    told: set[str] = set()
    already, nobody = 0, 0
    asked: list[int] = []
    for task in session.scalars(open_ones.order_by(UserTask.due_at, UserTask.id)):
        able = sorted(recipients_of(session, task, today) & people.keys())
        if task.id in before or not able:
            already, nobody = already + (task.id in before), nobody + (task.id not in before)
            continue
        case = session.get_one(Instance, task.instance_id)
        values = {
            "task": task, "entity": str(task.variables.get("entidad") or ""), "case_name": case.name, "by": by,
            "late": task.due_at is not None and task.due_at < now, "words": words.strip()[:LONGEST],
            "base_url": base_url.rstrip("/"),
        }  # fmt: skip
        for username in able:
            urgent.tell(
                session, people[username], now=now, kind=MailKind.NUDGE, sector=case.tenant, task_id=task.id,
                dedup_key=f"recordatorio/{task.id}/{username}/{today}", reply_to=answers,
                mail=written(session, now, "nudge", {**values, "name": people[username].name}, sector=case.tenant),
            )  # fmt: skip
        recording.record(
            session, engine.clock, actor, "recordar", ("tarea", str(task.id)), reason=words.strip()[:LONGEST],
            after={"a": able},
        )  # fmt: skip
        told.update(able)
        asked.append(task.id)
    return Nudged(len(told), len(asked), already, nobody, asked, now)


def take_back(
    session: Session, engine: ProcessEngine, task_ids: Iterable[int], at: dt.datetime, *, actor: Actor
) -> int:
    """Let who was reminded at a moment hear nothing of it, where no mail has left; of how many tasks."""
    query = sa.select(MailNote).where(MailNote.kind == MailKind.NUDGE, MailNote.created_at == at)
    notes = session.scalars(query.where(MailNote.task_id.in_(list(task_ids))).order_by(MailNote.id)).all()
    kept = {one.task_id for one in notes}
    for username in sorted({one.recipient for one in notes}):
        theirs = [one for one in notes if one.recipient == username]
        tasks = {one.task_id for one in theirs}
        if not urgent.withdraw(session, theirs, engine.now()):
            kept -= tasks
    for task_id in sorted(filter(None, kept)):
        recording.record(session, engine.clock, actor, "deshacer_recordatorio", ("tarea", str(task_id)))
    return len(kept)


def asked_today(session: Session, now: dt.datetime) -> Mapping[int, dt.datetime]:
    """The tasks that somebody was reminded of on this day of Bogotá, and when."""
    midnight = dt.datetime.combine(bogota_day(now), dt.time(), BOGOTA).astimezone(dt.UTC)
    query = (
        sa.select(MailNote.task_id, sa.func.max(MailNote.created_at))
        .where(MailNote.kind == MailKind.NUDGE, MailNote.created_at >= midnight)
        .group_by(MailNote.task_id)
    )
    return {int(task_id): at for task_id, at in session.execute(query) if task_id is not None}
