"""What a simulation came to, read from its database: nothing here is counted on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.history import HistoryEntry
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.states import HistoryKind, InstanceState, UserTaskState
from engine.tasks.models import UserTask
from workflows import guide
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.forms.models import Submission
from workflows.monitoring import figures
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

COMPLETED, ACTIVE, PENDING = "completed", "active", "pending"

CLOSING_REVIEWS = {
    "F1": "cerrar_fase_1",
    "F2": "cerrar_fase_2",
    "F3": "cerrar_fase_3",
    "F4": "cerrar_vigencia",
    "F5": "revisar_seguimiento",
    "F6": "cerrar_fase_6",
}
"""The task that closes each phase; those of phases 4 and 5 close a year."""

YEARLY = ("F4", "F5")
DONE = (HistoryKind.TASK_COMPLETED, HistoryKind.STEP_COMPLETED, HistoryKind.CALL_COMPLETED)


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a simulation. `cases` counts top-level cases by process; `emails` come from who wrote them."""

    ended: bool
    phases: dict[str, str]
    cases: dict[str, int]
    tasks_completed: int
    submissions: int
    incidents: int
    open_tasks: int
    guide_rows_executed: tuple[str, ...]
    emails: int = 0
    mails_max_per_person_day: int = 0
    elapsed_s: float = 0.0

    def with_mails(self, emails: int, most: int) -> Result:
        """The same, with what was written to people: mails in all, and most to one person on one day."""
        return replace(self, emails=emails, mails_max_per_person_day=most)

    def as_json(self) -> dict[str, Any]:
        """What `cauce simulate --json` prints."""
        return {
            "ended": self.ended,
            "phases": self.phases,
            "cases": self.cases,
            "tasks_completed": self.tasks_completed,
            "submissions": self.submissions,
            "emails": self.emails,
            "mails_max_per_person_day": self.mails_max_per_person_day,
            "incidents": self.incidents,
            "open_tasks": self.open_tasks,
            "guide_rows_executed": list(self.guide_rows_executed),
            "elapsed_s": round(self.elapsed_s, 1),
        }


@dataclass(frozen=True, slots=True)
class OfSector:
    """What one of several sectors came to. `figures_sha256`: of the figures of all its closed months."""

    ended: bool
    tasks_completed: int
    emails: int
    incidents: int
    open_tasks: int
    months: int
    figures_sha256: str


@dataclass(frozen=True, slots=True)
class Together:
    """What several sectors came to, by code; `ended`: the plan of each."""

    ended: bool
    sectors: Mapping[str, OfSector]
    elapsed_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """What `cauce simulate --sectors N --json` prints."""
        return {
            "ended": self.ended,
            "sectors": {code: asdict(one) for code, one in self.sectors.items()},
            "elapsed_s": round(self.elapsed_s, 1),
        }


def of_sector(session: Session, sector: str, plan_code: str, emails: int) -> OfSector:
    """What a sector has to show now; the mails are counted by who writes them."""
    own = sa.select(Instance.id).where(Instance.tenant == sector)
    done, still_open = (
        _count(session, UserTask, UserTask.instance_id.in_(own), UserTask.state == state)
        for state in (UserTaskState.COMPLETED, UserTaskState.OPEN)
    )
    closed = sa.select(Period.code).where(Period.plan_code == plan_code, Period.state == PeriodState.CLOSED)
    months = session.scalars(closed.order_by(Period.code)).all()
    told = {month: figures.as_json(figures.of_period(session, plan_code, month)) for month in months}
    return OfSector(
        ended=has_ended(session, plan_code),
        tasks_completed=done,
        emails=emails,
        incidents=_count(session, Incident, Incident.instance_id.in_(own)),
        open_tasks=still_open,
        months=len(months),
        figures_sha256=hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest(),
    )


def read(session: Session, plan_code: str) -> Result:
    """The figures of a plan as its database has them now."""
    return Result(
        ended=has_ended(session, plan_code),
        phases=phases(session, plan_code),
        cases=_cases(session, plan_code),
        tasks_completed=_count(session, UserTask, UserTask.state == UserTaskState.COMPLETED),
        submissions=_count(session, Submission),
        incidents=_count(session, Incident),
        open_tasks=_count(session, UserTask, UserTask.state == UserTaskState.OPEN),
        guide_rows_executed=tuple(rows_executed(session, plan_code)),
    )


def has_ended(session: Session, plan_code: str) -> bool:
    """Whether the plan is closed and none of its cases is open."""
    plan = session.get(Plan, plan_code)
    going_on = (
        sa.select(Instance.id).where(Instance.scope == plan_code, Instance.state == InstanceState.ACTIVE).limit(1)
    )
    return plan is not None and plan.state == PlanState.CLOSED and session.scalar(going_on) is None


def phases(session: Session, plan_code: str) -> dict[str, str]:
    """The state of each phase, by the closing reviews that were done."""
    plan = session.get(Plan, plan_code)
    years = plan.years if plan else 0
    query = (
        sa.select(UserTask.element_id, sa.func.count(sa.distinct(UserTask.instance_id)))
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.scope == plan_code, UserTask.state == UserTaskState.COMPLETED)
        .where(UserTask.element_id.in_(CLOSING_REVIEWS.values()))
        .group_by(UserTask.element_id)
    )
    closed: dict[str, int] = {element: count for element, count in session.execute(query)}
    states: dict[str, str] = {}
    for phase, review in CLOSING_REVIEWS.items():
        done, wanted = closed.get(review, 0), years if phase in YEARLY else 1
        states[phase] = COMPLETED if wanted and done >= wanted else ACTIVE if done else PENDING
    return states


def rows_executed(session: Session, plan_code: str) -> list[str]:
    """The rows of the guide that a node did, in their order; each node is looked up in the diagram its case has."""
    query = (
        sa.select(Instance.bundle_sha256, HistoryEntry.process_key, HistoryEntry.element_id)
        .join(Instance, Instance.id == HistoryEntry.instance_id)
        .where(Instance.scope == plan_code, HistoryEntry.kind.in_(DONE), HistoryEntry.element_id.is_not(None))
        .distinct()
    )
    nodes = session.execute(query).all()
    named = {row.id for sha256, process, element in nodes for row in _rows(session, sha256, str(process), str(element))}
    return [row for row in guide.rows() if row in named]


def _rows(session: Session, sha256: str, process_key: str, element_id: str) -> Iterable[guide.GuideRow]:
    element = catalogue.by_sha(session, sha256).element(process_key, element_id)
    return guide.named_in(str(element.properties.get("guia") or ""))


def _cases(session: Session, plan_code: str) -> dict[str, int]:
    query = sa.select(Instance.process_key, sa.func.count()).where(Instance.scope == plan_code)
    query = query.group_by(Instance.process_key).order_by(Instance.process_key)
    return {process: count for process, count in session.execute(query)}


def _count(session: Session, table: type, *where: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0
