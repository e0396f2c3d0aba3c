"""The tables of the *bitácora*: what was done, and the chain that shows whether somebody changed it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.auditing.states import Outcome


class AuditEntry(Base):
    """The *bitácora*: who did or tried what to which object. Append-only.

    `before`, `after` and `reason` tell of the work. What tells of a person (their address, where a request came from)
    is in `personal`, sealed by `personal_sha256` with a `salt`: forgetting the person takes both away, and the seal
    stays as it was. `request` is the code of the request, empty for what the worker and the command line do.
    `sector_code` is the sector of the thing that the request was about; empty where it was of none, or of several.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_object", "object_kind", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    actor_id: Mapped[str] = mapped_column(sa.String(100))
    action: Mapped[str] = mapped_column(sa.String(60))
    object_kind: Mapped[str] = mapped_column(sa.String(40))
    object_id: Mapped[str] = mapped_column(sa.String(200))
    outcome: Mapped[Outcome] = mapped_column(states(Outcome), default=Outcome.DONE)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    sector_code: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    personal: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    salt: Mapped[str | None] = mapped_column(sa.String(64))
    personal_sha256: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")


class AuditLink(Base):
    """A link of the chain over the *bitácora*: its place, the entry it holds, and the digest of all up to it.

    `digest` is the SHA-256, in hexadecimal, of the digest before it and the entry (`workflows.auditing.chain`).
    """

    __tablename__ = "audit_link"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    linked_at: Mapped[dt.datetime]
