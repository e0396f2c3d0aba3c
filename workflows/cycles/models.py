"""Tables of the periods that the calendar opened."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.cycles.states import Opening, PeriodState


class PeriodStart(Base):
    """That the calendar opened (or skipped) a period of a process for a plan: exactly once.

    `period` is the label of the key: 2018-06, 2018-T2, 2018-S1, 2018. `outcome`: abierto or omitido.
    """

    __tablename__ = "period_start"
    __table_args__ = (sa.UniqueConstraint("process_key", "plan_code", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(100))
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    period: Mapped[str] = mapped_column(sa.String(20))
    due_on: Mapped[dt.date]
    started_at: Mapped[dt.datetime]
    instance_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instance.id"))
    outcome: Mapped[Opening] = mapped_column(states(Opening), default=Opening.OPENED)
    reason: Mapped[str] = mapped_column(sa.Text, default="")


class Period(Base):
    """A month of the plan. `code` is AAAA-MM. `state`: abierto, en_validacion, consolidado, cerrado."""

    __tablename__ = "period"
    __table_args__ = (sa.UniqueConstraint("plan_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    code: Mapped[str] = mapped_column(sa.String(7))
    year: Mapped[int]
    month: Mapped[int]
    cutoff_on: Mapped[dt.date]
    state: Mapped[PeriodState] = mapped_column(states(PeriodState))
    instance_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instance.id"))
    opened_at: Mapped[dt.datetime | None]
    frozen_at: Mapped[dt.datetime | None]
    frozen_by: Mapped[str | None] = mapped_column(sa.String(100))
    published_at: Mapped[dt.datetime | None]
    introduction: Mapped[str] = mapped_column(sa.Text, default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    approved_by: Mapped[str | None] = mapped_column(sa.String(100))
    approved_at: Mapped[dt.datetime | None]
    formula_version: Mapped[str | None] = mapped_column(sa.String(20))
