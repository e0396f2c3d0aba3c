"""Who may do what is not a task of the diagram."""

from __future__ import annotations

from engine.identity import Actor
from workflows.errors import Forbidden
from workflows.people.groups import Group

COORDINATOR = "coordinador_pes"


def ensure_coordinator(actor: Actor, sector: str) -> None:
    """Raise `Forbidden` unless the actor coordinates the plans of a sector (or is the system itself)."""
    if not (actor.is_system or str(Group(COORDINATOR, sector)) in actor.groups):
        raise Forbidden
