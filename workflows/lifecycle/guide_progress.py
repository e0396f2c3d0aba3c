"""How far a plan has come with each row of the guide: from the history of its cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.diagram import DiagramModel
from engine.definitions.moved import drawn_in
from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.states import HistoryKind, UserTaskState
from engine.tasks.models import UserTask
from workflows.lifecycle.coverage import Product, RowCoverage

DONE_KINDS = (
    HistoryKind.TASK_COMPLETED,
    HistoryKind.STEP_COMPLETED,
    HistoryKind.CALL_COMPLETED,
    HistoryKind.MESSAGE_SENT,
    HistoryKind.MESSAGE_RECEIVED,
)
TO_COME, UNDER_WAY, DONE = "por_comenzar", "en_curso", "hecha"


@dataclass(frozen=True, slots=True)
class Executed:
    """That a step was done: how often, last when and in which case."""

    times: int
    last_at: dt.datetime
    case_id: int


@dataclass(frozen=True, slots=True)
class Made:
    """A product of a row in a plan: by which of its steps, latest first; none where it is not there yet."""

    product: Product
    by: Sequence[tuple[str, Executed]]


@dataclass(frozen=True, slots=True)
class RowProgress:
    """A row of the guide in a plan. `open_tasks` wait to be done now: id, name, entity."""

    coverage: RowCoverage
    state: str
    products: Sequence[Made]
    open_tasks: Sequence[tuple[int, str, str]]


def of_plan(
    session: Session, plan_code: str, rows: Sequence[RowCoverage], diagrams: Iterable[DiagramModel]
) -> list[RowProgress]:
    """Every row with what was done for it in a plan; `diagrams` are those in force.

    What a case of an older version did counts where it is drawn today.
    """
    models = {model.process_key: model for model in diagrams}
    done, waiting = _done(session, plan_code, models), _waiting(session, plan_code, models)
    return [_progress(row, done, waiting) for row in rows]


def _progress(
    row: RowCoverage, done: Mapping[str, Executed], waiting: Mapping[str, list[tuple[int, str, str]]]
) -> RowProgress:
    products = [
        Made(
            product,
            sorted(
                ((one, done[one]) for one in product.makers if one in done),
                key=lambda made: made[1].last_at,
                reverse=True,
            ),
        )
        for product in row.products
    ]
    tasks = [task for node in row.nodes for task in waiting.get(node, ())]
    return RowProgress(row, _state(products, has_tasks=bool(tasks)), products, tasks)


def _state(products: Sequence[Made], *, has_tasks: bool) -> str:
    """A row is done when each of its products was made at least once; some only come about if something goes wrong."""
    if has_tasks:
        return UNDER_WAY
    made = [bool(one.by) for one in products]
    if not any(made):
        return TO_COME
    return DONE if all(made) else UNDER_WAY


def _done(session: Session, plan_code: str, models: Mapping[str, DiagramModel]) -> dict[str, Executed]:
    query = (
        sa.select(
            HistoryEntry.process_key,
            HistoryEntry.element_id,
            sa.func.count(),
            sa.func.max(HistoryEntry.at),
            sa.func.max(HistoryEntry.instance_id),
        )
        .join(Instance, Instance.id == HistoryEntry.instance_id)
        .where(Instance.scope == plan_code, HistoryEntry.kind.in_(DONE_KINDS))
        .group_by(HistoryEntry.process_key, HistoryEntry.element_id)
    )
    found: dict[str, Executed] = {}
    for process, element, times, last_at, case_id in session.execute(query):
        key = _node(models, process or "", element or "")
        before = found.get(key)
        newest = max(((last_at, case_id), *([(before.last_at, before.case_id)] if before else [])))
        found[key] = Executed(times + (before.times if before else 0), *newest)
    return found


def _node(models: Mapping[str, DiagramModel], process: str, element: str) -> str:
    return f"{drawn_in(models, process, element)}/{element}"


def _waiting(
    session: Session, plan_code: str, models: Mapping[str, DiagramModel]
) -> dict[str, list[tuple[int, str, str]]]:
    query = (
        sa.select(UserTask)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.scope == plan_code, UserTask.state == UserTaskState.OPEN)
        .order_by(UserTask.due_at, UserTask.id)
    )
    found: dict[str, list[tuple[int, str, str]]] = {}
    for task in session.scalars(query):
        entity = str(task.variables.get("entidad") or "")
        found.setdefault(_node(models, task.process_key, task.element_id), []).append((task.id, task.name, entity))
    return found
