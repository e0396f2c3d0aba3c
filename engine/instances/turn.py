"""A turn: one command's work on one instance, under its lock, from the stored state to the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from SpiffWorkflow.task import Task as Node
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine import prepared
from engine.definitions.catalogue import BundleModel
from engine.definitions.diagram import Element
from engine.errors import LostRace
from engine.events import Event
from engine.history import HistoryEntry
from engine.identity import SYSTEM, Actor
from engine.instances.case import Case, element_id, process_key
from engine.instances.models import Instance
from engine.instances.waiting import Waiting
from engine.prepared import Answer, Order, Prepared
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, IncidentKind

_HISTORY, _INSTANCES = cast(sa.Table, HistoryEntry.__table__), cast(sa.Table, Instance.__table__)
_INSERT_HISTORY = Prepared(
    sa.insert(_HISTORY),
    *("instance_id", "at", "actor_id", "kind", "process_key", "element_id", "element_name", "task_id", "data"),
)
_STORE = Prepared(
    sa.update(_INSTANCES)
    .where(_INSTANCES.c.id == sa.bindparam("instance_id"), _INSTANCES.c.lock_version == sa.bindparam("seen"))
    .values(status=sa.bindparam("written"), lock_version=sa.bindparam("next"))
)


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message that leaves a case; `scope` is that of the case."""

    name: str
    key: str
    variables: Mapping[str, Any]
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal that leaves a case: it begins the processes that start with it, within the same scope and tenant."""

    name: str
    variables: Mapping[str, Any]
    scope: str | None
    tenant: str


@dataclass(slots=True)
class Turn:
    """What a command works with; `engine.instances.turning.turn` opens it, and writes it down."""

    session: Session
    engine: ProcessEngine
    instance: Instance
    bundle: BundleModel
    case: Case
    actor: Actor
    before: Waiting
    now: dt.datetime
    entries: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    signals: list[Signalled] = field(default_factory=list)
    received: list[Thrown] = field(default_factory=list)
    completed: set[str] = field(default_factory=set)
    failing: dict[str, tuple[IncidentKind, Exception]] = field(default_factory=dict)
    retried: set[str] = field(default_factory=set)
    orders: list[Order] = field(default_factory=list)
    connection: sa.Connection = field(init=False)

    def __post_init__(self) -> None:
        """Take the session's connection once: it is asked for in every completion."""
        self.connection = self.session.connection()

    def element(self, node: Node) -> Element:
        """The diagram's element behind a node."""
        return self.bundle.element(process_key(node), element_id(node))

    def record(
        self,
        kind: HistoryKind,
        node: Node | None = None,
        *,
        actor: Actor | None = None,
        task_id: int | None = None,
        **data: Any,
    ) -> None:
        """Remember an entry of the history; all are written at once when the turn closes."""
        element = self.element(node) if node is not None else None
        self.entries.append(
            {
                "instance_id": self.instance.id,
                "at": self.now,
                "actor_id": (actor or self.actor).id,
                "kind": kind,
                "process_key": process_key(node) if node is not None else self.instance.process_key,
                "element_id": element.id if element else None,
                "element_name": element.name if element else None,
                "task_id": task_id,
                "data": data,
            }
        )

    def record_step(self, kind: HistoryKind, node: Node, **data: Any) -> None:
        """The same, of something the engine did by itself."""
        self.record(kind, node, actor=SYSTEM, **data)

    def fail(self, node: Node, kind: IncidentKind, failure: Exception) -> None:
        """Remember that a node could not go on; it becomes an incident when the turn closes."""
        self.failing[node.id.hex] = (kind, failure)

    def write(self, order: Order) -> None:
        """Write rows that no object stands for: not now, but with what is sent next (`send`)."""
        self.orders.append(order)

    def send(self, *orders: Order) -> list[Answer]:
        """Send these, after what is to be written; what these answer."""
        waiting, self.orders = self.orders, []
        if not waiting and not orders:
            return []
        return prepared.send(self.connection, *waiting, *orders)[len(waiting) :]

    def store(self, status: bytes) -> None:
        """Write the new state, the history and whatever waits to be written.

        Raises `LostRace` if somebody wrote another state since this one was loaded.
        """
        seen = self.instance.lock_version
        written = {"instance_id": self.instance.id, "seen": seen, "next": seen + 1, "written": status}
        self.write_history()
        if self.send(_STORE.of(written))[0].changed != 1:
            raise LostRace
        set_committed_value(self.instance, "lock_version", seen + 1)
        set_committed_value(self.instance, "status", status)

    def write_history(self) -> None:
        """Insert what was recorded, in one statement."""
        if self.entries:
            self.write(_INSERT_HISTORY.of(*self.entries))
            self.entries = []
