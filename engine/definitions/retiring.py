"""Processes that are no longer begun: running cases go on, and whoever calls them still can."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import drafts, variants
from engine.definitions.models import ProcessDefinition
from engine.definitions.names import Name
from engine.definitions.releasing import said
from engine.errors import Conflict, UnknownDefinition
from engine.identity import Actor
from engine.runtime import ProcessEngine


def retire(session: Session, engine: ProcessEngine, process_key: str, *, actor: Actor, reason: str) -> None:
    """Begin no new case from now on, of a variant neither.

    Raises `UnknownDefinition`, `Conflict` if it is retired, `Invalid` without words.
    """
    definition = _locked(session, process_key)
    if definition.retired_at is not None:
        raise Conflict("Ese proceso ya está retirado.")
    definition.retired_reason = said(reason)
    definition.retired_at, definition.retired_by = engine.now(), actor.id
    session.flush()


def reactivate(session: Session, process_key: str) -> None:
    """Begin cases again. Raises `UnknownDefinition`, `Conflict` if it is not retired."""
    definition = _locked(session, process_key)
    if definition.retired_at is None:
        raise Conflict("Ese proceso no está retirado.")
    definition.retired_at, definition.retired_by, definition.retired_reason = None, "", ""
    session.flush()


def retired(session: Session) -> frozenset[str]:
    """The processes of which no new case begins."""
    return frozenset(session.scalars(sa.select(ProcessDefinition.key).where(ProcessDefinition.retired_at.is_not(None))))


def _locked(session: Session, process_key: str) -> ProcessDefinition:
    name = Name.parse(process_key)
    if name.tenant and not variants.is_alone(session, drafts.PROCESS, process_key):
        raise Conflict("Una variante no se retira: vuelva a la compartida, o retire el proceso para todos.")
    definition = session.get(ProcessDefinition, tuple(name), with_for_update=True)
    if definition is None:
        raise UnknownDefinition
    return definition
