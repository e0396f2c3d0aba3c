"""What holds however much went wrong, looked at on the evening of each day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from engine import sweep
from engine.history import HistoryEntry
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.states import HistoryKind, UserTaskState
from engine.sweep import Cases
from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from notifications.states import MailKind, MailState
from web import examining
from web.bootstrap import Application
from web.faults import systems
from web.faults.post import Post
from web.faults.systems import OtherSystem
from workflows.auditing import chain
from workflows.auditing.chain import Head
from workflows.calendar import bogota_day
from workflows.cycles.models import Period
from workflows.errors import WorkflowsError
from workflows.forms.models import Submission
from workflows.plan.models import Plan
from workflows.records.data import PlanData, without_measurements
from workflows.records.stored import stored_plan
from workflows.simulation import recomputation

FREEZING = "congelar_periodo"


_Plans = dict[str, PlanData | None]
"""The plan as it stood when a month was opened."""


class Broken(WorkflowsError):
    """Something that holds whatever happens does not."""

    sentence = "Algo que siempre se cumple dejó de cumplirse."


@dataclass
class Watch:
    """Looks at an installation, its mail server and the other system that it tells."""

    application: Application
    post: Post
    other: OtherSystem
    _heads: list[Head] = field(default_factory=list, init=False)
    _compared: set[str] = field(default_factory=set, init=False)
    _opened: tuple[_Plans, _Plans] = field(default_factory=lambda: ({}, {}), init=False)
    _yesterday: PlanData | None = field(default=None, init=False)

    def look(self, answered: Mapping[str, int]) -> None:
        """Raise `Broken` with everything that does not hold."""
        with self.application.database.reading() as session:
            found = [
                *(finding.message for finding in examining.of_rows(session, self.application)),
                *_incidents(session),
                *_sent_once(session, answered),
                *_opened_once(session),
                *self._mails(session),
                *chain.verify(session, self._heads[-1:]),
                *self._months(session),
                *systems.wrong(session, self.other),
            ]
            self._heads.append(chain.head(session, self.application.clock))
        if found:
            raise Broken("\n".join(found))

    def look_at_the_end(self) -> None:
        """Raise `Broken` where something that was due has not been done though nothing has been wrong for long."""
        with self.application.database.reading() as session:
            found = [*self._undone(session), *systems.untold(session), *chain.verify(session, self._heads)]
        if found:
            raise Broken("\n".join(found))

    def _undone(self, session: Session) -> Iterator[str]:
        for finding in examining.examine_content(self.application):
            yield finding.message
        if chain.is_behind(session):
            yield "La cadena de la bitácora no llega hasta el final."
        cases = sweep.cases_with_due_timers(session, self.application.engine, limit=10, cases=Cases())
        for case in cases:
            yield f"El caso {case} tiene un plazo vencido que nadie atendió."
        unsent = sa.select(sa.func.count()).where(OutboxMessage.state == MailState.PENDING)
        if waiting := session.scalar(unsent.where(OutboxMessage.send_at <= self.application.clock.now())):
            yield f"{waiting} correos no salieron."

    def _mails(self, session: Session) -> Iterator[str]:
        """Whatever the server took was written once, and nothing else; at most one digest for each person and day."""
        for known, told in self.post.taken.items():
            if len(told) > 1:
                yield f"Dos correos distintos salieron como {known}."
        named = (OutboxMessage.kind, OutboxMessage.recipient, OutboxMessage.created_at, OutboxMessage.id_secret)
        sent = sa.select(OutboxMessage).where(OutboxMessage.state == MailState.SENT).options(load_only(*named))
        digests = Counter[tuple[str | None, dt.date]]()
        for row in session.scalars(sent):
            known = f"<{row.message_id}@"
            if not any(one.startswith(known) for one in (self._by_id().get(row.id) or ())):
                yield f"El correo {row.id} figura como enviado y nadie lo recibió."
            if row.kind == MailKind.DIGEST:
                digests[row.recipient, bogota_day(row.created_at)] += 1
        for (who, day), count in digests.items():
            if count > 1:
                yield f"{who} recibió {count} resúmenes el {day}."

    def _by_id(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for known in self.post.taken:
            found.setdefault(int(known.split("-")[1]), []).append(known)
        return found

    def _months(self, session: Session) -> Iterator[str]:
        """The months closed since the last look are what people sent comes to, by the programme they were opened with.

        It may have changed on that very day, before or after the opening.
        """
        plan = self._plan(session)
        for month in session.scalars(sa.select(Period.code)):
            for opened, then in zip(self._opened, (self._yesterday or plan, plan), strict=True):
                opened.setdefault(month, then)
        self._yesterday = plan
        frozen_at = _freezings(session)
        fresh = sorted(frozen_at.keys() - self._compared)
        if plan is None or not fresh:
            return
        moments = _answers(session)
        sent = recomputation.read_submissions(session, lambda submission: moments[submission.task_id])
        for month in fresh:
            self._compared.add(month)
            kept = recomputation.kept(session, month)
            differences = [
                recomputation.differences(
                    kept, recomputation.of_month(opened[month] or plan, sent, frozen_at, month, _known(opened))
                )
                for opened in self._opened
            ]
            if all(differences):
                yield f"Las cifras de {month} no son las que se enviaron: {', '.join(differences[-1])}."

    @staticmethod
    def _plan(session: Session) -> PlanData | None:
        found = stored_plan(session, session.scalars(sa.select(Plan.code)).first() or "")
        return None if found is None else without_measurements(found)


def _known(plans: _Plans) -> dict[str, PlanData]:
    return {month: plan for month, plan in plans.items() if plan is not None}


def _incidents(session: Session) -> Iterator[str]:
    for incident in session.scalars(sa.select(Incident)):
        yield f"El caso {incident.instance_id} tiene un incidente: {incident.message}"


def _sent_once(session: Session, answered: Mapping[str, int]) -> Iterator[str]:
    """Each task that was done was sent once; each form that the server promised to have is there."""
    completed = session.scalars(sa.select(UserTask.id).where(UserTask.state == UserTaskState.COMPLETED)).all()
    sent = session.execute(sa.select(Submission.task_id, Submission.token)).all()
    times = Counter(row.task_id for row in sent)
    for task_id in times.keys() ^ set(completed):
        yield f"La tarea {task_id} se terminó sin enviarse, o se envió sin terminar."
    for task_id, count in times.items():
        if count > 1:
            yield f"La tarea {task_id} se envió {count} veces."
    kept = {row.token: row.task_id for row in sent}
    for token, task_id in answered.items():
        if kept.get(token) != task_id:
            yield f"El envío de la tarea {task_id} se respondió y no está."


def _opened_once(session: Session) -> Iterator[str]:
    keys = sa.select(Instance.process_key, Instance.business_key, sa.func.count()).where(Instance.business_key != "")
    many = keys.group_by(Instance.process_key, Instance.business_key).having(sa.func.count() > 1)
    for process, key, count in session.execute(many):
        if process == "f5_ciclo_mensual":
            yield f"{process} {key} se abrió {count} veces."


def _freezings(session: Session) -> dict[str, int]:
    """When each month was closed, by the order of the history: clocks that jump tell nothing."""
    closed = sa.select(Period.code, Period.instance_id).where(Period.frozen_at.is_not(None))
    steps = sa.select(HistoryEntry.instance_id, sa.func.min(HistoryEntry.id)).where(
        HistoryEntry.element_id == FREEZING, HistoryEntry.kind == HistoryKind.STEP_COMPLETED
    )
    at = {row[0]: row[1] for row in session.execute(steps.group_by(HistoryEntry.instance_id))}
    return {code: at[instance_id] for code, instance_id in session.execute(closed) if instance_id in at}


def _answers(session: Session) -> dict[int, int]:
    done = sa.select(HistoryEntry.task_id, HistoryEntry.id).where(HistoryEntry.kind == HistoryKind.TASK_COMPLETED)
    return {task_id: entry for task_id, entry in session.execute(done) if task_id is not None}
