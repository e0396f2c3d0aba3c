"""What happened in a rehearsal, read from its database before that is thrown away."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import nameless
from engine.definitions.diagram import DiagramModel
from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, InstanceState
from engine.tasks.models import UserTask
from engine.waits import of_cases
from notifications.models import OutboxMessage
from web.cases import wording
from web.cases.waiting import shown
from web.rehearsals.order import Happening, Mail, Told
from workflows.calendar import WorkingCalendar, bogota_day
from workflows.people.directory import display_names
from workflows.people.holders import holders
from workflows.people.naming import called
from workflows.spanish import long_day

MOST = 1_500
"""How many happenings and mails are told; a rehearsal of a month has some hundred."""
PASSED = frozenset(
    {
        HistoryKind.TASK_COMPLETED,
        HistoryKind.STEP_COMPLETED,
        HistoryKind.CALL_COMPLETED,
        HistoryKind.DECISION,
        HistoryKind.TIMER_FIRED,
        HistoryKind.MESSAGE_RECEIVED,
        HistoryKind.MESSAGE_SENT,
    }
)
"""What says that a case went through an element."""
STEPS = frozenset({"userTask", "serviceTask", "sendTask", "callActivity", "manualTask", "receiveTask"})


def told(
    session: Session,
    engine: ProcessEngine,
    model: DiagramModel,
    root: str,
    began: dt.date,
    until: dt.date,
    stopped: str,
) -> Told:
    """The whole story, of the process of `model`; `root` is the name of the one with which it began."""
    entries = list(session.scalars(sa.select(HistoryEntry).order_by(HistoryEntry.id)))
    own = [one for one in entries if one.process_key == model.process_key]
    passed = [str(one.element_id) for one in own if one.kind in PASSED]
    running = list(session.scalars(sa.select(Instance.id).where(Instance.state == InstanceState.ACTIVE)))
    calendar = engine.calendar
    return Told(
        root=root,
        began=began.isoformat(),
        until=until.isoformat(),
        working_days=calendar.working_days_between(began, until) if isinstance(calendar, WorkingCalendar) else 0,
        ended=not running,
        happenings=[*_happenings(session, model.process_key, entries)][:MOST],
        mails=[*_mails(session)][:MOST],
        path=[_title(model, one) for one in passed],
        missed=[_title(model, one.id) for one in model.elements.values() if one.kind in STEPS and one.id not in passed],
        decisions=_decisions(model, own),
        waits=[one.sentence for waits in of_cases(session, engine, running).values() for one in shown(session, waits)],
        stopped=stopped,
        deadlines=_deadlines(session, calendar, model) if isinstance(calendar, WorkingCalendar) else {},
    )


def _deadlines(session: Session, calendar: WorkingCalendar, model: DiagramModel) -> Mapping[str, list[int]]:
    given: dict[str, list[int]] = defaultdict(list)
    tasks = sa.select(UserTask).where(UserTask.process_key == model.process_key, UserTask.due_at.is_not(None))
    for task in session.scalars(tasks.order_by(UserTask.id)):
        if task.due_at is not None:
            days = calendar.working_days_between(bogota_day(task.created_at), bogota_day(task.due_at))
            given[_title(model, task.element_id)].append(days)
    return {name: sorted(days) for name, days in given.items()}


def _happenings(session: Session, process_key: str, entries: list[HistoryEntry]) -> Iterator[Happening]:
    names = {name: called(one) for name, one in display_names(session, {e.actor_id for e in entries}).items()}
    tasks = {task.id: task for task in session.scalars(sa.select(UserTask))}
    held = holders(session, tasks.values())
    entities = {key: str(task.variables.get("entidad") or "") for key, task in tasks.items()}
    lines = wording.lines(entries, names, lambda one: one.element_name or "", entities)
    for entry, line in zip(entries, lines, strict=True):
        text = line.text
        task = tasks.get(entry.task_id or 0)
        if entry.kind is HistoryKind.TASK_CREATED and task is not None:
            due = f", hasta el {long_day(bogota_day(task.due_at))}" if task.due_at else ", sin plazo"
            text = f"{text.rstrip('.')}: lo tiene {called(held[task.id].words)}{due}."
        if entry.kind is HistoryKind.DECISION and entry.data.get("respuestas"):
            text = f"{text.rstrip('.')}: {', '.join(entry.data['respuestas'])}."
        is_own = entry.process_key == process_key
        yield Happening(bogota_day(entry.at).isoformat(), text, str(entry.element_id or "") if is_own else "", is_own)


def _mails(session: Session) -> Iterator[Mail]:
    mails = list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))
    names = display_names(session, {str(mail.recipient) for mail in mails if mail.recipient})
    for mail in mails:
        to = called(names.get(str(mail.recipient), mail.address))
        yield Mail(bogota_day(mail.created_at).isoformat(), to, mail.subject, mail.text)


def _title(model: DiagramModel, element_id: str) -> str:
    element = model.elements.get(element_id)
    if element is None or not element.name:
        return dict(nameless.described(model.elements, model.flows)).get(element_id, "un paso sin nombre")
    return element.name


def _decisions(model: DiagramModel, own: list[HistoryEntry]) -> Mapping[str, list[str]]:
    taken: dict[str, list[str]] = defaultdict(list)
    for entry in own:
        if entry.kind is HistoryKind.DECISION and entry.data.get("respuestas"):
            taken[_title(model, str(entry.element_id))] += entry.data["respuestas"]
    return dict(taken)
