"""A turn: one command's work on one instance, under its lock, from the stored state to the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from SpiffWorkflow.task import Task as Node
from sqlalchemy.orm import Session, undefer
from sqlalchemy.orm.attributes import set_committed_value

from engine.definitions import catalogue, parsing
from engine.definitions.catalogue import BundleModel
from engine.definitions.diagram import Element
from engine.errors import Conflict, InstanceEndedError, LostRace, UnknownInstance, UnknownTask
from engine.events import Event
from engine.history import HistoryEntry
from engine.identity import SYSTEM, Actor
from engine.instances import state
from engine.instances.case import Case, element_id, process_key
from engine.instances.models import Instance
from engine.instances.waiting import Waiting, waiting_of
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask

_OPEN = "engine.turns"
"""Key of `Session.info`: the turns that are going on in this transaction, by instance."""

# Statements are built once: building one costs about as much as the database needs to answer it.
# History goes into the table, not the class: the ORM would split the batch where a column is empty.
_INSERT_HISTORY = sa.insert(cast(sa.Table, HistoryEntry.__table__))
_INSTANCES = cast(sa.Table, Instance.__table__)
_STORE = (
    sa.update(_INSTANCES)
    .where(_INSTANCES.c.id == sa.bindparam("instance_id"), _INSTANCES.c.lock_version == sa.bindparam("seen"))
    .values(status=sa.bindparam("written"), lock_version=sa.bindparam("next"))
)
_INSTANCE = sa.select(Instance).options(undefer(Instance.status)).execution_options(populate_existing=True)
_BY_ID = _INSTANCE.where(Instance.id == sa.bindparam("instance_id"))
_LOCKED = _BY_ID.with_for_update(of=Instance)
_LOCKED_OR_SKIPPED = _BY_ID.with_for_update(of=Instance, skip_locked=True)
_LOCKED_WITH_TASK = (
    sa.select(Instance, UserTask)
    .join(UserTask, UserTask.instance_id == Instance.id)
    .where(UserTask.id == sa.bindparam("task_id"))
    .options(undefer(Instance.status))
    .with_for_update(of=(Instance, UserTask))  # PostgreSQL locks in this order: the instance first, as everywhere
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message that leaves a case."""

    name: str
    key: str
    variables: Mapping[str, Any]


@dataclass(slots=True)
class Turn:
    """What a command works with; `engine.instances.closing.close` writes it down."""

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
    received: list[Thrown] = field(default_factory=list)
    completed: set[str] = field(default_factory=set)
    failing: dict[str, tuple[str, Exception]] = field(default_factory=dict)
    retried: set[str] = field(default_factory=set)
    connection: sa.Connection = field(init=False)

    def __post_init__(self) -> None:
        """Take the session's connection: for rows that no object stands for, and for those in every completion."""
        self.connection = self.session.connection()

    def element(self, node: Node) -> Element:
        """The diagram's element behind a node."""
        return self.bundle.element(process_key(node), element_id(node))

    def record(
        self,
        kind: str,
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

    def record_step(self, kind: str, node: Node, **data: Any) -> None:
        """The same, of something the engine did by itself."""
        self.record(kind, node, actor=SYSTEM, **data)

    def fail(self, node: Node, kind: str, failure: Exception) -> None:
        """Remember that a node could not go on; it becomes an incident when the turn closes."""
        self.failing[node.id.hex] = (kind, failure)

    def store(self, status: bytes) -> None:
        """Write the new state. Raises `LostRace` if somebody wrote another since this one was loaded."""
        seen = self.instance.lock_version
        written = {"instance_id": self.instance.id, "seen": seen, "next": seen + 1, "written": status}
        if self.connection.execute(_STORE, written).rowcount != 1:
            raise LostRace
        set_committed_value(self.instance, "lock_version", seen + 1)
        set_committed_value(self.instance, "status", status)

    def write_history(self) -> None:
        """Insert what was recorded, in one statement."""
        if self.entries:
            self.connection.execute(_INSERT_HISTORY, self.entries)
            self.entries = []


def lock(session: Session, instance_id: int, *, skip_locked: bool = False) -> Instance | None:
    """The instance with its state, locked against other turns; None if it doesn't exist or is skipped."""
    return session.scalar(_LOCKED_OR_SKIPPED if skip_locked else _LOCKED, {"instance_id": instance_id})


def lock_with_task(session: Session, task_id: int) -> tuple[Instance, UserTask]:
    """A task and the instance that it belongs to, both locked. Raises `UnknownTask`."""
    found = session.execute(_LOCKED_WITH_TASK, {"task_id": task_id}).one_or_none()
    if found is None:
        raise UnknownTask(task_id=task_id)
    return found.Instance, found.UserTask


def open_turn(session: Session, engine: ProcessEngine, instance_id: int, actor: Actor) -> Turn:
    """Lock and load a running instance. Raises `UnknownInstance`, `InstanceEndedError`, `CorruptState`, `Conflict`."""
    refuse_nested(session, instance_id)
    instance = lock(session, instance_id)
    if instance is None:
        raise UnknownInstance(instance_id=instance_id)
    return turn_of(session, engine, instance, actor)


def turn_of(session: Session, engine: ProcessEngine, instance: Instance, actor: Actor) -> Turn:
    """A turn of an instance that is locked already."""
    if instance.state != "active":
        raise InstanceEndedError(instance_id=instance.id)
    bundle = catalogue.by_sha(session, instance.bundle_sha256)
    case = load_case(instance, bundle)
    return enter(Turn(session, engine, instance, bundle, case, actor, waiting_of(case), engine.now()))


def load_case(instance: Instance, bundle: BundleModel) -> Case:
    """The case of an instance whose state is loaded. Raises `CorruptState`."""
    stored = state.read(instance.status)
    specs = parsing.parsed(bundle.sha256, bundle.diagrams, bundle.process_key, stored.start_element)
    return state.load(stored, specs)


def enter(turn: Turn) -> Turn:
    """Mark the instance as being worked on in this transaction, until `leave`."""
    turn.session.info.setdefault(_OPEN, {})[turn.instance.id] = turn
    return turn


def leave(turn: Turn) -> None:
    """Forget the mark of `enter`."""
    turn.session.info[_OPEN].pop(turn.instance.id, None)


def going_on(session: Session, instance_id: int) -> Turn | None:
    """The turn of that instance that this transaction is in the middle of."""
    found: Turn | None = session.info.get(_OPEN, {}).get(instance_id)
    return found


def refuse_nested(session: Session, instance_id: int) -> None:
    """Raise `Conflict` if this transaction is in the middle of that instance already."""
    if going_on(session, instance_id) is not None:
        raise Conflict("Un paso automático no puede cambiar el mismo proceso en el que corre.")
