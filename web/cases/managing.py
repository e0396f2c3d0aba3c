"""Many running cases at once: which are meant, and an act on each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import resolutions
from engine.database import Database
from engine.definitions import catalogue
from engine.errors import EngineError
from engine.identity import Actor
from engine.instances.models import Instance
from engine.managing import Outcome, acts, forecasting
from engine.managing.models import CaseChange
from engine.runtime import ProcessEngine
from engine.states import Act, InstanceState
from engine.waits import Wait
from engine.waits.explaining import of_cases
from workflows.errors import NotFound, Refused, WorkflowsError
from workflows.people.permissions import ensure_may_propose
from workflows.spanish import inside


class Listed(StrEnum):
    """In which state the cases of a list are."""

    ACTIVE = "active"
    """Suspended ones among them."""
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ALL = "all"


MOST = 500
"""Cases in one look; more are asked for by narrowing it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases: by process, version, the step at which they stand, state and tenant; empty is any."""

    process: str = ""
    version: int | None = None
    step: str = ""
    state: Listed = Listed.ACTIVE
    tenants: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list, with the version it runs on and what it waits for."""

    instance: Instance
    version: int
    waits: tuple[Wait, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that hold it, as they are called."""
        return tuple(dict.fromkeys(wait.element for wait in self.waits if not wait.meanwhile))


def rows(session: Session, engine: ProcessEngine, wanted: Selection) -> list[Row]:
    """The cases of a selection, newest first."""
    query = sa.select(Instance).order_by(Instance.id.desc())
    if wanted.process:
        query = query.where(Instance.process_key == wanted.process)
    if wanted.tenants is not None:
        query = query.where(Instance.tenant.in_(wanted.tenants))
    if wanted.state != Listed.ALL:
        query = query.where(*_in_state(wanted.state))
    if wanted.version is not None:
        query = query.where(Instance.bundle_sha256.in_(_bundles(session, wanted)))
    found = list(session.scalars(query.limit(MOST)))
    waits = of_cases(session, engine, [instance.id for instance in found])
    every = [
        Row(
            instance,
            catalogue.by_sha(session, instance.bundle_sha256).versions[instance.process_key],
            tuple(waits.get(instance.id, ())),
        )
        for instance in found
    ]
    return [row for row in every if not wanted.step or _stands(row, wanted.step)]


def find(session: Session, wanted: Iterable[str]) -> list[int]:
    """The ids of cases by their number or key. Raises `NotFound`."""
    found = []
    for one in wanted:
        by_key = sa.select(Instance.id).where(Instance.business_key == one)
        by_id = sa.select(Instance.id).where(Instance.id == int(one)) if one.isdecimal() and len(one) < 12 else by_key
        instance_id = session.scalar(by_key) or session.scalar(by_id)
        if instance_id is None:
            raise NotFound(f"No hay ningún proceso «{one}». Vea los que hay con: cauce cases list")
        found.append(instance_id)
    return found


def preview(
    database: Database, engine: ProcessEngine, ids: Iterable[int], act: Act, details: Mapping[str, Any], actor: Actor
) -> list[Outcome]:
    """What an act would do with each; nothing is kept."""

    def look(session: Session, instance_id: int) -> Outcome:
        return acts.preview(session, engine, instance_id, act, details, actor=actor)

    return _each(database, ids, look)


def execute(
    database: Database,
    engine: ProcessEngine,
    ids: Iterable[int],
    act: Act,
    details: Mapping[str, Any],
    actor: Actor,
    reason: str,
) -> list[Outcome]:
    """Do it with each, apart from each other: one that can't keeps no other from it. Raises `NotAllowed` (too many)."""
    wanted = list(ids)
    if act == Act.CANCEL:
        with database.reading() as session:
            acts.ensure_may_cancel(session, engine, len(wanted), actor, None)
    batch = acts.new_batch()

    def do(session: Session, instance_id: int) -> Outcome:
        return acts.execute(session, engine, instance_id, act, details, actor=actor, reason=reason, batch=batch)

    return _each(database, wanted, do)


def propose(
    database: Database,
    engine: ProcessEngine,
    ids: Iterable[int],
    act: Act,
    details: Mapping[str, Any],
    actor: Actor,
    reason: str,
) -> list[int]:
    """Ask the supervisors for it; the numbers of the proposals. Raises `Forbidden`."""
    wanted = list(ids)
    with database.unit_of_work() as session:
        for instance_id in wanted:
            ensure_may_propose(actor, session.get_one(Instance, instance_id).tenant)
        changes = acts.propose(session, engine, wanted, act, details, actor=actor, reason=reason)
        return [change.id for change in changes]


def approve(database: Database, engine: ProcessEngine, changes: Iterable[int], actor: Actor) -> list[Outcome]:
    """Do what was proposed, each apart."""
    wanted = list(changes)
    with database.reading() as session:
        asked = list(session.scalars(sa.select(CaseChange).where(CaseChange.id.in_(wanted))))
        for proposer in {one.proposed_by for one in asked if one.act == Act.CANCEL}:
            count = sum(one.proposed_by == proposer and one.act == Act.CANCEL for one in asked)
            acts.ensure_may_cancel(session, engine, count, actor, proposer)

    def do(session: Session, change_id: int) -> Outcome:
        return acts.approve(session, engine, change_id, actor=actor)

    return _each(database, wanted, do)


def refuse(database: Database, engine: ProcessEngine, changes: Iterable[int], actor: Actor, reason: str) -> None:
    """Decide against what was proposed, all of it or nothing."""
    with database.unit_of_work() as session:
        for change_id in changes:
            acts.refuse(session, engine, change_id, actor=actor, reason=reason)


def undo(database: Database, engine: ProcessEngine, changes: Iterable[int], actor: Actor, reason: str) -> list[Outcome]:
    """Take back what was done, each apart."""
    wanted = list(changes)
    with database.reading() as session:
        found = session.scalars(sa.select(CaseChange).where(CaseChange.id.in_(wanted)).order_by(CaseChange.id))
        of = {change.instance_id: change.id for change in found}

    def back(session: Session, instance_id: int) -> Outcome:
        return acts.undo(session, engine, of[instance_id], actor=actor, reason=reason)

    return _each(database, of, back)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What became of an incident: whether it is solved, and a sentence."""

    incident_id: int
    solved: bool
    told: str


def repair(
    database: Database, engine: ProcessEngine, incident_ids: Iterable[int], actor: Actor, reason: str = ""
) -> list[Repaired]:
    """Try each failed step again, or with a `reason` leave it out; each in a transaction of its own."""
    found = []
    for one in incident_ids:
        try:
            with database.unit_of_work() as session:
                solved = (
                    resolutions.skip(session, engine, one, actor=actor, reason=reason)
                    if reason
                    else resolutions.resolve_by_retry(session, engine, one, actor=actor)
                )
                done = solved.resolution is not None
                found.append(Repaired(one, done, "resuelto" if done else "volvió a fallar"))
        except (EngineError, WorkflowsError) as refused:
            found.append(Repaired(one, solved=False, told=str(refused)))
    return found


def forecast(
    database: Database, engine: ProcessEngine, incident_ids: Iterable[int], actor: Actor, reason: str = ""
) -> list[Outcome]:
    """What `repair` would do with each; nothing is kept."""
    found = []
    for one in incident_ids:
        with database.unit_of_work() as session:
            found.append(forecasting.forecast(session, engine, one, actor=actor, reason=reason))
            session.rollback()
    return found


def _each(database: Database, ids: Iterable[int], do: Callable[[Session, int], Outcome]) -> list[Outcome]:
    found = []
    for one in ids:
        try:
            with database.unit_of_work() as session:
                found.append(do(session, one))
        except (EngineError, WorkflowsError) as refused:
            found.append(_refused(database, one, str(refused)))
    return found


def _refused(database: Database, instance_id: int, why: str) -> Outcome:
    with database.reading() as session:
        instance = session.get(Instance, instance_id)
        about = (instance.name, instance.business_key) if instance else (str(instance_id), "")
    return Outcome(instance_id, *about, possible=False, sentence=f"no se hizo: {inside(why)}")


def _in_state(state: Listed) -> list[sa.ColumnElement[bool]]:
    if state == Listed.SUSPENDED:
        return [Instance.state == InstanceState.ACTIVE, Instance.suspended_at.is_not(None)]
    return [Instance.state == InstanceState(state)]


def _bundles(session: Session, wanted: Selection) -> list[str]:
    if not wanted.process:
        raise Refused("Diga también de qué proceso es la versión, con --process.")
    tenants = sorted({"", *(one.tenant for one in catalogue.taken_apart(session))})
    found = [one for tenant in tenants for one in catalogue.bundles(session, wanted.process, tenant)]
    return [bundle.sha256 for bundle in found if bundle.versions[wanted.process] == wanted.version]


def _stands(row: Row, step: str) -> bool:
    asked = step.casefold()
    return any(asked in (wait.element.casefold(), wait.element_id.casefold()) for wait in row.waits)
