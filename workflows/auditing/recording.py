"""The *bitácora*: who did, or was refused, what."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import Actor
from workflows.auditing import chain
from workflows.auditing.models import AuditEntry
from workflows.auditing.origin import origin
from workflows.auditing.states import Outcome


def record(
    session: Session,
    clock: Clock,
    actor: Actor,
    action: str,
    target: tuple[str, str],
    *,
    outcome: Outcome = Outcome.DONE,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write down an act on `target`, a kind and an id. What tells of a person goes into `personal`."""
    told = row(
        clock.now(), actor.id, action, target, reason=reason, before=before, after=after, personal=personal
    )  # fmt: skip
    entry = AuditEntry(**told, outcome=outcome)
    session.add(entry)
    return entry


def row(
    at: dt.datetime,
    actor_id: str,
    action: str,
    target: tuple[str, str],
    *,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """An entry by its columns, with where it came from."""
    came = origin.get()
    kept = {**(personal or {}), **({"direccion": came.address} if came.address else {})}
    salt = secrets.token_hex(16) if kept else None
    return {
        "at": at,
        "actor_id": actor_id,
        "action": action,
        "object_kind": target[0],
        "object_id": target[1],
        "reason": reason,
        "before": before or {},
        "after": after or {},
        "request": came.request,
        "sector_code": came.sector,
        "personal": kept or None,
        "salt": salt,
        "personal_sha256": chain.seal(salt, kept) if salt else "",
    }


State = TypeVar("State", bound=StrEnum)


class Stateful(Protocol[State]):
    """A record that is always in one state."""

    state: State


def move(
    session: Session,
    clock: Clock,
    actor: Actor,
    action: str,
    target: tuple[str, str],
    moved: Stateful[State],
    state: State,
    *,
    reason: str = "",
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Bring a record into another state and write both down."""
    before, moved.state = moved.state, state
    session.flush()
    told = {"estado": state, **(after or {})}
    return record(session, clock, actor, action, target, reason=reason, before={"estado": before}, after=told)


def of_object(session: Session, kind: str, object_id: str) -> list[AuditEntry]:
    """What was done or tried on an object, oldest first."""
    query = sa.select(AuditEntry).where(AuditEntry.object_kind == kind, AuditEntry.object_id == object_id)
    return list(session.scalars(query.order_by(AuditEntry.id)))
