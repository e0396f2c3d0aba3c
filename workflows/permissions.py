"""Who may do what is not a task of the diagram."""

from __future__ import annotations

from engine.identity import Actor
from workflows.errors import Forbidden

COORDINATOR = "coordinador_pes"


def ensure_coordinator(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor coordinates the plan (or is the system itself)."""
    if not (actor.is_system or COORDINATOR in actor.groups):
        raise Forbidden
