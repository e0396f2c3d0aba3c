"""Who may do what is not a task of the diagram."""

from __future__ import annotations

from engine.identity import Actor
from workflows.errors import Forbidden
from workflows.people.groups import Group

COORDINATOR = "coordinador_pes"
LEADER, SHARED_LEADER = "lider_proceso", "lider_proceso_instalacion"


def ensure_coordinator(actor: Actor, sector: str) -> None:
    """Raise `Forbidden` unless the actor coordinates the plans of a sector (or is the system itself)."""
    if not (actor.is_system or str(Group(COORDINATOR, sector)) in actor.groups):
        raise Forbidden


def may_propose(actor: Actor, sector: str) -> bool:
    """Whether the actor may ask for something to be done with the cases of a sector: who leads its processes."""
    leads = {str(Group(LEADER, sector)), str(Group(SHARED_LEADER, "")), str(Group(LEADER, ""))}
    return actor.may_supervise(sector) or not leads.isdisjoint(actor.groups)


def ensure_may_propose(actor: Actor, sector: str) -> None:
    """Raise `Forbidden` unless the actor may."""
    if not may_propose(actor, sector):
        raise Forbidden("Solo quien lidera los procesos de ese sector, o lo coordina, puede proponerlo.")
