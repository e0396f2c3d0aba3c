"""What was done, or is proposed, with running cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine import limits
from engine.database import Base, states
from engine.states import Act, ChangeState


class CaseChange(Base):
    """One act on one case, proposed or done. Those that were proposed or done together share a `batch`.

    `details` are what the act needs (`engine.managing.acts`). `before` is the state that the case had, and `rows` what
    stood beside it, by which the act is undone while the case is as the act left it (`left_version`); `bound` says why
    that can't be, empty if it can.
    """

    __tablename__ = "case_change"
    __table_args__ = (
        sa.Index("ix_case_change_instance", "instance_id", "id"),
        sa.Index("ix_case_change_batch", "batch"),
        sa.Index("ix_case_change_state", "state", "act", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch: Mapped[str] = mapped_column(sa.String(32))
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    act: Mapped[Act] = mapped_column(states(Act))
    details: Mapped[dict[str, Any]]
    state: Mapped[ChangeState] = mapped_column(states(ChangeState))
    reason: Mapped[str] = mapped_column(sa.Text)
    proposed_by: Mapped[str | None] = mapped_column(sa.String(limits.PERSON))
    proposed_at: Mapped[dt.datetime | None]
    decided_by: Mapped[str | None] = mapped_column(sa.String(limits.PERSON))
    decided_at: Mapped[dt.datetime | None]
    outcome: Mapped[str] = mapped_column(sa.Text, default="")
    before: Mapped[bytes | None] = mapped_column(deferred=True)
    rows: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    left_version: Mapped[int | None] = mapped_column(sa.Integer)
    bound: Mapped[str] = mapped_column(sa.Text, default="")
