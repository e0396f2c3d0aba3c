"""What happens in cases, one after the other, for who wants to keep up."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from engine.history import HistoryEntry
from engine.instances.models import Instance
from web.api import cursors
from web.api.blueprint import blueprint, operation
from web.api.shapes import Listing, Page, Shape
from web.auth import Of
from web.auth.scopes import Scope
from web.pages import actor, current
from workflows.people.groups import sectors_of

SETTLES = dt.timedelta(seconds=15)
"""With PostgreSQL a number is taken before its row is seen: what is younger is not given yet, lest one be missed."""


class HappenedEvent(Shape):
    """One thing that happened in a case."""

    id: int
    at: dt.datetime
    kind: str
    actor: str
    case_id: int
    case_key: str
    plan: str | None
    process: str | None
    element: str | None
    element_name: str | None
    task_id: int | None


class EventPage(Page[HappenedEvent]):
    """Some events, the oldest first. `next` is never null: it is where to go on once more has happened."""

    next: str


class Events(Listing):
    """Which events are asked for; what is left out is not asked."""

    plan: Annotated[str, Field(max_length=40)] = ""
    case_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None


@blueprint.get("/events")
@operation(Scope.EVENTS_READ, EventPage, of=Of.NONE)
def list_events(query: Events) -> EventPage:
    """What happened in the cases of the sectors where roles are held."""
    after = cursors.read_id(query.cursor)
    wanted = (
        sa.select(HistoryEntry, Instance.business_key, Instance.scope)
        .join(Instance, Instance.id == HistoryEntry.instance_id)
        .where(HistoryEntry.id > after, Instance.tenant.in_(sectors_of(actor())))
    )
    if query.plan:
        wanted = wanted.where(Instance.scope == query.plan)
    if query.case_id is not None:
        wanted = wanted.where(HistoryEntry.instance_id == query.case_id)
    with current().database.reading() as session:
        wanted = wanted.where(*_settled(session)).order_by(HistoryEntry.id).limit(query.limit)
        items = [_event(*row) for row in session.execute(wanted)]
    return EventPage(items=items, next=cursors.of_id(items[-1].id if items else after))


def _settled(session: Session) -> list[sa.ColumnElement[bool]]:
    if session.get_bind().dialect.name != "postgresql":
        return []
    return [HistoryEntry.at <= current().clock.now() - SETTLES]


def _event(entry: HistoryEntry, key: str, plan: str | None) -> HappenedEvent:
    return HappenedEvent(
        id=entry.id, at=entry.at, kind=str(entry.kind), actor=entry.actor_id, case_id=entry.instance_id, case_key=key,
        plan=plan, process=entry.process_key, element=entry.element_id, element_name=entry.element_name,
        task_id=entry.task_id,
    )  # fmt: skip
