"""The table of instances."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine import limits
from engine.database import Base, states
from engine.states import InstanceState


class Instance(Base):
    """A running or ended case.

    `status` is the engine's lean state (see
    `engine.instances.state`). `scope` and `tenant` are opaque to the engine: the plan, in Cauce, and whose the case is.
    A suspended case is still running: nothing in it moves until somebody resumes it (`engine.managing`).
    """

    __tablename__ = "instance"
    __table_args__ = (
        sa.UniqueConstraint("business_key"),
        sa.Index("ix_instance_scope_process", "scope", "process_key", "state"),
        sa.Index("ix_instance_tenant", "tenant", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(limits.ID))
    bundle_sha256: Mapped[str] = mapped_column(sa.ForeignKey("bundle.sha256"), index=True)
    business_key: Mapped[str] = mapped_column(sa.String(limits.BUSINESS_KEY))
    name: Mapped[str] = mapped_column(sa.String(limits.NAME))
    scope: Mapped[str | None] = mapped_column(sa.String(limits.SCOPE))
    tenant: Mapped[str] = mapped_column(sa.String(limits.TENANT), default="", server_default="")
    state: Mapped[InstanceState] = mapped_column(states(InstanceState))
    status: Mapped[bytes] = mapped_column(deferred=True)
    lock_version: Mapped[int] = mapped_column()
    started_at: Mapped[dt.datetime]
    started_by: Mapped[str] = mapped_column(sa.String(limits.PERSON))
    ended_at: Mapped[dt.datetime | None]
    suspended_at: Mapped[dt.datetime | None]
    suspended_by: Mapped[str | None] = mapped_column(sa.String(limits.PERSON))
    suspended_why: Mapped[str | None] = mapped_column(sa.Text)

    __mapper_args__ = {"version_id_col": lock_version}  # noqa: RUF012  SQLAlchemy declares it so
