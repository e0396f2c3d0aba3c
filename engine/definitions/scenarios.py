"""Rehearsals that are kept, to be replayed before each publication: what was asked, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import limits
from engine.definitions.models import Scenario
from engine.errors import Invalid, NotFound
from engine.identity import Actor
from engine.runtime import ProcessEngine


def keep(
    session: Session,
    engine: ProcessEngine,
    process_key: str,
    name: str,
    asked: Mapping[str, Any],
    expected: Mapping[str, Any],
    *,
    actor: Actor,
) -> Scenario:
    """Keep a rehearsal under a name; one of the same name takes its place. Raises `Invalid` without a name."""
    name = " ".join(name.split())
    if not name or not limits.fits(name, limits.NAME):
        raise Invalid("Escriba con qué nombre se guarda el ensayo.")
    query = sa.select(Scenario).where(Scenario.process_key == process_key, Scenario.name == name)
    scenario = session.scalar(query) or Scenario(process_key=process_key, name=name)
    scenario.asked, scenario.expected = dict(asked), dict(expected)
    scenario.saved_at, scenario.saved_by = engine.now(), actor.id
    session.add(scenario)
    session.flush()
    return scenario


def of_process(session: Session, process_key: str) -> Sequence[Scenario]:
    """The kept ones of a process, by name."""
    return session.scalars(sa.select(Scenario).where(Scenario.process_key == process_key).order_by(Scenario.name)).all()


def forget(session: Session, process_key: str, scenario_id: int) -> None:
    """Keep it no longer. Raises `NotFound`."""
    scenario = session.get(Scenario, scenario_id)
    if scenario is None or scenario.process_key != process_key:
        raise NotFound("Ese ensayo guardado ya no está.")
    session.delete(scenario)
    session.flush()
