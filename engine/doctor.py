"""Checks that the rows and the states tell the same story, and repairs only what follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine import incidents
from engine.definitions import catalogue
from engine.errors import EngineError
from engine.history import HistoryEntry
from engine.identity import SYSTEM
from engine.incidents import Incident
from engine.instances import keeping, locking, state, turning
from engine.instances.case import Case
from engine.instances.correlation import Subscription
from engine.instances.holding import release
from engine.instances.models import Instance
from engine.instances.waiting import Waiting, waiting_of
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, IncidentKind, InstanceState, UserTaskState
from engine.tasks import offering
from engine.tasks.models import UserTask
from engine.timers import Timer
from engine.waits import stalls, waits

BATCH = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that should not be. `repaired` says what was done about it, empty if nothing."""

    kind: str
    instance_id: int | None
    message: str
    repaired: str = ""


def examine(session: Session, engine: ProcessEngine, *, repair: bool = False) -> list[Problem]:
    """Every violation of the engine's rules; with `repair`, what can be derived from the states is put right.

    Rules: an open task is a READY node and the other way round; a completed case reached an end and has nothing
    open; each completed task has one line in the history; a running case waits for a task, a moment, a message or
    the solution of an incident.
    """
    found: list[Problem] = []
    last = 0
    while batch := _batch(session, last):
        for instance in batch:
            found += _Examination(session, engine, instance, repair).problems()
            last = instance.id
    return found + _histories(session)


def _batch(session: Session, after: int) -> list[Instance]:
    query = sa.select(Instance).where(Instance.id > after).order_by(Instance.id).limit(BATCH)
    return list(session.scalars(query.options(undefer(Instance.status)).execution_options(populate_existing=True)))


@dataclass(slots=True)
class _Examination:
    session: Session
    engine: ProcessEngine
    instance: Instance
    repair: bool

    def problems(self) -> Iterator[Problem]:
        if self.instance.state == InstanceState.CANCELLED:
            yield from self._leftovers("El caso está cancelado")
            return
        try:
            bundle = catalogue.by_sha(self.session, self.instance.bundle_sha256)
            case = state.case_of(self.instance, bundle)
        except EngineError as failure:
            yield self._problem("state", f"Su estado no se puede leer: {failure}", self._report(failure))
            return
        if self.instance.state == InstanceState.COMPLETED:
            yield from self._ended(case)
        else:
            yield from self._running(case)

    def _ended(self, case: Case) -> Iterator[Problem]:
        if not case.completed or waiting_of(case).anything():
            yield self._problem("completed", "Figura como terminado, pero su estado no llegó a un fin.")
        yield from self._leftovers("El caso terminó")

    def _leftovers(self, why: str) -> Iterator[Problem]:
        for node_id in self._open_nodes():
            yield self._problem("task", f"{why}, pero tiene una tarea abierta ({node_id}).", self._close_task(node_id))
        for table in (Timer, Subscription):
            left = self._rows(table)
            if left:
                yield self._problem("wait", f"{why}, pero aún espera algo.", self._forget(left))
        if keeping.of_case(self.session, self.instance.id):
            yield self._problem("wait", f"{why}, pero aún guarda mensajes.", self._forget_kept())

    def _running(self, case: Case) -> Iterator[Problem]:
        waiting = waiting_of(case)
        tasks, held = self._open_nodes(), self._rows(Timer) | self._rows(Subscription)
        open_incidents = incidents.open_incidents(self.session, self.instance.id)
        unheld = [node_id for node_id in waiting.held if node_id not in held and node_id not in waiting.blocked]
        missing = [node_id for node_id in waiting.tasks if node_id not in tasks]
        if missing or unheld:
            repaired = self._write_missing(missing + unheld) if self.repair else ""
            for _ in missing:
                yield self._problem("task", "Espera a una persona, pero no hay tarea abierta.", repaired)
            for _ in unheld:
                yield self._problem("wait", "Espera un plazo o un mensaje que no está anotado.", repaired)
        for node_id in tasks - waiting.tasks.keys():
            message = f"Tiene una tarea abierta que su estado no espera ({node_id})."
            yield self._problem("task", message, self._close_task(node_id))
        stale = held - waiting.held.keys()
        if stale:
            yield self._problem("wait", "Anota una espera que su estado no tiene.", self._forget(stale))
        yield from self._stalled(waiting, open_incidents)

    def _stalled(self, waiting: Waiting, open_incidents: list[Incident]) -> Iterator[Problem]:
        if not waiting.tasks and not open_incidents:
            why = stalls.reason(waits(self.session, self.engine, self.instance.id))
            if why:
                yield self._problem("stalled", why)
        blocked = waiting.blocked.keys() - {incident.node_id for incident in open_incidents}
        for node_id in blocked:
            yield self._problem("incident", f"Un paso está detenido sin incidente abierto ({node_id}).")

    def _problem(self, kind: str, message: str, repaired: str = "") -> Problem:
        shown = f"{self.instance.name} ({self.instance.business_key}): {message}"
        return Problem(kind, self.instance.id, shown, repaired)

    def _open_nodes(self) -> set[str]:
        query = sa.select(UserTask.node_id).where(
            UserTask.instance_id == self.instance.id, UserTask.state == UserTaskState.OPEN
        )
        return set(self.session.scalars(query))

    def _rows(self, table: Any) -> set[str]:
        return set(self.session.scalars(sa.select(table.node_id).where(table.instance_id == self.instance.id)))

    def _close_task(self, node_id: str) -> str:
        if not self.repair:
            return ""
        task = self.session.scalars(sa.select(UserTask).where(UserTask.node_id == node_id)).one()
        task.state, task.ended_at = UserTaskState.CANCELLED, self.engine.now()
        self.session.flush()
        return "La tarea quedó cancelada."

    def _forget(self, node_ids: set[str]) -> str:
        if not self.repair:
            return ""
        for table in (Timer, Subscription):
            self.session.execute(sa.delete(table).where(table.node_id.in_(node_ids)))
        return "Se borró la espera."

    def _forget_kept(self) -> str:
        if not self.repair:
            return ""
        keeping.forget(self.session, self.instance.id)
        return "Se borraron los mensajes."

    def _report(self, failure: Exception) -> str:
        if not self.repair:
            return ""
        incidents.open_outside(self.session, self.engine, self.instance, IncidentKind.STATE, failure)
        return "Se abrió un incidente."

    def _write_missing(self, node_ids: list[str]) -> str:
        """Close an empty turn as if the missing rows were about to be written for the first time."""
        reopened = self._reopen(node_ids)
        node_ids = [node_id for node_id in node_ids if node_id not in reopened]
        locking.lock(self.session, self.instance.id)
        with turning.turn(self.session, self.engine, self.instance, SYSTEM, suspended=True) as turn:
            for node_id in reopened:
                offering.offer_again(turn, turn.case.node(node_id))
            release(turn, node_ids)
            for node_id in node_ids:
                turn.before.tasks.pop(node_id, None)
                turn.before.held.pop(node_id, None)
        return "Se anotó lo que faltaba."

    def _reopen(self, node_ids: list[str]) -> list[str]:
        """Open again the tasks that were closed although the state waits for them; their nodes."""
        tasks = self.session.scalars(sa.select(UserTask).where(UserTask.node_id.in_(node_ids))).all()
        for task in tasks:
            if task.state == UserTaskState.CANCELLED:
                task.state, task.ended_at = UserTaskState.OPEN, None
        self.session.flush()
        return [task.node_id for task in tasks if task.state == UserTaskState.OPEN]


def _histories(session: Session) -> list[Problem]:
    """Completed tasks whose lines in the history are not exactly one."""
    lines = (
        sa.select(HistoryEntry.task_id, sa.func.count().label("lines"))
        .where(HistoryEntry.kind == HistoryKind.TASK_COMPLETED)
        .group_by(HistoryEntry.task_id)
        .subquery()
    )
    query = (
        sa.select(UserTask.instance_id, UserTask.id, lines.c.lines)
        .outerjoin(lines, lines.c.task_id == UserTask.id)
        .where(UserTask.state == UserTaskState.COMPLETED, sa.func.coalesce(lines.c.lines, 0) != 1)
    )
    wrong = [
        Problem(
            "history",
            row.instance_id,
            f"La tarea {row.id} se terminó una vez, pero en la historia está {row.lines or 0} veces.",
        )
        for row in session.execute(query)
    ]
    return wrong + _orphans(session)


def _orphans(session: Session) -> list[Problem]:
    query = (
        sa.select(HistoryEntry.instance_id, HistoryEntry.task_id)
        .join(UserTask, UserTask.id == HistoryEntry.task_id)
        .where(HistoryEntry.kind == HistoryKind.TASK_COMPLETED, UserTask.state != UserTaskState.COMPLETED)
    )
    counted = Counter((row.instance_id, row.task_id) for row in session.execute(query))
    return [
        Problem("history", instance_id, f"La historia da por terminada la tarea {task_id}, que no lo está.")
        for instance_id, task_id in counted
    ]
