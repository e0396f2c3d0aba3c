"""When a task is reminded of and who else hears of it: what the diagram says, or a policy of the plan that wins."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from notifications import coming
from notifications.coming import AHEAD
from notifications.escalation import escalations, rules
from notifications.models import ReminderPolicy
from notifications.recipients import OpenTask, members_by_group, open_tasks
from notifications.reminders import offsets
from workflows.auditing import recording
from workflows.calendar import WorkingCalendar, add_months, bogota_day
from workflows.errors import NotFound, Refused
from workflows.people import directory
from workflows.people.models import Role
from workflows.plan.models import Plan

FARTHEST, MOST = 60, 12
WRITTEN = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3})*")
REMINDERS, ESCALATIONS = "recordatorios", "escalar"
Key = tuple[str, str, str]


class Level(StrEnum):
    """Whose word holds, the last of these that there is."""

    DIAGRAM = "el dibujo del proceso"
    PLAN = "el plan"
    PROCESS = "el proceso en este plan"
    TASK = "el paso en este plan"


@dataclass(frozen=True, slots=True)
class Target:
    """What a policy is of, in a plan: all of it, a process, or a step of one."""

    plan_code: str
    process_key: str = ""
    element_id: str = ""

    @property
    def key(self) -> Key:
        """As the table has it."""
        return self.plan_code, self.process_key, self.element_id

    def covers(self, task: OpenTask) -> bool:
        """Whether a task is of it."""
        return (
            task.plan_code == self.plan_code
            and self.process_key in ("", task.process_key)
            and self.element_id in ("", task.element_id)
        )


@dataclass(frozen=True, slots=True)
class Ladder:
    """Working days around a deadline on which its people are reminded, and after which others hear; who says so."""

    reminders: tuple[int, ...]
    escalations: tuple[tuple[int, str], ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Sending:
    """A mail to come, if nobody does the task before. `is_new`: by the proposal alone; `is_gone`: no more by it."""

    day: dt.date
    who: str
    task: str
    entity: str
    why: str
    is_new: bool = False
    is_gone: bool = False


Policies = Mapping[Key, ReminderPolicy]


def of_all(session: Session) -> Policies:
    """Every policy of the installation; one statement."""
    return {(one.plan_code, one.process_key, one.element_id): one for one in session.scalars(sa.select(ReminderPolicy))}


def holding(policies: Policies, target: Target, properties: Mapping[str, Any]) -> Ladder:
    """What holds for a step: its own policy, else its process's, else its plan's, else what the diagram says."""
    plan, process, step = target.key
    for level, key in (
        (Level.TASK, (plan, process, step)), (Level.PROCESS, (plan, process, "")), (Level.PLAN, (plan, "", "")),
    ):  # fmt: skip
        if (one := policies.get(key)) is not None:
            return Ladder(offsets({REMINDERS: one.reminders}), rules(one.escalations), level)
    return Ladder(offsets(properties), rules(str(properties.get(ESCALATIONS) or "")), Level.DIAGRAM)


def of_task(session: Session, task: Any, plan_code: str) -> Ladder:
    """What holds for an open task; one statement."""
    query = sa.select(ReminderPolicy).where(ReminderPolicy.plan_code == plan_code)
    policies = {(one.plan_code, one.process_key, one.element_id): one for one in session.scalars(query)}
    return holding(policies, Target(plan_code, task.process_key, task.element_id), task.properties)


def applied(task: OpenTask, policies: Policies) -> OpenTask:
    """The task with the ladder that holds for it."""
    if not policies or not task.plan_code:
        return task
    ladder = holding(policies, Target(task.plan_code, task.process_key, task.element_id), task.properties)
    return task if ladder.level is Level.DIAGRAM else _with(task, ladder)


def read(reminders: str, escalations: Iterable[tuple[str, str]], known: Iterable[str]) -> Ladder:
    """What was typed: days, and pairs of a day and a role. Raises `Refused` with what to write instead."""
    text = "".join(reminders.split())
    if not WRITTEN.fullmatch(text):
        raise Refused("Escriba los días separados por comas, por ejemplo -3,-1,0,+1.")
    days = tuple(sorted({int(part) for part in text.split(",")}))
    if len(days) > MOST or any(abs(one) > FARTHEST for one in days):
        raise Refused(f"A lo sumo {MOST} avisos, de {FARTHEST} días hábiles antes a {FARTHEST} después.")
    told, roles = [], set(known)
    for day, role in escalations:
        if not day.strip() and not role:
            continue
        if not day.strip().lstrip("+").isdecimal() or not 0 < int(day.strip().lstrip("+")) <= FARTHEST:
            raise Refused(f"A los cuántos días hábiles de vencida se le avisa a otro: de 1 a {FARTHEST}.")
        if role not in roles:
            raise Refused("Elija a quién se le avisa, de la lista.")
        told.append((int(day.strip().lstrip("+")), role))
    return Ladder(days, tuple(sorted(set(told))), Level.TASK)


def keep(
    session: Session, engine: ProcessEngine, target: Target, ladder: Ladder, *, reason: str, actor: Actor
) -> ReminderPolicy:
    """Let a policy hold from the next digest on. Raises `Refused` (no reason)."""
    if not reason.strip():
        raise Refused("Diga por qué: queda en la bitácora.")
    kept = _find(session, target)
    before = _told(kept)
    if kept is None:
        kept = ReminderPolicy(plan_code=target.plan_code, process_key=target.process_key, element_id=target.element_id)
        session.add(kept)
    kept.reminders, kept.escalations = written(ladder)
    kept.reason, kept.set_by, kept.set_at = reason.strip()[:500], actor.id, engine.now()
    session.flush()
    _note(session, engine, actor, target, before, _told(kept), kept.reason)
    return kept


def drop(session: Session, engine: ProcessEngine, target: Target, *, actor: Actor) -> None:
    """Let the next level's word hold again. Raises `NotFound`."""
    kept = _find(session, target)
    if kept is None:
        raise NotFound("Esa política ya no existe: vale lo que diga el nivel de arriba.")
    before = _told(kept)
    session.delete(kept)
    session.flush()
    _note(session, engine, actor, target, before, {}, "")


def written(ladder: Ladder) -> tuple[str, str]:
    """As a diagram writes it: «-3,-1,0,+1», «+3:coordinador_pes»."""
    days = ",".join(f"{one:+d}" if one else "0" for one in ladder.reminders)
    return days, ",".join(f"+{day}:{role}" for day, role in ladder.escalations)


def preview(session: Session, engine: ProcessEngine, target: Target, proposed: Ladder | None) -> Sequence[Sending]:
    """Who would get which mail when in the next two months about what is open or will be, beside what is so now.

    `proposed` in the place of the target's own policy; None without one. What a more special policy holds stays.
    """
    today = bogota_day(engine.now())
    members = members_by_group(session, today)
    policies = dict(of_all(session))
    after = {key: one for key, one in policies.items() if key != target.key}
    if proposed is not None:
        days, others = written(proposed)
        after[target.key] = ReminderPolicy(
            plan_code=target.plan_code, process_key=target.process_key, element_id=target.element_id, reminders=days,
            escalations=others,
        )  # fmt: skip
    plan = session.get_one(Plan, target.plan_code)
    known = [*open_tasks(session, members), *coming.tasks(session, engine, plan, members)]
    tasks = [one for one in known if target.covers(one) and one.due_at is not None]
    return compared(session, engine, (tasks, policies), (tasks, after), members)


def compared(
    session: Session, engine: ProcessEngine, is_so: tuple[Sequence[OpenTask], Policies],
    would_be: tuple[Sequence[OpenTask], Policies], members: Mapping[str, frozenset[str]],
) -> Sequence[Sending]:  # fmt: skip
    """The mails of the next two months about some tasks by some policies, beside those about others by others."""
    today = bogota_day(engine.now())
    now, then = (
        {sending for task in tasks for sending in _sendings(session, engine, applied(task, one), members, today)}
        for tasks, one in (is_so, would_be)
    )
    people = directory.display_names(session, {one.who for one in now | then})
    named = [
        replace(one, who=people.get(one.who, one.who), is_new=one not in now, is_gone=one not in then)
        for one in now | then
    ]
    return sorted(named, key=lambda one: (one.day, one.who, one.task))


def _sendings(
    session: Session, engine: ProcessEngine, task: OpenTask, members: Mapping[str, frozenset[str]], today: dt.date
) -> Iterator[Sending]:
    calendar, last = engine.calendar, add_months(today, AHEAD)
    assert isinstance(calendar, WorkingCalendar) and task.due_at is not None  # noqa: S101
    due = bogota_day(task.due_at)

    def on(offset: int) -> dt.date:
        return calendar.add_working_days(due, offset, task.tenant or None)

    for offset in offsets(task.properties):
        if today < on(offset) <= last:
            why = "vence ese día" if not offset else f"{_days(offset)} {'después' if offset > 0 else 'antes'}"
            for username in task.recipients:
                yield Sending(on(offset), username, task.name, task.entity or "", why)
    for days, username in escalations(session, task, engine.groups, members):
        if today < on(days) <= last:
            yield Sending(on(days), username, task.name, task.entity or "", f"de otra persona, {_days(days)} después")


def _days(count: int) -> str:
    return "un día" if abs(count) == 1 else f"{abs(count)} días"


def known_roles(session: Session, sector: str) -> Mapping[str, str]:
    """The roles that may hear in a sector: id, name."""
    query = sa.select(Role.id, Role.name).where(Role.sector_code.in_({"", sector})).order_by(Role.position, Role.name)
    return {role: name for role, name in session.execute(query)}


def _with(task: OpenTask, ladder: Ladder) -> OpenTask:
    days, others = written(ladder)
    return replace(task, properties={**task.properties, REMINDERS: days, ESCALATIONS: others})


def _find(session: Session, target: Target) -> ReminderPolicy | None:
    plan, process, element = target.key
    return session.scalar(
        sa.select(ReminderPolicy)
        .where(ReminderPolicy.plan_code == plan)
        .where(ReminderPolicy.process_key == process, ReminderPolicy.element_id == element)
        .with_for_update()
    )


def _told(kept: ReminderPolicy | None) -> dict[str, str]:
    return {"recordatorios": kept.reminders, "avisos": kept.escalations} if kept is not None else {}


def _note(
    session: Session, engine: ProcessEngine, actor: Actor, target: Target, before: dict[str, str],
    after: dict[str, str], reason: str,
) -> None:  # fmt: skip
    of = "/".join(part for part in target.key if part)
    recording.record(
        session, engine.clock, actor, "cambiar_recordatorios", ("recordatorios", of), before=before, after=after,
        reason=reason,
    )  # fmt: skip
