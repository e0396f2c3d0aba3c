"""What a coordinator sees of the month: entities by state, tasks and who holds them, what is stuck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.incidents import Incident
from engine.instances.models import Instance
from engine.states import IncidentState, InstanceState, UserTaskState
from engine.tasks.models import UserTask
from workflows.calendar import bogota_day
from workflows.cycles import opening as cycles
from workflows.cycles.models import Period, PeriodStart
from workflows.cycles.states import Opening
from workflows.goals.models import Line, Objective
from workflows.indicators.models import Indicator
from workflows.monitoring.models import Bottleneck, EntityReport
from workflows.monitoring.states import BottleneckState
from workflows.people import holders as holding
from workflows.people.holders import Holder
from workflows.plan import participants
from workflows.sectors.models import Entity


@dataclass(frozen=True, slots=True)
class BoardMonth:
    """A month and how the report of each entity stands, by entity code.

    `late_days` counts the calendar days between the day it was due to open and the day it did; 0 is on time.
    """

    code: str
    state: str
    cutoff_on: dt.date
    instance_id: int | None
    reports: Mapping[str, EntityReport]
    late_days: int


@dataclass(frozen=True, slots=True)
class BoardTask:
    """An open task. `holders` are the names of those who may do it: the assignee, else the members of its groups.

    Whoever did what it checks is not among them. `groups` are the candidate groups in words.
    """

    id: int
    name: str
    element_id: str
    process_key: str
    instance_id: int
    instance_name: str
    entity: str | None
    period: str | None
    assignee: str | None
    holders: Sequence[str]
    groups: Sequence[str]
    created_at: dt.datetime
    due_at: dt.datetime | None
    overdue: bool

    @property
    def is_orphan(self) -> bool:
        """Whether nobody active can do it."""
        return not self.holders


@dataclass(frozen=True, slots=True)
class Board:
    """The board of a plan. `months` newest first; `tasks` by deadline; `entities` by code with their names.

    `codes` are those of all its months, newest first; `decided` what the calendar did not simply open.
    """

    entities: Mapping[str, str]
    codes: Sequence[str]
    months: Sequence[BoardMonth]
    tasks: Sequence[BoardTask]
    open_incidents: int
    decided: Sequence[PeriodStart]

    @property
    def undecided(self) -> Sequence[PeriodStart]:
        """The missed periods that wait for a decision, oldest first."""
        return [one for one in self.decided if one.outcome == Opening.UNDECIDED]

    @property
    def overdue(self) -> Sequence[BoardTask]:
        """The tasks whose deadline has passed."""
        return [task for task in self.tasks if task.overdue]

    @property
    def orphans(self) -> Sequence[BoardTask]:
        """The tasks that nobody active can do."""
        return [task for task in self.tasks if task.is_orphan]

    def holding(self, month: str) -> Mapping[str, Sequence[BoardTask]]:
        """By entity: the open tasks on which its report of a month waits."""
        found: dict[str, list[BoardTask]] = {}
        for task in self.tasks:
            if task.period == month and task.entity is not None:
                found.setdefault(task.entity, []).append(task)
        return found


def of_plan(session: Session, plan_code: str, now: dt.datetime, *, months: int = 6, upto: str | None = None) -> Board:
    """The board at a moment, with the months up to `upto` (else the newest). A dozen queries, however many tasks."""
    # The count comes along: whatever is on the board belongs to a month.
    query = sa.select(Period, _open_incidents(plan_code)).where(Period.plan_code == plan_code)
    rows = session.execute(query.order_by(Period.code.desc())).all()
    periods = [row[0] for row in rows]
    found = _months(session, [one for one in periods if upto is None or one.code <= upto][:months])
    codes = {code for month in found for code in month.reports}
    names = session.execute(participants.in_order(plan_code, Entity.code, Entity.name))
    return Board(
        entities={code: name for code, name in names if code in codes},
        codes=[one.code for one in periods],
        months=found,
        tasks=_tasks(session, plan_code, now),
        open_incidents=rows[0][1] if rows else 0,
        decided=cycles.decided(session, plan_code, bogota_day(now)),
    )


def _months(session: Session, periods: Sequence[Period]) -> list[BoardMonth]:
    reports: dict[int, dict[str, EntityReport]] = {}
    ids = [period.id for period in periods]
    for report in session.scalars(sa.select(EntityReport).where(EntityReport.period_id.in_(ids))):
        reports.setdefault(report.period_id, {})[report.entity_code] = report
    delays = _delays(session, [period.instance_id for period in periods if period.instance_id])
    return [
        BoardMonth(
            period.code,
            period.state,
            period.cutoff_on,
            period.instance_id,
            reports.get(period.id, {}),
            delays.get(period.instance_id or 0, 0),
        )
        for period in periods
    ]


def _delays(session: Session, instance_ids: Sequence[int]) -> dict[int, int]:
    query = sa.select(PeriodStart).where(PeriodStart.instance_id.in_(instance_ids))
    return {row.instance_id or 0: max(cycles.days_late(row), 0) for row in session.scalars(query)}


def _tasks(session: Session, plan_code: str, now: dt.datetime) -> list[BoardTask]:
    query = (
        sa.select(
            UserTask.id,
            UserTask.name,
            UserTask.element_id,
            UserTask.process_key,
            UserTask.instance_id,
            UserTask.assignee,
            UserTask.variables,
            UserTask.properties,
            UserTask.context,
            UserTask.created_at,
            UserTask.due_at,
            Instance.name.label("instance_name"),
        )
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.scope == plan_code, UserTask.state == UserTaskState.OPEN)
        .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
    )
    rows = session.execute(query).all()
    held = holding.holders(session, rows)
    able = holding.may_do(session, rows, held, bogota_day(now))
    return [_task(row, now, held[row.id], able[row.id]) for row in rows]


def _task(row: Any, now: dt.datetime, holder: Holder, able: Sequence[str]) -> BoardTask:
    return BoardTask(
        id=row.id,
        name=row.name,
        element_id=row.element_id,
        process_key=row.process_key,
        instance_id=row.instance_id,
        instance_name=row.instance_name,
        entity=row.variables.get("entidad"),
        period=row.variables.get("periodo"),
        assignee=row.assignee,
        holders=able,
        groups=holder.labels,
        created_at=row.created_at,
        due_at=row.due_at,
        overdue=row.due_at is not None and row.due_at < now,
    )


def _open_incidents(plan_code: str) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Incident)
        .join(Instance, Instance.id == Incident.instance_id)
        .where(Instance.scope == plan_code, Incident.state == IncidentState.OPEN)
        .scalar_subquery()
    )


def stuck(session: Session, plan_code: str, limit: int = 50) -> Sequence[Instance]:
    """The running cases of a plan that no open task takes further, or where something failed; failures first."""
    failed = sa.exists().where(Incident.instance_id == Instance.id, Incident.state == IncidentState.OPEN)
    worked_on = sa.exists().where(UserTask.instance_id == Instance.id, UserTask.state == UserTaskState.OPEN)
    query = sa.select(Instance).where(Instance.scope == plan_code, Instance.state == InstanceState.ACTIVE)
    query = query.where(sa.or_(failed, sa.not_(worked_on))).order_by(failed.desc(), Instance.id).limit(limit)
    return session.scalars(query).all()


def bottlenecks_by_line(session: Session, plan_code: str, month: str) -> dict[str, list[tuple[str, str]]]:
    """The bottlenecks of a month, candidates too: code and name of the indicator, by the code of its line."""
    query = (
        sa.select(Line.code, Indicator.code, Indicator.name)
        .join(Objective, Objective.line_id == Line.id)
        .join(Indicator, Indicator.objective_id == Objective.id)
        .join(Bottleneck, Bottleneck.indicator_id == Indicator.id)
        .join(Period, Period.id == Bottleneck.period_id)
        .where(Period.plan_code == plan_code, Period.code == month, Bottleneck.state != BottleneckState.DISMISSED)
        .order_by(Indicator.position)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for line, code, name in session.execute(query):
        found.setdefault(line, []).append((code, name))
    return found
