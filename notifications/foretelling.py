"""Who would get which mail by a diagram that is about to be published, beside what is so by the one in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.reminding import say_escalations, say_reminders
from engine.runtime import ProcessEngine
from notifications import coming, ladders
from notifications.ladders import ESCALATIONS, REMINDERS, Sending
from notifications.recipients import OpenTask, members_by_group, open_tasks
from workflows.calendar import bogota_day
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

Steps = Mapping[str, tuple[str, Mapping[str, Any]]]
"""The steps of a diagram by element: their name and their properties."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is reminded of otherwise: how it is and how it would be, in words; empty: no such step."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Foretold:
    """The steps that change, and the mails of two months about what is open or will be, done by the new diagram."""

    steps: Sequence[Step]
    sendings: Sequence[Sending]


def foretell(
    session: Session, engine: ProcessEngine, process_key: str, sectors: Collection[str], before: Steps, after: Steps
) -> Foretold:
    """What a drawing changes in reminders. Cases that are open keep their diagram unless they are moved to this one.

    Of the `sectors` that the reader may see. What a plan's policy holds stays. No statement where no step changes.
    """
    changed = [
        key for key in [*before, *(one for one in after if one not in before)]
        if _written(before.get(key)) != _written(after.get(key))
    ]  # fmt: skip
    if not changed:
        return Foretold((), ())
    roles = engine.groups.roles(session)
    steps = [
        Step((after.get(key) or before[key])[0], _ladder(before.get(key), roles), _ladder(after.get(key), roles))
        for key in changed
    ]
    members = members_by_group(session, bogota_day(engine.now()))
    plans = session.scalars(sa.select(Plan).where(Plan.sector_code.in_(sectors), Plan.state != PlanState.CLOSED))
    to_come = [task for plan in plans for task in coming.tasks(session, engine, plan, members)]
    open_ones = [
        one for one in [*open_tasks(session, members), *to_come]
        if one.process_key == process_key and one.due_at is not None and one.tenant in sectors
    ]  # fmt: skip
    moved = [_by(one, after[one.element_id][1]) for one in open_ones if one.element_id in after]
    policies = ladders.of_all(session)
    return Foretold(steps, ladders.compared(session, engine, (open_ones, policies), (moved, policies), members))


def _by(task: OpenTask, properties: Mapping[str, Any]) -> OpenTask:
    return replace(task, properties={**properties})


def _written(step: tuple[str, Mapping[str, Any]] | None) -> tuple[Any, ...] | None:
    return step and tuple(step[1].get(name) or "" for name in (REMINDERS, ESCALATIONS))


def _ladder(step: tuple[str, Mapping[str, Any]] | None, roles: Mapping[str, str]) -> str:
    if step is None:
        return ""
    days, others = (str(step[1].get(name) or "") for name in (REMINDERS, ESCALATIONS))
    told = [say_reminders(days) or "los días de siempre", say_escalations(others, roles)]
    return "; ".join(filter(None, told))
