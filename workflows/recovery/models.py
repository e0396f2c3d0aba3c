"""Tables of recovery plans."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.database import Base, states
from workflows.documents.models import StoredFile
from workflows.indicators.models import Indicator
from workflows.recovery.states import RecoveryState


class RecoveryPlan(Base):
    """A recovery plan of an indicator, from the bottleneck that asked for it to the verdict on its efficacy.

    `state`: por_formular, en_revision, devuelto, por_aprobar, en_ejecucion, por_decidir (not recovered in time),
    por_verificar, cerrado. `round` grows each time it is formulated anew after it failed. `recovery_target` is what
    the indicator must reach, in its unit (accumulated in the year, where it adds up). `verify_cutoff`: the month at
    whose frozen figures it is judged; `verify_moved`: there was no datum there, and it waits one cut-off more. What
    was done when is in the *bitácora*, under `plan_de_choque`.
    """

    __tablename__ = "recovery_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicator.id"), index=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"))
    bottleneck_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bottleneck.id"))
    instance_id: Mapped[int | None] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    since_period: Mapped[str] = mapped_column(sa.String(7))
    severity: Mapped[str] = mapped_column(sa.String(20), default="")
    state: Mapped[RecoveryState] = mapped_column(states(RecoveryState))
    round: Mapped[int] = mapped_column(default=1)
    problem: Mapped[str] = mapped_column(sa.Text, default="")
    root_cause: Mapped[str] = mapped_column(sa.Text, default="")
    resources: Mapped[str] = mapped_column(sa.Text, default="")
    recovery_target: Mapped[Decimal | None]
    target_on: Mapped[dt.date | None]
    verify_on: Mapped[dt.date | None]
    verify_cutoff: Mapped[str] = mapped_column(sa.String(7), default="")
    verify_moved: Mapped[bool] = mapped_column(default=False)
    return_reason: Mapped[str] = mapped_column(sa.Text, default="")
    recovered: Mapped[bool | None]
    evidence: Mapped[str] = mapped_column(sa.Text, default="")
    effective: Mapped[bool | None]
    lesson: Mapped[str] = mapped_column(sa.Text, default="")
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]

    indicator: Mapped[Indicator] = relationship()
    actions: Mapped[list[RecoveryAction]] = relationship(order_by="RecoveryAction.position", back_populates="plan")


class RecoveryAction(Base):
    """An action of a recovery plan. Those of earlier rounds stay as they were."""

    __tablename__ = "recovery_action"

    id: Mapped[int] = mapped_column(primary_key=True)
    recovery_plan_id: Mapped[int] = mapped_column(sa.ForeignKey("recovery_plan.id"), index=True)
    round: Mapped[int]
    position: Mapped[int]
    action: Mapped[str] = mapped_column(sa.Text)
    responsible: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    product: Mapped[str] = mapped_column(sa.Text)
    percentage: Mapped[Decimal] = mapped_column(default=Decimal(0))
    done: Mapped[bool] = mapped_column(default=False)

    plan: Mapped[RecoveryPlan] = relationship(back_populates="actions")
    files: Mapped[list[StoredFile]] = relationship(secondary="recovery_action_file")


class RecoveryActionFile(Base):
    """A file that shows that an action was done."""

    __tablename__ = "recovery_action_file"

    action_id: Mapped[int] = mapped_column(sa.ForeignKey("recovery_action.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class RecoveryProgress(Base):
    """How far an action was at a month's cut-off (`percentage`, 0–100), as its responsible reported it."""

    __tablename__ = "recovery_progress"
    __table_args__ = (sa.UniqueConstraint("action_id", "period_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(sa.ForeignKey("recovery_action.id"))
    period_id: Mapped[int] = mapped_column(sa.ForeignKey("period.id"), index=True)
    percentage: Mapped[Decimal]
    note: Mapped[str] = mapped_column(sa.Text)
    reported_by: Mapped[str] = mapped_column(sa.String(100))
    reported_at: Mapped[dt.datetime]

    files: Mapped[list[StoredFile]] = relationship(secondary="recovery_progress_file")


class RecoveryProgressFile(Base):
    """A file that supports what was reported of an action."""

    __tablename__ = "recovery_progress_file"

    progress_id: Mapped[int] = mapped_column(sa.ForeignKey("recovery_progress.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
