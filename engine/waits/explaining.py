"""Reads what running cases wait for: a handful of statements, however many cases are asked about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from SpiffWorkflow.task import Task as Node
from sqlalchemy.orm import Session, undefer

from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.definitions.dataflow.giving import outputs
from engine.definitions.dataflow.questions import read_questions, variable_of
from engine.definitions.diagram import Element
from engine.definitions.specs import Border
from engine.errors import CorruptState, UnknownInstance
from engine.expressions.wording import Label, in_words
from engine.incidents import Incident
from engine.instances import state
from engine.instances.case import Case, caller_of, element_id, loop_context, process_key
from engine.instances.correlation import Subscription
from engine.instances.holding import awaited_by, message_name
from engine.instances.models import Instance
from engine.instances.waiting import since_of, waiting_of
from engine.runtime import ProcessEngine
from engine.states import IncidentState, InstanceState, UserTaskState
from engine.tasks import assignment
from engine.tasks.models import TaskCandidate, UserTask
from engine.timers import Timer
from engine.waits.senders import Senders, named_in_words
from engine.waits.wait import Wait, WaitKind

OF_EVENT = {
    "timer": WaitKind.DATE,
    "conditional": WaitKind.CONDITION,
    "signal": WaitKind.SIGNAL,
    "message": WaitKind.MESSAGE,
    "": WaitKind.MESSAGE,
}
"""What a catching element waits for; errors and escalations are not waited for, they happen."""


def waits(session: Session, engine: ProcessEngine, instance_id: int) -> list[Wait]:
    """What a case waits for, the called processes included; nothing of one that has ended. Raises `UnknownInstance`."""
    found = of_cases(session, engine, [instance_id])
    if instance_id not in found:
        raise UnknownInstance(instance_id=instance_id)
    return found[instance_id]


def of_cases(session: Session, engine: ProcessEngine, instance_ids: Collection[int]) -> dict[int, list[Wait]]:
    """The same of many, by case: what holds it first, then what may come meanwhile."""
    query = sa.select(Instance).where(Instance.id.in_(instance_ids)).options(undefer(Instance.status))
    instances = session.scalars(query.order_by(Instance.id).execution_options(populate_existing=True)).all()
    active = [instance.id for instance in instances if instance.state == InstanceState.ACTIVE]
    rows = _read_rows(session, active)
    senders = Senders(session, engine)
    return {
        instance.id: sorted(
            _Reading(session, engine, instance, rows, senders).found() if instance.id in rows.active else (),
            key=_order,
        )
        for instance in instances
    }


@dataclass(frozen=True, slots=True)
class _Rows:
    active: frozenset[int]
    tasks: dict[str, UserTask]
    groups: dict[int, tuple[str, ...]]
    barred: Mapping[int, frozenset[str]]
    due: dict[tuple[str, str], dt.datetime]
    keys: dict[tuple[str, str], str]
    incidents: dict[int, list[Incident]]


def _read_rows(session: Session, active: Sequence[int]) -> _Rows:
    tasks = _open_of(session, UserTask, active, UserTask.state == UserTaskState.OPEN)
    offered: dict[int, tuple[str, ...]] = {}
    unclaimed = [task.id for task in tasks if task.assignee is None]
    candidates = sa.select(TaskCandidate.task_id, TaskCandidate.group_id).where(TaskCandidate.task_id.in_(unclaimed))
    for task_id, group in session.execute(candidates.order_by(TaskCandidate.group_id)):
        offered[task_id] = (*offered.get(task_id, ()), group)
    incidents: dict[int, list[Incident]] = {}
    for incident in _open_of(session, Incident, active, Incident.state == IncidentState.OPEN):
        incidents.setdefault(incident.instance_id, []).append(incident)
    return _Rows(
        frozenset(active),
        {task.node_id: task for task in tasks},
        offered,
        assignment.barred(session, [task for task in tasks if task.assignee is None]),
        {(row.node_id, row.element_id): row.due_at for row in _open_of(session, Timer, active)},
        {(row.node_id, row.element_id): row.key for row in _open_of(session, Subscription, active)},
        incidents,
    )


def _open_of(session: Session, table: Any, active: Sequence[int], *conditions: Any) -> Sequence[Any]:
    query = sa.select(table).where(table.instance_id.in_(active), *conditions).order_by(table.id)
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class _Reading:
    session: Session
    engine: ProcessEngine
    instance: Instance
    rows: _Rows
    senders: Senders

    def found(self) -> Iterator[Wait]:
        incidents = self.rows.incidents.get(self.instance.id, [])
        bundle = catalogue.by_sha(self.session, self.instance.bundle_sha256)
        yield from (self._incident(bundle, incident) for incident in incidents)
        try:
            case = state.case_of(self.instance, bundle)
        except CorruptState:
            return  # its incident, or the doctor, says so
        told = {incident.node_id for incident in incidents}
        yield from self._of_case(bundle, case, told)

    def _of_case(self, bundle: BundleModel, case: Case, told: Collection[str | None]) -> Iterator[Wait]:
        waiting = waiting_of(case)
        for node_id, node in waiting.tasks.items():
            if node_id in self.rows.tasks or node_id not in told:
                yield self._task(bundle, node)
        for node_id, node in (waiting.held | waiting.others).items():
            if node_id not in told:
                yield from self._events(bundle, node)

    def _task(self, bundle: BundleModel, node: Node) -> Wait:
        task = self.rows.tasks.get(node.id.hex)
        groups = self.rows.groups.get(task.id, ()) if task is not None else ()
        element = bundle.element(process_key(node), element_id(node))
        return self._wait(
            bundle,
            node,
            element,
            WaitKind.TASK,
            assignee=task.assignee if task else None,
            groups=groups,
            barred=tuple(sorted(self.rows.barred.get(task.id, ()))) if task is not None else (),
            since=task.created_at if task else None,
            until=task.due_at if task else None,
            row_id=task.id if task else None,
        )

    def _events(self, bundle: BundleModel, node: Node) -> Iterator[Wait]:
        for element in awaited_by(bundle, node) if element_id(node) else ():
            kind = OF_EVENT.get(element.event)
            if kind is not None:
                yield self._event(bundle, node, element, kind)

    def _event(self, bundle: BundleModel, node: Node, element: Element, kind: WaitKind) -> Wait:
        place = node.id.hex, element.id
        awaited, source, hopeless = self._origin(bundle, element, kind)
        return self._wait(
            bundle,
            node,
            element,
            kind,
            awaited=awaited,
            message=message_name(element) if kind == WaitKind.MESSAGE else "",
            key=self.rows.keys.get(place, ""),
            source=source,
            hopeless=hopeless,
            since=since_of(node),
            until=self.rows.due.get(place),
            meanwhile=isinstance(node.task_spec, Border),
        )

    def _origin(self, bundle: BundleModel, element: Element, kind: WaitKind) -> tuple[str, str, bool]:
        """What is awaited, from where it will come, and whether that is over."""
        if kind == WaitKind.MESSAGE:
            name = message_name(element)
            source = self.senders.of(name, self.instance)
            return named_in_words(name), source.words, not source.alive
        if kind == WaitKind.SIGNAL:
            return named_in_words(element.reference), "la lanza otro paso de este mismo proceso", False
        if kind == WaitKind.CONDITION:
            return in_words(element.expression, _labels(bundle)), "depende de los datos de este mismo proceso", False
        return "", "", False

    def _wait(self, bundle: BundleModel, node: Node, element: Element, kind: WaitKind, **parts: Any) -> Wait:
        key = process_key(node)
        return Wait(
            kind,
            self.instance.id,
            node.id.hex,
            key,
            element.id,
            _called(element, kind),
            inside=bundle.diagrams[key].name if key != self.instance.process_key else "",
            drawn_at=self._drawn_at(node),
            about=tuple(str(value) for value in loop_context(node).values()),
            **parts,
        )

    def _drawn_at(self, node: Node) -> str:
        while process_key(node) != self.instance.process_key and (around := caller_of(node)) is not None:
            node = around
        return element_id(node)

    def _incident(self, bundle: BundleModel, incident: Incident) -> Wait:
        key = incident.process_key or self.instance.process_key
        name = incident.element_name or ("un paso sin nombre" if incident.element_id else "todo el proceso")
        return Wait(
            WaitKind.INCIDENT,
            self.instance.id,
            incident.node_id,
            key,
            incident.element_id or "",
            name,
            inside=bundle.diagrams[key].name if key != self.instance.process_key and key in bundle.diagrams else "",
            drawn_at=(incident.element_id or "") if key == self.instance.process_key else "",
            awaited=incident.message,
            since=incident.opened_at,
            until=incident.retry_at,
            row_id=incident.id,
            failed=incident.kind,
        )


UNNAMED = {
    WaitKind.TASK: "una tarea sin nombre",
    WaitKind.DATE: "una fecha",
    WaitKind.MESSAGE: "un evento sin nombre",
    WaitKind.SIGNAL: "un evento sin nombre",
    WaitKind.CONDITION: "un evento sin nombre",
}


def _order(wait: Wait) -> tuple[Any, ...]:
    """What holds the case before what may come meanwhile; failures first, then the nearest date."""
    return wait.meanwhile, wait.kind != WaitKind.INCIDENT, wait.until is None, wait.until, wait.element


def _labels(bundle: BundleModel) -> dict[str, Label]:
    """How the forms of a case call the data that they hand to it."""
    found: dict[str, Label] = {}
    for model in bundle.diagrams.values():
        for element in model.elements.values():
            asked = read_questions(bundle.form(element.form_key)) if element.form_key in bundle.form_versions else {}
            questions = (asked[name] for name in outputs(element) if name in asked)
            found |= {variable_of(one.key): Label(one.label, one.datum.options) for one in questions}
    return found


def _called(element: Element, kind: WaitKind) -> str:
    return " ".join(element.name.split()) or UNNAMED[kind]
