"""Who would get which mail by a diagram that is about to be published, beside what is so by the one in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from engine.runtime import ProcessEngine
from notifications import ladders
from notifications.ladders import ESCALATIONS, REMINDERS, Sending
from notifications.recipients import OpenTask, members_by_group, open_tasks
from workflows.calendar import bogota_day

Steps = Mapping[str, tuple[str, Mapping[str, Any]]]
"""The steps of a diagram by element: their name and their properties."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is reminded of otherwise: how it is and how it would be, as a diagram writes it; empty: no such."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Foretold:
    """The steps that change, and the mails of two months about what is open, were it done by the new diagram."""

    steps: Sequence[Step]
    sendings: Sequence[Sending]


def foretell(
    session: Session, engine: ProcessEngine, process_key: str, sectors: Collection[str], before: Steps, after: Steps
) -> Foretold:
    """What a drawing changes in reminders. Cases that are open keep their diagram unless they are moved to this one.

    Of the `sectors` that the reader may see. What a plan's policy holds stays. No statement where no step changes.
    """
    steps = [
        Step((after.get(key) or before[key])[0], _ladder(before.get(key)), _ladder(after.get(key)))
        for key in [*before, *(one for one in after if one not in before)]
        if _ladder(before.get(key)) != _ladder(after.get(key))
    ]
    if not steps:
        return Foretold((), ())
    members = members_by_group(session, bogota_day(engine.now()))
    open_ones = [
        one for one in open_tasks(session, members)
        if one.process_key == process_key and one.due_at is not None and one.tenant in sectors
    ]  # fmt: skip
    moved = [_by(one, after[one.element_id][1]) for one in open_ones if one.element_id in after]
    policies = ladders.of_all(session)
    return Foretold(steps, ladders.compared(session, engine, (open_ones, policies), (moved, policies), members))


def _by(task: OpenTask, properties: Mapping[str, Any]) -> OpenTask:
    return replace(task, properties={**properties})


def _ladder(step: tuple[str, Mapping[str, Any]] | None) -> str:
    if step is None:
        return ""
    days, others = (str(step[1].get(name) or "") for name in (REMINDERS, ESCALATIONS))
    return " y ".join(part for part in (days or "los de siempre", others and f"avisa {others}") if part)
